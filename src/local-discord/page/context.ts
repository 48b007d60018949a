import { createContext } from 'preact';
import { useContext, useEffect, useReducer, useRef } from 'preact/hooks';

import type { Actor } from './actor.ts';
import type { Chat } from './chat.ts';
import type { Format } from './format.ts';
import type { Names } from './markdown/plain-text.ts';
import type { Sender } from './sender.ts';
import type { ChatState } from './state/chat-state.ts';
import type { Drafts } from './state/drafts.ts';
import type { Words } from './words/words.ts';

/** What components work with; the same for the life of the page. */
export interface Tools {
  readonly chat: Chat;
  readonly sender: Sender;
  readonly actor: Actor;
  readonly words: Words;
  readonly format: Format;
  readonly drafts: Drafts;
  readonly names: Names;
}

export const ToolsContext = createContext<Tools | undefined>(undefined);

export function useTools(): Tools {
  const tools = useContext(ToolsContext);
  if (!tools) throw new Error('the page was drawn without its tools');
  return tools;
}

/** A part of the state; draws again when that part has changed. */
export function useChat<Part>(choose: (state: ChatState) => Part): Part {
  const { chat } = useTools();
  const [, redraw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const part = choose(chat.store.state);
  const latest = useRef({ choose, part });
  latest.current = { choose, part };
  useEffect(() => {
    const check = (): void => {
      const { choose: chooseNow, part: drawn } = latest.current;
      if (chooseNow(chat.store.state) !== drawn) redraw(undefined);
    };
    check(); // it may have changed between drawing and now
    return chat.store.subscribe(check);
  }, [chat]);
  return part;
}
