import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import type { Message } from '../state/payloads.ts';
import { displayName, isOfType } from '../state/payloads.ts';

/** What happened, in words. */
export function SystemText({ message }: { readonly message: Message }): VNode {
  const { words } = useTools();
  const name = displayName(message.author);
  if (isOfType(message, 'threadCreated')) {
    return (
      <p class="system">
        {words.startedThread(name)} <a href={`#${message.message_reference?.channel_id ?? ''}`}>{message.content}</a>
      </p>
    );
  }
  if (isOfType(message, 'pinned')) return <p class="system">{words.pinned(name)}</p>;
  return (
    <p class="system">
      {words.systemMessage(name, message.type)} {message.content}
    </p>
  );
}
