import { readTopic } from './state/channels.ts';
import type { ChatState } from './state/chat-state.ts';
import type { Words } from './words/words.ts';

/** The title of the browser's tab: what waits comes first, as a tab is narrow. */
export function pageTitle(words: Words, { channels, reading }: Pick<ChatState, 'channels' | 'reading'>): string {
  const waiting = [...channels.values()].filter(({ topic }) => readTopic(topic).sign === 'waiting').length;
  const unread = [...reading.unread.values()].reduce((sum, { count }) => sum + Math.max(count, 1), 0);
  const shown = reading.shown === undefined ? undefined : channels.get(reading.shown);
  return [
    unread > 0 ? `(${unread})` : '',
    waiting > 0 ? `${words.waitingTitle(waiting)} ·` : '',
    shown ? `#${shown.name} ·` : '',
    words.product,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
