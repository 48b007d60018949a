// The chat page: one more user of the server, who speaks Discord's REST and Gateway.

import { Conversation, pendingId } from './conversation.js';
import { GatewayClient, Rest } from './discord-client.js';
import { element } from './markdown.js';
import { displayName, isContinued, messageElement } from './message-view.js';

const pageSize = 50;
const typingEveryMs = 8000;
const typingLastsMs = 10_000;

const byId = (id) => document.getElementById(id);
const scroller = byId('scroller');
const list = byId('messages');
const composer = byId('composer');
const text = byId('text');

const token = document.querySelector('meta[name="user-token"]').content;
const rest = new Rest(token);

const state = {
  self: undefined,
  guild: undefined,
  channels: new Map(),
  users: new Map(),
  conversations: new Map(),
  unread: new Set(),
  typing: new Map(),
  shown: undefined,
};

const names = {
  user: (id) => (state.users.has(id) ? displayName(state.users.get(id)) : undefined),
  channel: (id) => state.channels.get(id)?.name,
};

// ── events ──

const handlers = {
  READY({ user }) {
    state.self = user;
    // A new session: whatever happened in between was missed.
    for (const conversation of state.conversations.values()) conversation.current = false;
  },
  GUILD_CREATE(guild) {
    state.guild = guild.id;
    state.channels = new Map([...guild.channels, ...guild.threads].map((channel) => [channel.id, channel]));
    for (const { user } of guild.members) state.users.set(user.id, user);
    showChannels();
    openChannel(location.hash.slice(1));
  },
  GUILD_MEMBER_ADD: ({ user }) => state.users.set(user.id, user),
  CHANNEL_CREATE: (channel) => changeChannel(channel),
  CHANNEL_UPDATE: (channel) => changeChannel(channel),
  CHANNEL_DELETE: ({ id }) => dropChannel(id),
  THREAD_CREATE: (channel) => changeChannel(channel),
  THREAD_UPDATE: (channel) => (channel.thread_metadata.archived ? dropChannel(channel.id) : changeChannel(channel)),
  THREAD_DELETE: ({ id }) => dropChannel(id),
  MESSAGE_CREATE(message) {
    state.users.set(message.author.id, message.author);
    if (state.typing.get(message.author.id)?.channel === message.channel_id) state.typing.delete(message.author.id);
    conversationOf(message.channel_id).put(message);
    if (message.channel_id !== state.shown && message.author.id !== state.self?.id) {
      state.unread.add(message.channel_id);
      showChannels();
    }
    showTyping();
    show(message.channel_id);
  },
  MESSAGE_UPDATE(message) {
    if (conversationOf(message.channel_id).get(message.id)) conversationOf(message.channel_id).put(message);
    show(message.channel_id);
  },
  MESSAGE_DELETE({ id, channel_id: channel }) {
    conversationOf(channel).delete(id);
    show(channel);
  },
  MESSAGE_DELETE_BULK({ ids, channel_id: channel }) {
    for (const id of ids) conversationOf(channel).delete(id);
    show(channel);
  },
  MESSAGE_REACTION_ADD: (data) =>
    changeReactions(data, (conversation) => conversation.react(data, true, state.self?.id)),
  MESSAGE_REACTION_REMOVE: (data) =>
    changeReactions(data, (conversation) => conversation.react(data, false, state.self?.id)),
  MESSAGE_REACTION_REMOVE_ALL: (data) =>
    changeReactions(data, (conversation) => conversation.clearReactions(data.message_id)),
  MESSAGE_REACTION_REMOVE_EMOJI: (data) =>
    changeReactions(data, (conversation) => conversation.clearReactions(data.message_id, data.emoji)),
  TYPING_START({ channel_id: channel, user_id: user }) {
    if (user === state.self?.id) return;
    state.typing.set(user, { channel, until: Date.now() + typingLastsMs });
    showTyping();
    setTimeout(showTyping, typingLastsMs + 50);
  },
};

