import type { Message } from './state/payloads.ts';
import { compareIds } from './state/payloads.ts';
import { isSaid } from './said.ts';

/** Messages of one author within this time stand under one name. */
const togetherMs = 5 * 60_000;

/** What stands in the list of messages. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly timestamp: string }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'message'; readonly key: string; readonly message: Message; readonly isContinued: boolean };

/**
 * The messages with the lines between them: one for each new day, and "New" after the message `divider`.
 * `dayOf` names the day of a time, in the reader's time zone.
 */
export function rowsOf(
  messages: readonly Message[],
  divider: string | undefined,
  dayOf: (iso: string) => string,
): readonly Row[] {
  const rows: Row[] = [];
  let previous: Message | undefined;
  let isNewShown = divider === undefined;
  for (const message of messages) {
    const isNewDay = !previous || dayOf(previous.timestamp) !== dayOf(message.timestamp);
    if (isNewDay) rows.push({ kind: 'day', key: `day-${message.id}`, timestamp: message.timestamp });
    const isFirstNew = !isNewShown && divider !== undefined && compareIds(message.id, divider) > 0;
    if (isFirstNew) {
      rows.push({ kind: 'new', key: 'new' });
      isNewShown = true;
    }
    const isContinued = !isNewDay && !isFirstNew && continues(message, previous);
    rows.push({ kind: 'message', key: message.id, message, isContinued });
    previous = message;
  }
  return rows;
}

function continues(message: Message, previous: Message | undefined): boolean {
  if (previous?.author.id !== message.author.id) return false;
  if (!isSaid(message) || !isSaid(previous) || message.referenced_message || message.interaction_metadata) return false;
  return Date.parse(message.timestamp) - Date.parse(previous.timestamp) < togetherMs;
}
