import type { ChatHandlers } from '../../src/contracts/chat.ts';

/** Handlers that do nothing but what a test is about. */
export function chatHandlers(change: Partial<ChatHandlers> = {}): ChatHandlers {
  return {
    onMessage: () => undefined,
    onEdited: () => undefined,
    onDeleted: () => undefined,
    onGap: () => undefined,
    onState: () => undefined,
    onAct: () => Promise.resolve({ kind: 'done' }),
    ...change,
  };
}