const gateway = new GatewayClient({
  token,
  rest,
  onDispatch: (event, data) => handlers[event]?.(data),
  onState(connection) {
    const words = {
      connecting: 'Connecting…',
      ready: '',
      refused: 'This page is out of date. Open the address that “vai status” prints.',
    };
    byId('connection').textContent = words[connection];
  },
});

function changeReactions({ channel_id: channel }, change) {
  change(conversationOf(channel));
  show(channel);
}

function changeChannel(channel) {
  state.channels.set(channel.id, channel);
  showChannels();
  if (state.shown === undefined || state.shown === channel.id) openChannel(channel.id);
}

function dropChannel(id) {
  state.channels.delete(id);
  state.conversations.delete(id);
  showChannels();
  if (state.shown === id) openChannel(undefined);
}

function conversationOf(channel) {
  if (!state.conversations.has(channel)) state.conversations.set(channel, new Conversation());
  return state.conversations.get(channel);
}

// ── channels ──

const isText = (channel) => channel.type === 0;
const isThread = (channel) => channel.type === 11 || channel.type === 12;

function orderedChannels() {
  const all = [...state.channels.values()];
  return all
    .filter(isText)
    .sort((a, b) => a.position - b.position)
    .flatMap((channel) => [channel, ...all.filter((one) => isThread(one) && one.parent_id === channel.id)]);
}

function showChannels() {
  byId('channels').replaceChildren(
    ...orderedChannels().map((channel) => {
      const anchor = element('a', '', channel.name);
      anchor.href = `#${channel.id}`;
      if (channel.id === state.shown) anchor.setAttribute('aria-current', 'page');
      const item = element('li', isThread(channel) ? 'thread' : '', anchor);
      item.classList.toggle('unread', state.unread.has(channel.id));
      return item;
    }),
  );
}

/** Shows a channel, or the first when there is no such one. */
function openChannel(wanted) {
  const channel = state.channels.get(wanted) ?? orderedChannels()[0];
  const changed = state.shown !== channel?.id;
  state.shown = channel?.id;
  byId('channel-name').textContent = channel ? `# ${channel.name}` : '';
  byId('topic').textContent = byId('topic').title = channel?.topic ?? '';
  document.title = channel ? `#${channel.name} · Claude Bridge` : 'Claude Bridge';
  text.disabled = composer.querySelector('button').disabled = !channel;
  text.placeholder = channel ? `Message #${channel.name}` : '';
  byId('placeholder').textContent = channel ? '' : 'There is no channel yet. “vai add-session” makes one.';
  if (channel) state.unread.delete(channel.id);
  showChannels();
  showTyping();
  if (!channel) {
    list.replaceChildren();
    return;
  }
  if (changed) {
    if (location.hash.slice(1) !== channel.id) history.replaceState(null, '', `#${channel.id}`);
    list.replaceChildren();
    if (matchMedia('(hover: hover)').matches) text.focus();
  }
  show(channel.id);
  if (changed) scroller.scrollTop = scroller.scrollHeight;
  void refresh(channel.id);
}

/** Fetches the newest messages, unless what is here is current. */
async function refresh(channel) {
  const conversation = conversationOf(channel);
  if (conversation.current) return;
  const known = conversation.ids();
  try {
    const messages = await rest.call('GET', `/channels/${channel}/messages?limit=${pageSize}`);
    conversation.replaceNewest(messages, messages.length < pageSize, known);
  } catch (error) {
    if (error.status === undefined) return; // not connected: done again with the next session
    throw error;
  }
  show(channel);
  if (channel === state.shown && messagesAreFew(conversation)) {
    byId('placeholder').textContent = 'This is the beginning. Say something.';
  }
}

const messagesAreFew = (conversation) => conversation.list().length === 0;

let loadingOlder = false;

async function loadOlder() {
  const channel = state.shown;
  const conversation = channel && conversationOf(channel);
  if (!conversation || loadingOlder || conversation.complete || !conversation.current) return;
  loadingOlder = true;
  try {
    const before = conversation.oldestId();
    const messages = await rest.call('GET', `/channels/${channel}/messages?limit=${pageSize}&before=${before}`);
    conversation.complete = messages.length < pageSize;
    for (const message of messages) conversation.put(message);
    const fromBottom = scroller.scrollHeight - scroller.scrollTop;
    show(channel);
    scroller.scrollTop = scroller.scrollHeight - fromBottom;
  } finally {
    loadingOlder = false;
  }
}

