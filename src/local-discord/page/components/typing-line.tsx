import type { VNode } from 'preact';

import { useChat, useTools } from '../context.ts';
import { Dots } from './dots.tsx';

/** Who is writing. */
export function TypingLine({ channel }: { readonly channel: string }): VNode {
  const { words, names } = useTools();
  const typing = useChat((state) => state.typing);
  const who = typing.filter((one) => one.channel === channel).map(({ user }) => names.user(user) ?? words.somebody);
  return (
    <p class="typing">
      {who.length > 0 && (
        <>
          <Dots />
          {(who.length === 1 ? words.typing : words.typingMany)(who.join(', '))}
        </>
      )}
    </p>
  );
}
