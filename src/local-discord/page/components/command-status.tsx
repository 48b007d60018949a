import type { VNode } from 'preact';

import { useChat, useTools } from '../context.ts';

/** Commands of this channel that wait for their answer, or have failed. */
export function CommandStatus({ channel }: { readonly channel: string }): VNode {
  const { chat, words } = useTools();
  const all = useChat((state) => state.interactions.pending);
  return (
    <div class="command-status">
      {all.map(({ nonce, what, status, reason }) => {
        if (what.kind !== 'command' || what.channel !== channel) return null;
        if (status === 'pending') {
          return (
            <p key={nonce} role="status">
              {what.name} · {words.sending}
            </p>
          );
        }
        return (
          <p key={nonce} class="failure" role="alert">
            {what.name} · {words.interactionFailed} {reason}{' '}
            <button type="button" class="link" onClick={() => chat.store.dispatch({ kind: 'forget-failure', nonce })}>
              {words.dismiss}
            </button>
          </p>
        );
      })}
    </div>
  );
}
