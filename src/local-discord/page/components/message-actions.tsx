import type { VNode } from 'preact';
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';

import { useChat, useTools } from '../context.ts';
import type { Message } from '../state/payloads.ts';
import { hasFlag } from '../state/payloads.ts';
import { useCopy } from './copy-button.tsx';
import { Dialog } from './dialog.tsx';
import type { IconName } from './icons.tsx';
import { Icon } from './icons.tsx';
import type { MessageHandlers } from './message-item.tsx';
import { ReactionPicker } from './reactions.tsx';

/** What can be done with a message. Seen when it is pointed at or has the focus. */
export function MessageActions(props: {
  readonly message: Message;
  readonly isMine: boolean;
  readonly canTab: boolean;
  readonly handlers: MessageHandlers;
}): VNode | null {
  const { chat, actor, words } = useTools();
  const commands = useChat((state) => state.messageCommands);
  const [open, setOpen] = useState<'picker' | 'deletion'>();
  const { message, isMine, canTab, handlers } = props;
  const { copied, copy } = useCopy(linkTo(message));
  if (hasFlag(message, 'ephemeral')) return null;
  const close = (): void => {
    setOpen(undefined);
  };
  const button = (label: string, icon: IconName, onClick: () => void): VNode => (
    <button type="button" aria-label={label} title={label} tabIndex={canTab ? 0 : -1} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
  return (
    <div class={open ? 'actions open' : 'actions'}>
      {button(words.addReaction, 'smile', () => {
        setOpen('picker');
      })}
      {button(words.reply, 'reply', () => handlers.onReply(message))}
      {button(copied ? words.copied : words.copyLink, copied ? 'check' : 'link', copy)}
      {isMine && button(words.edit, 'edit', () => handlers.onEdit(message.id))}
      {isMine &&
        button(words.remove, 'remove', () => {
          setOpen('deletion');
        })}
      {commands.map((command) => (
        <Fragment key={command.id}>{button(command.name, 'command', () => actor.runOn(message, command))}</Fragment>
      ))}
      {open === 'picker' && <ReactionPicker message={message} onClose={close} />}
      {open === 'deletion' && (
        <Dialog title={words.deleteMessage} onClose={close}>
          <p>{words.deleteQuestion}</p>
          <footer>
            <button type="button" class="button" onClick={close}>
              {words.cancel}
            </button>
            <button
              type="button"
              class="button danger"
              onClick={() => {
                close();
                void chat.remove(message);
              }}
            >
              {words.remove}
            </button>
          </footer>
        </Dialog>
      )}
    </div>
  );
}

/** Names the message for `vai trace`. */
function linkTo({ channel_id: channel, id }: Message): string {
  return `${location.origin}${location.pathname}#${channel}/${id}`;
}
