import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { plainText } from '../markdown/plain-text.ts';
import type { Message } from '../state/payloads.ts';
import { displayName } from '../state/payloads.ts';
import { unheard } from '../unheard.ts';

/**
 * Reads out what others say, once: the log itself is silent, as it would repeat a message at every edit, and an agent
 * edits often.
 */
export function Announcer(props: { readonly messages: readonly Message[]; readonly self: string | undefined }): VNode {
  const { names } = useTools();
  const { messages, self } = props;
  const [said, setSaid] = useState('');
  const heard = useRef<string>(undefined);
  useEffect(() => {
    const newest = messages.at(-1);
    if (!newest) return;
    const before = heard.current;
    heard.current = newest.id;
    if (before === undefined) return;
    const fresh = unheard(messages, before, self);
    const lines = fresh.map(({ author, content }) => `${displayName(author)}: ${plainText(content, names)}`);
    if (lines.length > 0) setSaid(lines.join('\n'));
  }, [messages]);
  return (
    <div class="heard" aria-live="polite">
      {said}
    </div>
  );
}
