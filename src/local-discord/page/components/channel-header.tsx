import type { VNode } from 'preact';

import { useChat, useTools } from '../context.ts';
import type { Channel } from '../state/channels.ts';
import { isThread, readTopic } from '../state/channels.ts';
import { Icon } from './icons.tsx';
import { StateDot } from './state-dot.tsx';

/** The name of the shown channel, what its session does, and the way to the list on narrow screens. */
export function ChannelHeader(props: {
  readonly channel: Channel | undefined;
  readonly listIsOpen: boolean;
  readonly onOpenList: () => void;
}): VNode {
  const { words } = useTools();
  const { channel, listIsOpen, onOpenList } = props;
  const parent = useChat((state) => (channel?.parent === undefined ? undefined : state.channels.get(channel.parent)));
  const isUnreadElsewhere = useChat((state) => [...state.reading.unread.keys()].some((id) => id !== channel?.id));
  const topic = readTopic(channel?.topic ?? '');
  return (
    <header class="channel-header">
      <button
        type="button"
        class={isUnreadElsewhere ? 'plain drawer-only has-news' : 'plain drawer-only'}
        aria-label={words.openChannels}
        aria-expanded={listIsOpen}
        aria-controls="channels"
        onClick={onOpenList}
      >
        <Icon name="menu" />
      </button>
      <div class="title">
        {channel && isThread(channel) && parent && (
          <a class="parent" href={`#${parent.id}`}>
            {parent.name} /
          </a>
        )}
        <h2>{channel?.name ?? ''}</h2>
      </div>
      {topic.sign && (
        <span class={`state-pill ${topic.sign}`}>
          <StateDot sign={topic.sign} />
          {topic.state}
        </span>
      )}
      {topic.rest !== '' && (
        <p class="topic" title={topic.rest}>
          {topic.rest}
        </p>
      )}
    </header>
  );
}
