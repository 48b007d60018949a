import type { VNode } from 'preact';

import { useChat, useTools } from '../context.ts';
import type { Channel } from '../state/channels.ts';
import { isThread, orderedChannels, readTopic } from '../state/channels.ts';
import type { Unread } from '../state/reading.ts';
import { Icon } from './icons.tsx';
import { StateDot } from './state-dot.tsx';
import { ThemeButton } from './theme-button.tsx';

/** The channels, with what their sessions do and what has not been read. */
export function ChannelList({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): VNode {
  const { words } = useTools();
  const channels = useChat((state) => state.channels);
  const reading = useChat((state) => state.reading);
  return (
    <>
      <nav id="channels" class={open ? 'channels open' : 'channels'} aria-label={words.channels}>
        <header>
          <img src="/icon.svg" alt="" width="28" height="28" />
          <h1>{words.product}</h1>
          <button type="button" class="plain drawer-only" aria-label={words.closeChannels} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <ul>
          {orderedChannels(channels).map((channel) => (
            <ChannelLink
              key={channel.id}
              channel={channel}
              isShown={channel.id === reading.shown}
              unread={reading.unread.get(channel.id)}
              onFollow={onClose}
            />
          ))}
        </ul>
        <footer>
          <ThemeButton />
        </footer>
      </nav>
      {open && <button type="button" class="shade" aria-label={words.closeChannels} onClick={onClose} />}
    </>
  );
}

function ChannelLink(props: {
  readonly channel: Channel;
  readonly isShown: boolean;
  readonly unread: Unread | undefined;
  readonly onFollow: () => void;
}): VNode {
  const { words } = useTools();
  const { channel, isShown, unread, onFollow } = props;
  const { sign, state } = readTopic(channel.topic);
  const kind = isThread(channel) ? 'thread' : 'channel';
  return (
    <li class={kind}>
      <a
        href={`#${channel.id}`}
        class={[unread ? 'unread' : '', sign ? `is-${sign}` : ''].join(' ').trim()}
        aria-current={isShown ? 'page' : undefined}
        onClick={onFollow}
      >
        <span class="mark">
          {sign ? <StateDot sign={sign} /> : kind === 'thread' ? <Icon name="thread" /> : <i aria-hidden="true">#</i>}
        </span>
        <span class="name">{channel.name}</span> {state !== '' && <span class="state">{state}</span>}{' '}
        {unread && (
          <UnreadBadge
            unread={unread}
            says={unread.mentions > 0 ? words.mentions(unread.mentions) : words.unread(unread.count)}
          />
        )}
      </a>
    </li>
  );
}

function UnreadBadge({ unread, says }: { readonly unread: Unread; readonly says: string }): VNode {
  const count = unread.mentions > 0 ? unread.mentions : unread.count;
  return (
    <span class={unread.mentions > 0 ? 'badge mentions' : 'badge'}>
      <span aria-hidden="true">{count === 0 ? '' : count > 99 ? '99+' : count}</span>
      <span class="heard">{says}</span>
    </span>
  );
}
