import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import type { Message } from '../state/payloads.ts';
import { Attachments } from './attachments.tsx';
import { Icon } from './icons.tsx';
import { Markdown } from './markdown-view.tsx';

/** What a message passes on: the words and files of another one, without its author. */
export function Forwarded({ message }: { readonly message: Message }): VNode | null {
  const { words } = useTools();
  const snapshots = message.message_snapshots ?? [];
  if (snapshots.length === 0) return null;
  return (
    <>
      {snapshots.map(({ message: original }, index) => (
        <section key={index} class="forwarded" aria-label={words.forwarded}>
          <p class="forwarded-note">
            <Icon name="forward" /> {words.forwarded}
          </p>
          {original.content !== '' && <Markdown text={original.content} />}
          <Attachments attachments={original.attachments} />
        </section>
      ))}
    </>
  );
}
