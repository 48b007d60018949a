import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { useChat } from '../context.ts';
import type { Channel } from '../state/channels.ts';
import { readTopic } from '../state/channels.ts';
import { conversationOf } from '../state/chat-state.ts';
import type { Message } from '../state/payloads.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { TypingLine } from './typing-line.tsx';
import { Welcome } from './welcome.tsx';

/** The conversation of one channel, and what its reader is in the middle of. Drawn anew for another channel. */
export function ConversationView({ channel }: { readonly channel: Channel }): VNode {
  const { messages, complete, current } = useChat((state) => conversationOf(state, channel.id));
  const self = useChat((state) => state.self);
  const outbox = useChat((state) => state.outbox);
  const outgoing = useMemo(() => outbox.filter((one) => one.channel === channel.id), [outbox, channel.id]);
  const [editing, setEditing] = useState<string>();
  const [replyTo, setReplyTo] = useState<Message>();
  useEffect(() => {
    if (replyTo && current && !messages.some(({ id }) => id === replyTo.id)) setReplyTo(undefined);
  }, [messages]);
  const isEmpty = messages.length + outgoing.length === 0;
  const editLast = (): void => {
    const last = messages.findLast(({ author }) => author.id === self?.id);
    if (last) setEditing(last.id);
  };
  return (
    <>
      {isEmpty && current && complete ? (
        <div class="scroller">
          <Welcome channel={channel} {...sessionIn(channel)} />
        </div>
      ) : (
        <MessageList
          channel={channel}
          messages={messages}
          outgoing={outgoing}
          complete={complete}
          isLoading={!current && messages.length === 0}
          editing={editing}
          onEdit={setEditing}
          onReply={setReplyTo}
        />
      )}
      <TypingLine channel={channel.id} />
      <Composer
        channel={channel}
        replyTo={replyTo}
        isEditing={editing !== undefined}
        onStopReply={() => {
          setReplyTo(undefined);
        }}
        onEditLast={editLast}
      />
    </>
  );
}

/** The session's number, as the bridge says it in the topic. */
function sessionIn({ topic }: Channel): { session?: string } {
  const [, session] = /(?:session|セッション)\s?(\d+)/i.exec(readTopic(topic).rest) ?? [];
  return session === undefined ? {} : { session };
}
