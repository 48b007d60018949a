import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useChat, useTools } from '../context.ts';
import { isForInputMethod } from '../input-method.ts';
import { neighbour, orderedChannels } from '../state/channels.ts';
import { pageTitle } from '../page-title.ts';
import { ChannelHeader } from './channel-header.tsx';
import { ChannelList } from './channel-list.tsx';
import { ConnectionBanner, Notice } from './connection-banner.tsx';
import { ConversationView } from './conversation-view.tsx';
import { Modal } from './modal.tsx';
import { Welcome } from './welcome.tsx';

/** The whole page. */
export function Page(): VNode {
  const { chat, words } = useTools();
  const [listIsOpen, setListOpen] = useState(false);
  const channels = useChat((state) => state.channels);
  const reading = useChat((state) => state.reading);
  const isKnown = useChat((state) => state.guild !== undefined);
  const channel = reading.shown === undefined ? undefined : channels.get(reading.shown);

  useEffect(() => {
    document.title = pageTitle(words, { channels, reading });
  }, [channels, reading, words]);

  useEffect(() => {
    if (channel && location.hash.slice(1) !== channel.id) history.replaceState(null, '', `#${channel.id}`);
  }, [channel?.id]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isForInputMethod(event)) return;
      const isVertical = event.key === 'ArrowUp' || event.key === 'ArrowDown';
      if (isVertical && event.altKey && !event.defaultPrevented) {
        event.preventDefault();
        const next = neighbour(orderedChannels(channels), reading.shown, event.key === 'ArrowUp' ? -1 : 1);
        if (next) location.hash = next.id;
      } else if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) {
        if (listIsOpen) setListOpen(false);
        else if (channel) chat.store.dispatch({ kind: 'dismiss', channel: channel.id });
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  }, [channels, channel, reading, listIsOpen]);

  return (
    <div class="page">
      <ChannelList
        open={listIsOpen}
        onClose={() => {
          setListOpen(false);
        }}
      />
      <main>
        <ChannelHeader
          channel={channel}
          listIsOpen={listIsOpen}
          onOpenList={() => {
            setListOpen(true);
          }}
        />
        <ConnectionBanner />
        <Notice />
        {channel ? (
          <ConversationView key={channel.id} channel={channel} />
        ) : (
          <div class="scroller">{isKnown && <Welcome channel={undefined} />}</div>
        )}
      </main>
      <Modal />
    </div>
  );
}
