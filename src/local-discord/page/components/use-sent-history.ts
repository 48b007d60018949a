import { useRef } from 'preact/hooks';

import type { SentHistory } from '../state/sent-history.ts';
import { noHistory, remember, walk } from '../state/sent-history.ts';

/** What was sent since the page was opened, whatever the channel. */
let shared: SentHistory = noHistory;

/** Walks through what was sent. */
export function useSentHistory(): {
  remember(text: string): void;
  /** The text to show; undefined at the ends. */
  walk(step: -1 | 1, current: string): string | undefined;
} {
  const place = useRef<SentHistory>({ ...shared, at: shared.texts.length });
  return {
    remember: (text) => {
      place.current = shared = remember(shared, text);
    },
    walk: (step, current) => {
      const walked = walk(place.current, step, current);
      if (walked) place.current = walked.history;
      return walked?.text;
    },
  };
}
