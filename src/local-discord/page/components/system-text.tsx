import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import type { Message } from '../state/payloads.ts';
import { displayName, isOfType } from '../state/payloads.ts';

/** What happened, in words. */
export function SystemText({ message }: { readonly message: Message }): VNode {
  const { words, format } = useTools();
  const time = (
    <time dateTime={message.timestamp} title={format.full(message.timestamp)}>
      {format.time(message.timestamp)}
    </time>
  );
  const name = displayName(message.author);
  if (isOfType(message, 'threadCreated')) {
    return (
      <p class="system">
        {words.startedThread(name)} <a href={`#${message.message_reference?.channel_id ?? ''}`}>{message.content}</a>{' '}
        {time}
      </p>
    );
  }
  if (isOfType(message, 'pinned'))
    return (
      <p class="system">
        {words.pinned(name)} {time}
      </p>
    );
  return (
    <p class="system">
      {words.systemMessage(name, message.type)} {message.content} {time}
    </p>
  );
}
