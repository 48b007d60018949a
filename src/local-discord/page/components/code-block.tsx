import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import type { Token } from '../highlight.ts';
import { CopyButton } from './copy-button.tsx';

interface Props {
  readonly code: string;
  /** As it was written; may be anything, or empty. */
  readonly language: string;
}

/** A block of code with its language and a way to copy it. Colours come when they are loaded. */
export function CodeBlock({ code, language }: Props): VNode {
  const { words } = useTools();
  const tokens = useTokens(code, language);
  return (
    <figure class="code">
      <figcaption>
        <span class="language">{language}</span>
        <CopyButton text={code} label={words.copyCode} />
      </figcaption>
      {/* Long lines scroll, also with the keyboard. */}
      <pre tabIndex={0}>
        <code>
          {tokens
            ? tokens.map(({ scope, text }) => (scope === '' ? text : <span class={`hl-${scope}`}>{text}</span>))
            : code}
        </code>
      </pre>
    </figure>
  );
}

function useTokens(code: string, language: string): readonly Token[] | undefined {
  const [found, setFound] = useState<{ code: string; tokens: readonly Token[] | undefined }>();
  useEffect(() => {
    if (language === '') return undefined;
    let isWanted = true;
    void import('../highlight.ts').then(
      ({ highlight }) => {
        if (isWanted) setFound({ code, tokens: highlight(code, language) });
      },
      () => undefined, // no colours without a connection
    );
    return () => {
      isWanted = false;
    };
  }, [code, language]);
  return found?.code === code ? found.tokens : undefined;
}
