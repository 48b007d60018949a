import type { VNode } from 'preact';

import { useChat, useTools } from '../context.ts';
import { CopyButton } from './copy-button.tsx';

/** Says calmly what is wrong with the connection; nothing while there is one. */
export function ConnectionBanner(): VNode {
  const { words } = useTools();
  const connection = useChat((state) => state.connection);
  return (
    <div class={`connection ${connection}`} role="status" aria-label={words.connection}>
      {connection === 'connecting' && <p>{words.connecting}</p>}
      {connection === 'lost' && <p>{words.reconnecting}</p>}
      {connection === 'refused' && (
        <p>
          {words.refused} <code>vai status</code> <CopyButton text="vai status" label={`${words.copy} vai status`} />
        </p>
      )}
    </div>
  );
}

/** What did not work, until it is read. */
export function Notice(): VNode {
  const { chat, words } = useTools();
  const notice = useChat((state) => state.notice);
  return (
    <div class="notice" role="alert">
      {notice !== undefined && (
        <p>
          {notice}{' '}
          <button type="button" class="link" onClick={() => chat.store.dispatch({ kind: 'notice', notice: undefined })}>
            {words.dismiss}
          </button>
        </p>
      )}
    </div>
  );
}