// ── messages ──

const drawn = new WeakMap();

/** Brings the list in line with what is known, touching only what changed. */
function show(channel) {
  if (channel !== state.shown) return;
  const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const messages = conversationOf(channel).list();
  const present = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const items = messages.map((message) => {
    const item = present.get(message.id);
    if (item && drawn.get(item) === message) return item;
    const fresh = messageElement(message, { names, react, resend: send });
    drawn.set(fresh, message);
    return fresh;
  });
  for (const [index, item] of items.entries()) {
    item.classList.toggle('continued', isContinued(messages[index], messages[index - 1]));
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  }
  while (list.children.length > items.length) list.lastElementChild.remove();
  if (messages.length > 0) byId('placeholder').textContent = '';
  if (wasAtEnd) scroller.scrollTop = scroller.scrollHeight;
}

function react({ id, channel_id: channel }, emoji, add) {
  const name = encodeURIComponent(emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);
  void rest.call(add ? 'PUT' : 'DELETE', `/channels/${channel}/messages/${id}/reactions/${name}/@me`);
}

function showTyping() {
  const now = Date.now();
  const who = [...state.typing]
    .filter(([, { channel, until }]) => channel === state.shown && until > now)
    .map(([user]) => names.user(user) ?? 'Somebody');
  byId('typing').textContent = who.length === 0 ? '' : `${who.join(', ')} ${who.length === 1 ? 'is' : 'are'} typing…`;
}

// ── writing ──

/** Sends a pending message; the nonce makes sending it again harmless. */
async function send(message) {
  const { channel_id: channel, content, nonce } = message;
  const conversation = conversationOf(channel);
  conversation.put({ ...message, failure: undefined });
  show(channel);
  try {
    const sent = await rest.call('POST', `/channels/${channel}/messages`, { content, nonce, enforce_nonce: true });
    if (!conversation.get(sent.id)) conversation.put(sent);
    conversation.delete(message.id);
  } catch (error) {
    conversation.put({ ...message, failure: error.status === undefined ? 'no connection.' : error.message });
  }
  show(channel);
}

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const content = text.value.trim();
  if (content === '' || state.shown === undefined || !state.self) return;
  text.value = '';
  fitComposer();
  typedAt = 0;
  const nonce = crypto.randomUUID().replaceAll('-', '').slice(0, 25);
  const timestamp = new Date().toISOString();
  scroller.scrollTop = scroller.scrollHeight;
  void send({
    id: pendingId(nonce),
    nonce,
    pending: true,
    channel_id: state.shown,
    author: state.self,
    content,
    timestamp,
  });
});

text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

let typedAt = 0;

text.addEventListener('input', () => {
  fitComposer();
  if (text.value.trim() === '' || Date.now() - typedAt < typingEveryMs) return;
  typedAt = Date.now();
  rest.call('POST', `/channels/${state.shown}/typing`).catch((error) => console.debug('typing was not told', error));
});

function fitComposer() {
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight + 2}px`;
}

// ── the window ──

function toggleSidebar(open) {
  byId('sidebar').classList.toggle('open', open);
  byId('menu').setAttribute('aria-expanded', String(open));
}

byId('menu').addEventListener('click', () => toggleSidebar(true));
byId('shade').addEventListener('click', () => toggleSidebar(false));
byId('channels').addEventListener('click', () => toggleSidebar(false));
document.addEventListener('keydown', (event) => event.key === 'Escape' && toggleSidebar(false));
window.addEventListener('hashchange', () => openChannel(location.hash.slice(1)));
window.addEventListener('online', () => gateway.connect());
document.addEventListener('visibilitychange', () => document.hidden || gateway.connect());
scroller.addEventListener('scroll', () => scroller.scrollTop < 200 && loadOlder());

void gateway.connect();
