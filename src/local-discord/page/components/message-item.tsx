import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import { memo } from '../memo.ts';
import { isSaid } from '../said.ts';
import { attachmentsShown } from '../shown-attachments.ts';
import type { Message } from '../state/payloads.ts';
import { componentsOf, displayName, hasFlag, isOfType } from '../state/payloads.ts';
import { Attachments } from './attachments.tsx';
import { Avatar } from './avatar.tsx';
import { Dots } from './dots.tsx';
import { Embeds } from './embeds.tsx';
import { Forwarded } from './forwarded.tsx';
import { Icon } from './icons.tsx';
import { Markdown } from './markdown-view.tsx';
import { MessageActions } from './message-actions.tsx';
import { MessageComponents } from './message-components.tsx';
import { MessageEditor } from './message-editor.tsx';
import { Reactions } from './reactions.tsx';
import { ReplyLine } from './reply-line.tsx';
import { SystemText } from './system-text.tsx';

export interface MessageHandlers {
  /** The message whose buttons can be reached with the keyboard. */
  onFocus(id: string): void;
  onEdit(id: string | undefined): void;
  onReply(message: Message): void;
  onJump(id: string): void;
}

/** One message, with all that hangs on it. */
export const MessageItem = memo(function MessageItem(props: {
  readonly message: Message;
  /** Same author as the one before, shortly after: no name of its own. */
  readonly isContinued: boolean;
  readonly isMine: boolean;
  readonly isEditing: boolean;
  /** Can be reached with Tab. */
  readonly isActive: boolean;
  readonly handlers: MessageHandlers;
}): VNode {
  const { chat, words, format } = useTools();
  const { message, isContinued, isMine, isEditing, isActive, handlers } = props;
  const { author, timestamp, edited_timestamp: edited } = message;
  const isHidden = hasFlag(message, 'ephemeral');
  const classes = ['message', isContinued && 'continued', isHidden && 'ephemeral', isEditing && 'editing'];
  return (
    <article
      id={`message-${message.id}`}
      class={classes.filter(Boolean).join(' ')}
      aria-label={`${displayName(author)}, ${format.time(timestamp)}`}
      tabIndex={isActive ? 0 : -1}
      onFocusIn={() => {
        handlers.onFocus(message.id);
        void chat.loadCommands();
      }}
      onPointerEnter={() => void chat.loadCommands()}
    >
      <ReplyLine message={message} onJump={(id) => handlers.onJump(id)} />
      {!isSaid(message) ? (
        <span class="system-mark">
          <Icon name={isOfType(message, 'threadCreated') ? 'thread' : 'info'} />
        </span>
      ) : isContinued ? (
        <time class="aside" dateTime={timestamp} title={format.full(timestamp)}>
          {format.time(timestamp)}
        </time>
      ) : (
        <>
          <Avatar user={author} />
          <header>
            <span class="author">{displayName(author)}</span>
            {author.bot && <span class="tag">{words.bot}</span>}
            <time dateTime={timestamp} title={format.full(timestamp)}>
              {format.time(timestamp)}
            </time>
          </header>
        </>
      )}
      <div class="body">
        {isEditing ? (
          <MessageEditor message={message} onDone={() => handlers.onEdit(undefined)} />
        ) : (
          <Content message={message} />
        )}
        {edited !== null && !hasFlag(message, 'loading') && (
          <span class="edited" title={format.full(edited)}>
            ({words.edited})
          </span>
        )}
        <Forwarded message={message} />
        <Attachments attachments={attachmentsShown(message)} />
        {!hasFlag(message, 'suppressEmbeds') && <Embeds message={message} />}
        {componentsOf(message).length > 0 && <MessageComponents message={message} />}
        <Reactions message={message} />
        {isHidden && <EphemeralNote message={message} />}
      </div>
      {!isEditing && isSaid(message) && (
        <MessageActions message={message} isMine={isMine} canTab={isActive} handlers={handlers} />
      )}
    </article>
  );
});

function Content({ message }: { readonly message: Message }): VNode | null {
  const { words } = useTools();
  if (!isSaid(message)) return <SystemText message={message} />;
  if (hasFlag(message, 'loading')) {
    return (
      <p class="thinking">
        <Dots />
        {words.thinking}
      </p>
    );
  }
  return message.content === '' ? null : <Markdown text={message.content} />;
}

function EphemeralNote({ message }: { readonly message: Message }): VNode {
  const { chat, words } = useTools();
  return (
    <p class="ephemeral-note">
      {words.onlyYou} ·{' '}
      <button type="button" class="link" onClick={() => chat.hide(message)}>
        {words.dismiss}
      </button>
    </p>
  );
}
