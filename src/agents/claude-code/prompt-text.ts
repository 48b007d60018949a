import type { TurnInput } from '../../model/message.ts';
import type { SessionNumber } from '../../model/session.ts';
import { escapeName, sanitise } from './sanitise.ts';

/**
 * The line that says where a text comes from. It also takes the sting out of what the input box would act on when it
 * came first: `/`, `!`, `?`, `exit`.
 */
export function promptHeader(input: Pick<TurnInput, 'source' | 'authorName'>, session: SessionNumber): string {
  switch (input.source) {
    case 'discord':
      return `[discord @${escapeName(input.authorName)} session=${session}] `;
    case 'cli':
      return `[cli session=${session}] `;
  }
}

/** The text that the agent must record for a message: header and sanitised text. Undefined when nothing is left of it. */
export function promptText(input: TurnInput, session: SessionNumber): string | undefined {
  const text = sanitise(input.text);
  return text === '' ? undefined : promptHeader(input, session) + text;
}

/**
 * Joiners, variation selectors and format controls: the agent keeps them where they mean something (in emoji, in scripts
 * that join) and takes them out elsewhere, by rules of its own.
 */
const takenOutByAgent = /\p{Cf}|\p{Default_Ignorable_Code_Point}|[\u{1107F}\u{13430}-\u{13455}\u{16FE4}]/gu;

/**
 * Whether the agent recorded exactly the text we expect. It trims, and it takes out invisible code points where they
 * mean nothing; nothing else may differ.
 */
export function isSamePrompt(recorded: string, expected: string): boolean {
  return comparable(recorded) === comparable(expected);
}

function comparable(text: string): string {
  return text.replace(takenOutByAgent, '').normalize('NFC').trim();
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Splits a text into pieces of at most `size` UTF-16 units that never cut a grapheme in two, unless one alone is
 * longer: then between its code points.
 */
export function splitForTyping(text: string, size: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(text)) {
    const parts = segment.length <= size ? [segment] : Array.from(segment);
    for (const part of parts) {
      if (piece !== '' && piece.length + part.length > size) {
        pieces.push(piece);
        piece = '';
      }
      piece += part;
    }
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
