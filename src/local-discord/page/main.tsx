import { render } from 'preact';

import { systemClock } from '../../base/clock.ts';
import { Actor } from './actor.ts';
import { Chat } from './chat.ts';
import { Page } from './components/page.tsx';
import { openBrowserSocket } from './connection/browser-socket.ts';
import { carry } from './connection/carry.ts';
import { GatewayClient } from './connection/gateway-client.ts';
import { Rest } from './connection/rest.ts';
import { ToolsContext } from './context.ts';
import { Format } from './format.ts';
import { Sender } from './sender.ts';
import type { Action, ChatState } from './state/chat-state.ts';
import { initialState } from './state/chat-state.ts';
import { Drafts, ReadMarks } from './state/drafts.ts';
import { displayName } from './state/payloads.ts';
import { reduce } from './state/reduce.ts';
import { Store } from './state/store.ts';
import { applyTheme, readTheme } from './theme.ts';
import { chooseWords } from './words/words.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/messages.css';
import './styles/markdown.css';
import './styles/composer.css';
import './styles/components.css';

// The one place of the page that constructs.
const clock = systemClock;
const words = chooseWords(navigator.languages);
const token = document.querySelector<HTMLMetaElement>('meta[name="user-token"]')?.content ?? '';
const newNonce = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, 25);

const store = new Store<ChatState, Action>(initialState, reduce);
const rest = new Rest({ token, carry, clock });
/** A link to a message names its channel first. */
const wanted = (): string => location.hash.slice(1).split('/')[0] ?? '';
const chat = new Chat({ store, rest, clock, words, wanted, marks: new ReadMarks(localStorage) });
const sender = new Sender({ store, rest, clock, words, newNonce });
const actor = new Actor({ store, rest, clock, words, newNonce });
const gateway = new GatewayClient({
  token,
  findUrl: async () => (await rest.get<{ url: string }>('/gateway')).url,
  openSocket: openBrowserSocket,
  clock,
  random: Math.random,
  onEvent: (event) => chat.onEvent(event),
  onConnection: (connection) => chat.onConnection(connection),
});

const format = new Format({ words, now: () => clock.now() });
const names = {
  user: (id: string) => {
    const user = store.state.users.get(id);
    return user && displayName(user);
  },
  role: (id: string) => store.state.roles.get(id),
  channel: (id: string) => store.state.channels.get(id)?.name,
  time: (seconds: number, style: string) => format.custom(seconds, style),
};
const tools = {
  ...{ chat, sender, actor, words, names, format },
  drafts: new Drafts(sessionStorage),
};

document.documentElement.lang = words.language;
applyTheme(readTheme());
window.addEventListener('hashchange', () => chat.open(wanted()));
window.addEventListener('online', () => void gateway.connect());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void gateway.connect();
});

const root = document.getElementById('page');
if (!root) throw new Error('index.html has no place for the page');
render(
  <ToolsContext.Provider value={tools}>
    <Page />
  </ToolsContext.Provider>,
  root,
);
sender.start();
chat.start(gateway);
