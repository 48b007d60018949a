import { beforeEach, describe, expect, it } from 'vitest';

import { Chat } from '../../../src/local-discord/page/chat.ts';
import { Rest } from '../../../src/local-discord/page/connection/rest.ts';
import type { Action, ChatState } from '../../../src/local-discord/page/state/chat-state.ts';
import { conversationOf, initialState } from '../../../src/local-discord/page/state/chat-state.ts';
import { ReadMarks } from '../../../src/local-discord/page/state/drafts.ts';
import type { Events, GatewayEvent } from '../../../src/local-discord/page/state/payloads.ts';
import { reduce } from '../../../src/local-discord/page/state/reduce.ts';
import { Store } from '../../../src/local-discord/page/state/store.ts';
import { english } from '../../../src/local-discord/page/words/english.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { commands } from './commands.ts';
import { message, owner } from './messages.ts';

const newest = 500;

describe('the chat', () => {
  let clock: ManualClock;
  let store: Store<ChatState, Action>;
  let chat: Chat;
  let history: number[];
  let asked: string[];
  let wanted: string;
  let session: number;
  /** Answers wait for it. */
  let line: Promise<void>;

  const ids = (): number[] => conversationOf(store.state, '100').messages.map(({ id }) => Number(id));
  const tell = (event: keyof Events, data: object): void => chat.onEvent({ event, data } as GatewayEvent);

  /** What the server would answer: its history from 1 on, newest first. */
  function answer(path: string): { status: number; text: string } {
    asked.push(path);
    const url = new URL(path, 'http://local');
    if (url.pathname.endsWith('/application-command-index')) {
      return { status: 200, text: JSON.stringify({ application_commands: commands }) };
    }
    if (/\/messages\/\d+$/.test(url.pathname)) return { status: 200, text: JSON.stringify(message('500')) };
    if (!url.pathname.endsWith('/messages')) return { status: 204, text: '' };
    const before = Number(url.searchParams.get('before') ?? Infinity);
    const limit = Number(url.searchParams.get('limit'));
    const page = history
      .filter((id) => id < before)
      .slice(-limit)
      .reverse();
    return { status: 200, text: JSON.stringify(page.map((id) => message(String(id)))) };
  }

  const begin = async (): Promise<void> => {
    tell('READY', { user: owner, session_id: `s${(session += 1)}`, resume_gateway_url: 'ws://x' });
    const channel = { type: 0, name: 'c', position: 0 };
    const channels = [
      { ...channel, id: '100' },
      { ...channel, id: '200', position: 1 },
    ];
    tell('GUILD_CREATE', { id: '9', channels, threads: [], members: [{ user: owner }], roles: [] });
    await clock.advance(0);
  };

  beforeEach(() => {
    clock = new ManualClock();
    store = new Store(initialState, reduce);
    history = Array.from({ length: newest }, (_, index) => index + 1);
    asked = [];
    wanted = '';
    session = 0;
    line = Promise.resolve();
    const rest = new Rest({
      token: 't',
      clock,
      carry: ({ path }) => {
        const answered = answer(path);
        return line.then(() => answered);
      },
    });
    const marks = new ReadMarks({ getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
    chat = new Chat({ store, rest, clock, words: english, marks, wanted: () => wanted });
  });

  it('says that the channel on the screen is gone, and knows that nobody asked for the one that it shows', async () => {
    wanted = '200';
    await begin();
    expect(chat.isUnasked('200')).toBe(false);
    tell('CHANNEL_DELETE', { id: '200' });
    expect(store.state.reading.shown).toBe('100');
    expect(store.state.notice).toContain('#c is gone');
    expect(chat.isUnasked('100')).toBe(true);
    chat.open('100');
    expect(chat.isUnasked('100')).toBe(false);
  });

  it('says nothing when another channel goes', async () => {
    await begin();
    tell('CHANNEL_DELETE', { id: '200' });
    expect(store.state.reading.shown).toBe('100');
    expect(store.state.notice).toBeUndefined();
  });

  it('opens the first channel, or the one of the address, with the newest page', async () => {
    await begin();
    expect(store.state.reading.shown).toBe('100');
    expect(ids()).toEqual(history.slice(-50));
    wanted = '200';
    chat.open(wanted);
    expect(store.state.reading.shown).toBe('200');
  });

  it('loads what is older, once at a time, up to the beginning', async () => {
    history = history.slice(0, 120);
    await begin();
    await Promise.all([chat.loadOlder('100'), chat.loadOlder('100')]);
    expect(ids()).toHaveLength(100);
    await chat.loadOlder('100');
    expect(ids()).toEqual(history);
    const before = asked.length;
    await chat.loadOlder('100');
    expect(asked).toHaveLength(before);
  });

  it('BX-01: fetches after a break all that was missed, and keeps what was there', async () => {
    history = history.slice(0, 300);
    await begin();
    await chat.loadOlder('100');
    const known = ids();
    history = Array.from({ length: newest }, (_, index) => index + 1); // 200 more than one page has
    await begin();
    expect(ids()).toEqual([...known, ...history.slice(300)]);
  });

  it('BX-01: fetches also what was missed before something came that was not, in a channel that is opened later', async () => {
    history = history.slice(0, 300);
    await begin();
    const known = ids();
    wanted = '200';
    chat.open(wanted);
    history = Array.from({ length: newest }, (_, index) => index + 1);
    await begin();
    history.push(newest + 1);
    tell('MESSAGE_CREATE', message(String(newest + 1)));
    chat.open('100');
    await clock.advance(0);
    expect(ids()).toEqual([...known, ...history.slice(300)]);
  });

  it('does not fetch again what is current', async () => {
    await begin();
    const before = asked.length;
    chat.open('200');
    await clock.advance(0);
    chat.open('100');
    await clock.advance(0);
    expect(asked).toHaveLength(before + 1);
  });

  it('does not take for current what it asked before a break', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    line = promise;
    await begin();
    line = Promise.resolve();
    history.push(newest + 1);
    await begin();
    resolve(undefined);
    await clock.advance(0);
    expect(ids()).toEqual(history.slice(-50));
  });

  it('knows its commands over a break, until it hears of others', async () => {
    await begin();
    await chat.loadCommands();
    const known = store.state.commands;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    line = promise;
    await begin();
    expect(store.state.commands).toBe(known);
    resolve(undefined);
    await clock.advance(0);
    expect(store.state.commands).not.toBe(known);
    expect(store.state.commands).toEqual(known);
  });

  it('finds an old message while older ones are being loaded anyway', async () => {
    await begin();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    line = promise;
    const scrolled = chat.loadOlder('100');
    const found = chat.reveal('100', '420');
    await clock.advance(0);
    resolve(undefined);
    expect(await found).toBe(true);
    await scrolled;
  });

  it('says that a message is gone, without loading all that is older', async () => {
    await begin();
    history = history.filter((id) => id !== 470);
    tell('MESSAGE_DELETE', { id: '470', channel_id: '100' });
    const before = asked.length;
    expect(await chat.reveal('100', '470')).toBe(false);
    expect(asked).toHaveLength(before);
    expect(store.state.notice).toBe(english.replyGone);
  });

  it('finds an old message that somebody replied to', async () => {
    await begin();
    expect(await chat.reveal('100', '320')).toBe(true);
    expect(ids()).toContain(320);
    history = [];
    expect(await chat.reveal('100', '9999')).toBe(false);
  });

  it('says whether an edit was taken, and why not', async () => {
    await begin();
    expect(await chat.edit(message('500'), 'new')).toBe(true);
    expect(store.state.notice).toBeUndefined();
    line = Promise.reject(new Error('no connection'));
    expect(await chat.edit(message('500'), 'newer')).toBe(false);
    expect(store.state.notice).toBe(english.failed(english.editIt, english.noConnection));
  });

  it('tells of typing, not at every letter', async () => {
    await begin();
    const told = (): number => asked.filter((path) => path.endsWith('/typing')).length;
    await chat.tellTyping('100');
    await chat.tellTyping('100');
    expect(told()).toBe(1);
    await clock.advance(8000);
    await chat.tellTyping('100');
    expect(told()).toBe(2);
    chat.forgetTyping('100');
    await chat.tellTyping('100');
    expect(told()).toBe(3);
  });
});
