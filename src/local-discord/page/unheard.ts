import type { Message } from './state/payloads.ts';
import { compareIds } from './state/payloads.ts';

/** More than these are not read out one by one: after a break there may be hundreds. */
const mostRead = 5;

/** What others have said after the message `heard`, oldest first; of many, the newest few. */
export function unheard(messages: readonly Message[], heard: string, self: string | undefined): readonly Message[] {
  const from = messages.findLastIndex(({ id }) => compareIds(id, heard) <= 0) + 1;
  return messages
    .slice(from)
    .filter(({ author }) => author.id !== self)
    .slice(-mostRead);
}
