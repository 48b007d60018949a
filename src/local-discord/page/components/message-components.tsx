import type { VNode } from 'preact';

import { useChat, useTools } from '../context.ts';
import type { Message } from '../state/payloads.ts';
import { componentsOf } from '../state/payloads.ts';
import type { PendingInteraction } from '../state/pending-interactions.ts';
import { ComponentView } from './component-view.tsx';

/** Buttons, menus and whatever else applications put on a message, and what became of the last press. */
export function MessageComponents({ message }: { readonly message: Message }): VNode {
  const { chat, words } = useTools();
  const all = useChat((state) => state.interactions.pending);
  const own = all.filter((one) => isOn(one, message));
  const failure = own.find(({ status }) => status === 'failed');
  const pending = own.find(({ status }) => status === 'pending');
  return (
    <div class="components">
      {componentsOf(message).map((component, index) => (
        <ComponentView
          key={index}
          component={component}
          message={message}
          pendingId={pending?.what.kind === 'component' ? pending.what.customId : undefined}
        />
      ))}
      {failure && (
        <p class="failure" role="alert">
          {words.interactionFailed} {failure.reason}{' '}
          <button
            type="button"
            class="link"
            onClick={() => chat.store.dispatch({ kind: 'forget-failure', nonce: failure.nonce })}
          >
            {words.dismiss}
          </button>
        </p>
      )}
    </div>
  );
}

function isOn({ what }: PendingInteraction, message: Message): boolean {
  return what.kind === 'component' && what.message === message.id;
}
