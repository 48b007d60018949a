import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { systemClock } from '../../../base/clock.ts';
import { useTools } from '../context.ts';
import { Icon } from './icons.tsx';

const confirmedMs = 2000;

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const { words } = useTools();
  const { copied, copy } = useCopy(text);
  return (
    <button type="button" class="copy" onClick={copy} aria-label={copied ? words.copied : label}>
      <Icon name={copied ? 'check' : 'copy'} />
      <span aria-hidden="true">{copied ? words.copied : words.copy}</span>
    </button>
  );
}

/** Copies a text when it is told to; `copied` is true for a moment afterwards. */
export function useCopy(text: string): { readonly copied: boolean; readonly copy: () => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    return systemClock.after(confirmedMs, () => {
      setCopied(false);
    });
  }, [copied]);
  return {
    copied,
    copy: () => {
      void writeText(text).then(setCopied);
    },
  };
}

/** False when the browser does not allow it. */
async function writeText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the text stands there to be selected
  }
}
