import type { VNode } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { useChat, useTools } from '../context.ts';
import { rowsOf } from '../rows.ts';
import { ScrollPlace } from '../scroll-place.ts';
import type { Channel } from '../state/channels.ts';
import type { Outgoing } from '../state/outbox.ts';
import type { Message } from '../state/payloads.ts';
import { Announcer } from './announcer.tsx';
import { Icon } from './icons.tsx';
import type { MessageHandlers } from './message-item.tsx';
import { MessageItem } from './message-item.tsx';
import { OutgoingItem } from './outgoing-item.tsx';
import { walkMessages } from './walk-messages.ts';

interface Props {
  readonly channel: Channel;
  readonly messages: readonly Message[];
  readonly outgoing: readonly Outgoing[];
  readonly complete: boolean;
  readonly isLoading: boolean;
  readonly editing: string | undefined;
  readonly onEdit: (id: string | undefined) => void;
  readonly onReply: (message: Message) => void;
}

/** How near to the top (pixels) older messages are fetched. */
const fetchBefore = 600;

/** The messages, their scrolling, and who is reading. */
export function MessageList(props: Props): VNode {
  const { chat, words, format } = useTools();
  const { channel, messages, outgoing, complete, isLoading, editing, onEdit, onReply } = props;
  const self = useChat((state) => state.self);
  const isOffline = useChat((state) => state.connection !== 'ready');
  const divider = useChat((state) => state.reading.dividers.get(channel.id));
  const unread = useChat((state) => state.reading.unread.get(channel.id));
  const rows = useMemo(() => rowsOf(messages, divider, (iso) => format.date(iso)), [messages, divider, format]);
  const [focused, setFocused] = useState<string>();
  const active = focused !== undefined && messages.some(({ id }) => id === focused) ? focused : messages.at(-1)?.id;
  const scroller = useRef<HTMLDivElement>(null);
  const { isAtEnd, toEnd, onScroll } = useScrollPlace(scroller, props);

  const onJump = useCallback(
    (id: string): void => {
      void chat.reveal(channel.id, id).then((found) => {
        if (found) requestAnimationFrame(() => flash(id));
      });
    },
    [chat, channel.id],
  );
  const handlers = useMemo<MessageHandlers>(
    () => ({ onFocus: setFocused, onEdit, onReply, onJump }),
    [onEdit, onReply, onJump],
  );

  return (
    <>
      <div ref={scroller} class="scroller" onScroll={onScroll}>
        <div class="messages" role="log" aria-live="off" aria-label={words.messages} onKeyDown={walkMessages}>
          {isLoading && <p class="beginning">{words.loading}</p>}
          {complete && messages.length > 0 && <p class="beginning">{words.beginning(channel.name)}</p>}
          {rows.map((row) => {
            if (row.kind === 'new') {
              return (
                <div key={row.key} class="separator new" role="separator" aria-label={words.newMessages}>
                  <span>{words.newMessages}</span>
                </div>
              );
            }
            if (row.kind === 'day') {
              const day = format.day(row.timestamp);
              return (
                <div key={row.key} class="separator" role="separator" aria-label={day}>
                  <span>{day}</span>
                </div>
              );
            }
            const { message } = row;
            return (
              <MessageItem
                key={row.key}
                message={message}
                isContinued={row.isContinued}
                isMine={message.author.id === self?.id}
                isEditing={message.id === editing}
                isActive={message.id === active}
                handlers={handlers}
              />
            );
          })}
          {outgoing.map((message, index) => (
            <OutgoingItem
              key={message.nonce}
              message={message}
              isOffline={isOffline}
              author={index === 0 && messages.at(-1)?.author.id !== self?.id ? self : undefined}
            />
          ))}
        </div>
      </div>
      <div class="to-end-place">
        {!isAtEnd && (
          <button
            type="button"
            class={unread ? 'to-end has-news' : 'to-end'}
            aria-label={words.jumpToNewest}
            onClick={toEnd}
          >
            <Icon name="down" />
            {unread && unread.count > 0 && <span aria-hidden="true">{words.newBelow(unread.count)}</span>}
          </button>
        )}
      </div>
      <Announcer messages={messages} self={self?.id} />
    </>
  );
}

/** Keeps the place while the list changes, and tells the state whether somebody looks at its end. */
function useScrollPlace(
  scroller: { readonly current: HTMLDivElement | null },
  { messages, outgoing, isLoading, channel }: Props,
): { isAtEnd: boolean; toEnd: () => void; onScroll: () => void } {
  const { chat } = useTools();
  const place = useRef<ScrollPlace>(undefined);
  const [isAtEnd, setAtEnd] = useState(true);
  const wasLoaded = useRef(false);

  const attend = useCallback((): void => {
    const atEnd = place.current?.isAtEnd ?? true;
    setAtEnd(atEnd);
    const attentive = atEnd && wasLoaded.current && document.visibilityState === 'visible' && document.hasFocus();
    const { reading } = chat.store.state;
    const isNews = attentive !== reading.attentive || (attentive && reading.unread.has(channel.id));
    if (reading.shown === channel.id && isNews) chat.store.dispatch({ kind: 'attend', attentive });
  }, [chat, channel.id]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const list = element.firstElementChild;
    const keeper = new ScrollPlace(element, () => list?.querySelectorAll('article[id]') ?? []);
    place.current = keeper;
    const observer = new ResizeObserver(() => {
      keeper.restore();
      attend();
    });
    observer.observe(element);
    if (list) observer.observe(list);
    const events = ['focus', 'blur'] as const;
    for (const event of events) window.addEventListener(event, attend);
    document.addEventListener('visibilitychange', attend);
    return () => {
      observer.disconnect();
      for (const event of events) window.removeEventListener(event, attend);
      document.removeEventListener('visibilitychange', attend);
    };
  }, [attend]);

  useLayoutEffect(() => {
    place.current?.restore();
    if (!wasLoaded.current && !isLoading) {
      wasLoaded.current = true;
      // What is new comes into sight first, when it is more than fits.
      const line = scroller.current?.querySelector('.separator.new');
      const top = scroller.current?.getBoundingClientRect().top ?? 0;
      if (line && line.getBoundingClientRect().top < top) line.scrollIntoView({ block: 'start' });
      place.current?.remember();
    }
  }, [messages, isLoading]);

  const loadNearTop = (): void => {
    if ((scroller.current?.scrollTop ?? 0) < fetchBefore) void chat.loadOlder(channel.id);
  };

  useEffect(attend, [messages, isLoading, attend]);
  // A page may be too short to be scrolled.
  useEffect(loadNearTop, [messages, isLoading]);

  // What one has written oneself is what one wants to see.
  const newest = outgoing.at(-1)?.nonce;
  useLayoutEffect(() => {
    if (newest !== undefined) place.current?.toEnd('instant');
  }, [newest]);

  const toEnd = (): void => {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    place.current?.toEnd(isCalm ? 'instant' : 'smooth');
  };
  const onScroll = (): void => {
    place.current?.scrolled();
    loadNearTop();
    attend();
  };
  return { isAtEnd, toEnd, onScroll };
}

/** Brings a message into sight, and makes it stand out for a moment. */
function flash(id: string): void {
  const element = document.getElementById(`message-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: 'center' });
  element.focus({ preventScroll: true });
  element.classList.remove('flash');
  requestAnimationFrame(() => {
    element.classList.add('flash');
  });
}
