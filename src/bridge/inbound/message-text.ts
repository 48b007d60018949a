import type { InboundMessage } from '../../model/message.ts';
import { quoteText } from './quote-text.ts';

/** What an agent is given of a chat message beside its files: what it speaks about, and its words. Pure. */
export function textOf(message: InboundMessage): string {
  return [quoteText(message.quotes), ownTextOf(message)].filter((part) => part !== '').join('\n');
}

/** What its author says in it. */
export function ownTextOf({ text }: InboundMessage): string {
  return text.trim() === '' ? '' : text;
}
