import type { TurnInput } from '../../model/message.ts';

/**
 * What is typed for a message: a header that says where it came from, and the text. Line ends become `\n`; control
 * characters are dropped, because typed they would be keys. Everything else stays as it is.
 */
export function promptText(input: TurnInput, session: number): string {
  const author = input.source === 'discord' ? ` @${headerName(input.authorName)}` : '';
  return `${headerStart(input.source)}${author} session=${session}] ${cleanText(input.text)}`;
}

/** A text without what cannot be typed. */
export function cleanText(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return lines.replace(/(?![\n\t])\p{Cc}/gu, '').toWellFormed();
}

/** Whether a prompt that was not what we typed has our typing in it all the same. */
export function containsTyping(prompt: string, typed: string): boolean {
  return prompt.includes(typed.slice(0, typed.indexOf(']') + 1));
}

function headerStart(source: TurnInput['source']): string {
  return `[${source}`;
}

/** A name that cannot end the header. */
function headerName(name: string): string {
  return name
    .replace(/[\p{Cc}[\]]+/gu, '_')
    .slice(0, 60)
    .toWellFormed();
}
