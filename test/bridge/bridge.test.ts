import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { Actor } from '../../src/model/access.ts';
import { refusal } from '../storage/refusal.ts';
import { chat, local, paneOne, paneTwo, world } from './support/bridge-world.ts';
import type { World } from './support/bridge-world.ts';
import { asks } from './support/collector-world.ts';
import { channelOne, channelTwo, elsewhere, one } from './support/messages.ts';

/** A message that waits for session 1. */
function waitingIn(stores: World['stores']): string {
  const id = 'discord:1200000000000000001';
  stores.inbox.append({
    id,
    session: one,
    source: 'discord',
    channel: channelOne,
    messageId: undefined,
    authorId: undefined,
    authorName: 'Olga',
    text: 'x',
    sentAt: 0,
    receivedAt: 0,
  });
  return id;
}

describe('access', () => {
  /** Every call, as somebody would make it about session 1. */
  const calls: Readonly<Record<string, (world: World, actor: Actor) => Promise<unknown>>> = {
    status: ({ bridge }, actor) => bridge.status(actor),
    listSessions: ({ bridge }, actor) => bridge.listSessions(actor),
    prompts: ({ bridge }, actor) => bridge.prompts(actor),
    post: ({ bridge }, actor) => bridge.post(actor, { kind: 'session', session: 1 }, 'x'),
    'post to a mapped channel': ({ bridge }, actor) =>
      bridge.post(actor, { kind: 'channel', channel: channelOne }, 'x'),
    'post elsewhere': ({ bridge }, actor) => bridge.post(actor, { kind: 'channel', channel: elsewhere }, 'x'),
    send: ({ bridge }, actor) => bridge.send(actor, 1, 'x'),
    answer: ({ bridge }, actor) => bridge.answer(actor, 'p1', { behavior: 'allow' }),
    addSession: ({ bridge }, actor) => bridge.addSession(actor, { channel: '300000000000000003' }),
    removeSession: ({ bridge }, actor) => bridge.removeSession(actor, 1),
    recover: ({ bridge }, actor) => bridge.recover(actor, 1),
    queue: ({ bridge }, actor) => bridge.queue(actor, 1),
    trace: ({ bridge, stores }, actor) => bridge.trace(actor, waitingIn(stores)),
    catchUp: ({ bridge }, actor) => bridge.catchUp(actor, 1),
    'catchUp --run': ({ bridge }, actor) => bridge.catchUp(actor, 1, 'run'),
    outbox: ({ bridge }, actor) => bridge.outbox(actor),
    'outbox --retry': ({ bridge }, actor) => bridge.retryOutbox(actor),
    withdraw: ({ bridge, stores }, actor) => bridge.withdraw(actor, 1, waitingIn(stores)),
    interrupt: ({ bridge }, actor) => bridge.interrupt(actor, 1),
    setBusyMode: ({ bridge }, actor) => bridge.setBusyMode(actor, 1, 'interrupt'),
    metrics: ({ bridge }, actor) => bridge.metrics(actor),
    pair: ({ bridge }, actor) => bridge.pair(actor),
    stop: ({ bridge }, actor) => bridge.stop(actor, { keepSessions: false }),
  };
  const overviews = ['status', 'listSessions', 'prompts', 'metrics'];
  const reads = [...overviews, 'queue', 'trace', 'catchUp'];
  const controls = ['withdraw', 'interrupt', 'catchUp --run'];
  const ownPosts = ['post', 'post to a mapped channel'];
  const posts = [...ownPosts, 'post elsewhere'];
  const actors: readonly (readonly [name: string, actor: Actor, allowed: readonly string[]])[] = [
    ['the person at the machine', local, Object.keys(calls)],
    ['a process in the pane of session 1', paneOne, [...reads, ...ownPosts]],
    ['a process in the pane of another session', paneTwo, overviews],
    ['an owner in chat', chat('owner'), Object.keys(calls)],
    ['an operator in chat', chat('operator'), [...reads, ...posts, ...controls, 'send', 'answer']],
    ['a member in chat', chat('member'), [...reads, 'send']],
    ['a viewer in chat', chat('viewer'), reads],
    ['anybody else in chat', chat('none'), []],
  ];
  for (const [name, actor, allowed] of actors) {
    it(`BX-09, I9: ${name} may ${allowed.length === 0 ? 'do nothing' : allowed.join(', ')}; nothing else`, async () => {
      for (const [call, ask] of Object.entries(calls)) {
        const all = await world();
        all.driver.agents[0]!.tell(asks('p1'));
        all.driver.agents[0]!.become('busy');
        waitingIn(all.stores);
        const before = JSON.stringify([all.file(), all.said(), all.stores.inbox.countUnsettled(one), all.stops]);
        const asked = ask(all, actor);
        if (allowed.includes(call)) {
          await expect(asked, call).resolves.not.toThrow();
          continue;
        }
        await expect(asked, call).rejects.toThrow(refusal('forbidden'));
        expect(JSON.stringify([all.file(), all.said(), all.stores.inbox.countUnsettled(one), all.stops]), call).toBe(
          before,
        );
        expect(all.stores.prompts.get('p1')?.state, call).toBe('open');
        expect(all.log.at('warn'), call).toContain('request refused');
      }
    });
  }

  it('BX-09: a pane sees what its own agent asks, and nothing that other agents ask', async () => {
    const { bridge, driver } = await world();
    driver.agents[0]!.tell(asks('p1'));
    expect(await bridge.prompts(paneOne)).toHaveLength(1);
    expect(await bridge.prompts(paneTwo)).toEqual([]);
  });

  it('BX-09: a pane is not told whether a message exists that is not its own', async () => {
    const { bridge, stores } = await world();
    for (const message of [waitingIn(stores), 'discord:1200000000000000009', '1200000000000000009', 'nonsense']) {
      await expect(bridge.trace(paneTwo, message)).rejects.toThrow(refusal('forbidden'));
    }
    await expect(bridge.trace(local, 'nonsense')).rejects.toThrow(refusal('message-unknown'));
  });

  it('does not tell who may not answer whether a request exists', async () => {
    const { bridge } = await world();
    await expect(bridge.answer(paneOne, 'nobody', { behavior: 'allow' })).rejects.toThrow(refusal('forbidden'));
    await expect(bridge.answer(local, 'nobody', { behavior: 'allow' })).rejects.toThrow(
      refusal('prompt-unknown', '"nobody"'),
    );
  });

  it("a token speaks for its session's pane, and only while it is valid", async () => {
    const { bridge, manager } = await world();
    const { token } = manager.get(1).record;
    expect(bridge.paneActor(token)).toEqual(paneOne);
    expect([bridge.paneActor(''), bridge.paneActor('x'), bridge.paneActor(`${token}x`)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await manager.remove(1);
    expect(bridge.paneActor(token)).toBeUndefined();
  });
});

describe('status', () => {
  it('tells everything to the person at the machine', async () => {
    const { bridge, driver } = await world();
    driver.agents[0]!.become('waiting', 'permission');
    const status = await bridge.status(local);
    expect(status).toMatchObject({ version: '1.2.3', pid: 4, foreignSessions: ['claude-session-7'] });
    expect(status.chat).toMatchObject({ url: 'http://127.0.0.1:1/?key=SECRET', userToken: 'SECRET-TOKEN' });
    expect(status.sessions).toHaveLength(2);
    expect(status.sessions[0]).toEqual({
      number: 1,
      channel: channelOne,
      tmux: 'claude-session-1',
      agent: 'hand',
      lifecycle: 'running',
      state: 'waiting',
      waitingFor: 'permission',
      since: '1970-01-01T00:00:00.000Z',
      pid: 1_001,
      generation: 1,
      queued: 0,
      agentSession: 'hand-conversation-1',
      attach: 'tmux attach -t =claude-session-1',
    });
  });

  it("hides the page's address and token from a pane and from chat: they speak for the owner", async () => {
    const { bridge } = await world();
    for (const actor of [paneOne, chat('owner'), chat('viewer')]) {
      const status = await bridge.status(actor);
      expect(JSON.stringify(status)).not.toContain('SECRET');
      expect(status.chat).toMatchObject({ kind: 'local', state: 'ready' });
    }
  });

  it('tells what waits, and why a session is not running', async () => {
    const { bridge, driver, stores, clock } = await world();
    driver.agents[0]!.become('busy');
    await bridge.send(local, 1, 'x');
    driver.agents[1]!.die(9, 'out of memory');
    const [first, second] = (await bridge.status(local)).sessions;
    expect(first).toMatchObject({ state: 'busy', queued: 1 });
    expect(second).toMatchObject({ lifecycle: 'lost', state: 'unknown', pid: null, waitingFor: null });
    expect(second?.detail).toContain('out of memory');
    expect([stores.inbox.countUnsettled(one), clock.pending]).toEqual([1, 1]);
  });
});

it('channels have their names in the status and the list, as far as the chat knows them', async () => {
  const { bridge, transport } = await world();
  transport.names.set(channelOne, '開発');
  const { sessions } = await bridge.status(local);
  expect(sessions[0]).toMatchObject({ channel: channelOne, channelName: '開発' });
  expect(sessions[1]).not.toHaveProperty('channelName');
  expect((await bridge.listSessions(local)).map(({ channelName }) => channelName)).toEqual(['開発', undefined]);
});

describe('sessions', () => {
  it('are listed with their directory and agent', async () => {
    const { bridge } = await world();
    expect(await bridge.listSessions(paneOne)).toEqual([
      { number: 1, channel: channelOne, workDir: '/home/workspace/session_1', agent: 'hand' },
      { number: 2, channel: channelTwo, workDir: '/home/workspace/session_2', agent: 'hand' },
    ]);
  });

  it('MS-06: are added with what was asked for', async () => {
    const { bridge, provided, file } = await world();
    const request = { channel: '300000000000000003', workDir: '/srv/x', agent: 'hand', trust: true };
    expect(await bridge.addSession(local, request)).toEqual({
      number: 3,
      channel: '300000000000000003',
      workDir: '/srv/x',
      agent: 'hand',
    });
    expect(provided).toEqual([]);
    expect(file()).toHaveProperty('3', {
      channel: '300000000000000003',
      workDir: '/srv/x',
      agent: 'hand',
      trusted: true,
    });
  });

  it('a new channel is made only when one is asked for: a wrong id makes none', async () => {
    const { bridge, provided } = await world();
    for (const channel of ['general', channelOne]) {
      await expect(bridge.addSession(local, { channel })).rejects.toThrow(BridgeError);
    }
    expect(provided).toEqual([]);
    expect(await bridge.addSession(local, { channel: 'new' })).toMatchObject({ number: 3, channel: elsewhere });
    expect(provided).toEqual([elsewhere]);
  });

  it('are removed, and an unknown one is named', async () => {
    const { bridge, file } = await world();
    await bridge.removeSession(local, 1);
    expect(file()).toEqual({ 2: channelTwo });
    await expect(bridge.removeSession(local, 1)).rejects.toThrow(refusal('session-unknown', '1'));
    await expect(bridge.recover(local, 1)).rejects.toThrow(refusal('session-unknown', '1'));
  });
});

describe('pairing and stopping', () => {
  it('a code is offered with its end, and makes the one who types it the owner', async () => {
    const { bridge, owners, clock } = await world();
    const { code, expires } = await bridge.pair(local);
    expect(Date.parse(expires) - clock.now()).toBe(600_000);
    expect(owners.claim('77', code)).toBe(true);
    expect((await bridge.status(local)).chat.owned).toBe(true);
  });

  it('MS-13: a stop is asked for as it was said', async () => {
    const { bridge, stops } = await world();
    await bridge.stop(local, { keepSessions: true });
    await bridge.stop(local, { keepSessions: false });
    expect(stops).toEqual([{ keepSessions: true }, { keepSessions: false }]);
  });
});
