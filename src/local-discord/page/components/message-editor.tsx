import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { fitHeight } from '../fit-height.ts';
import { isForInputMethod } from '../input-method.ts';
import type { Message } from '../state/payloads.ts';

/** A message's text while its author changes it. */
export function MessageEditor({ message, onDone }: { readonly message: Message; readonly onDone: () => void }): VNode {
  const { chat, words } = useTools();
  const [text, setText] = useState(message.content);
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(message.content.length, message.content.length);
  }, []);
  useLayoutEffect(() => {
    if (area.current) fitHeight(area.current);
  }, [text]);
  const save = async (): Promise<void> => {
    const content = text.trim();
    if (content === '') return;
    if (content === message.content || (await chat.edit(message, content))) onDone();
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        ref={area}
        rows={1}
        value={text}
        maxLength={2000}
        aria-label={words.editMessage}
        onInput={(event) => {
          setText(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (isForInputMethod(event)) return;
          if (event.key === 'Escape') {
            event.stopPropagation();
            onDone();
          } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <div class="editor-buttons">
        <button type="button" class="button small" onClick={onDone}>
          {words.cancel}
        </button>
        <button type="submit" class="button small primary">
          {words.save}
        </button>
      </div>
    </form>
  );
}
