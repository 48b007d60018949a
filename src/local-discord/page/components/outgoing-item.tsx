import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import { memo } from '../memo.ts';
import type { Outgoing } from '../state/outbox.ts';
import type { User } from '../state/payloads.ts';
import { displayName } from '../state/payloads.ts';
import { Avatar } from './avatar.tsx';
import { Markdown } from './markdown-view.tsx';

/** A message on its way. */
export const OutgoingItem = memo(function OutgoingItem(props: {
  readonly message: Outgoing;
  readonly isOffline: boolean;
  /** For the first of several: whose name stands above. */
  readonly author: User | undefined;
}): VNode {
  const { chat, words } = useTools();
  const { message, isOffline, author } = props;
  const { nonce, status, failure, progress, files, content } = message;
  const says = status === 'waiting' && isOffline ? words.waitingToSend : words.sending;
  return (
    <article class={`message outgoing ${author ? '' : 'continued'} ${status}`} aria-label={says}>
      {author && (
        <>
          <Avatar user={author} />
          <header>
            <span class="author">{displayName(author)}</span>
          </header>
        </>
      )}
      <div class="body">
        <Markdown text={content} />
        {files.length > 0 && <p class="outgoing-files">{files.map(({ name }) => name).join(', ')}</p>}
        {progress !== undefined && status === 'sending' && <progress value={progress} aria-label={words.sending} />}
        {status === 'failed' ? (
          <p class="failure" role="alert">
            {words.notSent(failure ?? '')}{' '}
            <button type="button" class="link" onClick={() => chat.store.dispatch({ kind: 'retry', nonce })}>
              {words.tryAgain}
            </button>{' '}
            <button type="button" class="link" onClick={() => chat.store.dispatch({ kind: 'give-up', nonce })}>
              {words.remove}
            </button>
          </p>
        ) : (
          <p class="outgoing-state">{says}</p>
        )}
      </div>
    </article>
  );
});
