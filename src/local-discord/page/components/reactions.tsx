import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { useTools } from '../context.ts';
import type { Message } from '../state/payloads.ts';

const usual = ['👍', '👎', '❤️', '🎉', '🚀', '👀', '✅', '❌', '😄', '😕', '🙏', '🔥'];

/** Reactions under a message; a click adds or takes away one's own. */
export function Reactions({ message }: { readonly message: Message }): VNode | null {
  const { chat } = useTools();
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  return (
    <div class="reactions">
      {reactions.map(({ emoji, count, me }) => (
        <button
          key={emoji.id ?? emoji.name}
          type="button"
          aria-pressed={me}
          onClick={() => void chat.react(message, emoji, !me)}
        >
          <span class="emoji">{emoji.id === null ? emoji.name : `:${emoji.name ?? ''}:`}</span> {count}
        </button>
      ))}
    </div>
  );
}

/** A dozen emoji to choose from. The arrow keys walk, Escape closes. */
export function ReactionPicker({
  message,
  onClose,
}: {
  readonly message: Message;
  readonly onClose: () => void;
}): VNode {
  const { chat, words } = useTools();
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.querySelector('button')?.focus();
    // Unless somebody has gone elsewhere, back to where they came from.
    return () => {
      const hadFocus = element.current?.contains(document.activeElement) ?? false;
      if (hadFocus && before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 6, ArrowUp: -6 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...(element.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    buttons.at((at + step) % buttons.length)?.focus();
  };
  return (
    <div
      ref={element}
      class="picker"
      role="menu"
      aria-label={words.reactions}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && element.current?.contains(event.relatedTarget))) onClose();
      }}
    >
      {usual.map((name) => {
        const mine = message.reactions?.some(({ emoji, me }) => me && emoji.name === name) ?? false;
        return (
          <button
            key={name}
            type="button"
            role="menuitem"
            class={mine ? 'mine' : ''}
            onClick={() => {
              void chat.react(message, { id: null, name }, !mine);
              onClose();
            }}
          >
            {name}
          </button>
        );
      })}
    </div>
  );
}
