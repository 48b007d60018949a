import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import { plainText } from '../markdown/plain-text.ts';
import type { Message } from '../state/payloads.ts';
import { displayName, isOfType } from '../state/payloads.ts';
import { Icon } from './icons.tsx';

const longestQuote = 140;

/** What a message answers to: the quoted line, or the command that was used. */
export function ReplyLine({
  message,
  onJump,
}: {
  readonly message: Message;
  readonly onJump: (id: string) => void;
}): VNode | null {
  const { words, names } = useTools();
  const original = message.referenced_message;
  if (original) {
    const quote = plainText(original.content, names).slice(0, longestQuote);
    return (
      <button type="button" class="reply-line" title={words.jumpToOriginal} onClick={() => onJump(original.id)}>
        <Icon name="reply" />
        <span class="author">{displayName(original.author)}</span>
        <span class="quote">{quote || (original.attachments[0]?.filename ?? '…')}</span>
      </button>
    );
  }
  if (isOfType(message, 'reply')) {
    return (
      <p class="reply-line">
        <Icon name="reply" />
        <span class="quote">{words.replyGone}</span>
      </p>
    );
  }
  const used = commandOf(message);
  if (!used) return null;
  return (
    <p class="reply-line">
      <Icon name="reply" />
      <span class="quote">{words.used(used.user, used.name)}</span>
    </p>
  );
}

function commandOf(message: Message): { user: string; name: string } | undefined {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only place where Discord says the command's name
  const interaction = message.interaction;
  if (!interaction) return undefined;
  const user = displayName(interaction.user);
  if (isOfType(message, 'contextCommand')) return { user, name: interaction.name };
  return isOfType(message, 'command') ? { user, name: `/${interaction.name}` } : undefined;
}
