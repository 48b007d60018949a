import type { InboundMessage } from '../../model/message.ts';
import { quoteText } from './quote-text.ts';
import type { Words } from '../words.ts';

/** What an agent is given of a chat message: what it speaks about, its words, and a line for each file. Pure. */
export function textOf(message: InboundMessage, words: Words): string {
  return [quoteText(message.quotes), ownTextOf(message, words)].filter((part) => part !== '').join('\n');
}

/** What its author says in it: its words, and a line for each file that came with it. */
export function ownTextOf({ text, attachments }: InboundMessage, words: Words): string {
  const files = attachments.map((file) => words.fileNotSupported(oneLine(file.name), file.size));
  return [text, ...files].filter((part) => part.trim() !== '').join('\n');
}

/** A file name as harmless text: one line, no quotes that could end it, 100 characters at most. */
function oneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}"]/gu, '_').slice(0, 100);
}
