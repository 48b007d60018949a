import { describe, expect, it } from 'vitest';

import { isoTime } from '../../../src/base/clock.ts';
import { refusal } from '../../storage/refusal.ts';
import { local, world } from '../support/bridge-world.ts';
import type { World } from '../support/bridge-world.ts';
import { words } from '../support/collector-world.ts';
import { channelOne, channelTwo, inbound, one, two } from '../support/messages.ts';
import { reactionsFor } from '../support/outbox.ts';

const first = '1200000000000000001';
const second = '1200000000000000002';

/** Two messages from chat that wait for session 1, whose agent is busy. */
async function busyWorld() {
  const all = await world();
  all.driver.agents[0]!.become('busy');
  for (const [id, text] of [
    [first, 'please\nrun  the tests'],
    [second, 'x'.repeat(200)],
  ] as const) {
    store(all, id, text);
  }
  all.manager.get(1).wake();
  await all.settle();
  return all;
}

function store({ stores, clock }: World, id: string, text: string, state?: 'held'): void {
  const { messageId, channel, author } = inbound(id);
  stores.inbox.append(
    {
      id: `discord:${id}`,
      session: one,
      source: 'discord',
      channel,
      messageId,
      authorId: author.id,
      authorName: author.name,
      text,
      sentAt: clock.now() - 1_000,
      receivedAt: clock.now(),
    },
    state,
  );
}

describe('BX-06: the queue of a session', () => {
  it('shows what is on its way, in order, with its first words and what the next one waits for', async () => {
    const { bridge, clock } = await busyWorld();
    expect(await bridge.queue(local, 1)).toEqual({
      session: one,
      agent: 'hand',
      mode: 'queue',
      effective: 'queue',
      messages: [
        {
          id: `discord:${first}`,
          state: 'queued',
          source: 'discord',
          author: 'Olga',
          sentAt: isoTime(clock.now() - 1_000),
          beginning: 'please run the tests',
          waitsFor: 'busy',
        },
        expect.objectContaining({ id: `discord:${second}`, beginning: `${'x'.repeat(99)}…` }),
      ],
    });
    expect((await bridge.queue(local, 2)).messages).toEqual([]);
  });

  it('shows those that are held, steered or uncertain as well, and none that is settled', async () => {
    const all = await busyWorld();
    const { stores, bridge } = all;
    store(all, '1200000000000000003', 'old', 'held');
    stores.inbox.move(`discord:${first}`, 'sending', 1);
    stores.inbox.move(`discord:${first}`, 'steered', 1);
    stores.inbox.move(`discord:${second}`, 'sending', 1);
    stores.inbox.move(`discord:${second}`, 'uncertain', 1);
    const states = async (): Promise<readonly string[]> =>
      (await bridge.queue(local, 1)).messages.map(({ state }) => state);
    expect(await states()).toEqual(['steered', 'uncertain', 'held']);
    stores.inbox.move(`discord:${first}`, 'acknowledged', 1);
    expect(await states()).toEqual(['uncertain', 'held']);
  });

  it.each([`discord:${first}`, first, `https://discord.com/channels/1/${channelOne}/${first}`])(
    'a message is taken out by %s; its author sees it by a reaction, and the agent never gets it',
    async (reference) => {
      const { bridge, stores, driver, manager, settle } = await busyWorld();
      expect(await bridge.withdraw(local, 1, reference)).toEqual({ id: `discord:${first}` });
      expect(stores.inbox.get(`discord:${first}`)?.state).toBe('withdrawn');
      expect(reactionsFor(stores, channelOne)).toEqual([`${first} withdrawn`]);
      driver.agents[0]!.become('idle');
      manager.get(1).wake();
      await settle();
      expect(driver.agents[0]!.delivered.map(({ message }) => message)).toEqual([`discord:${second}`]);
    },
  );

  it('a held message can be taken out too', async () => {
    const all = await busyWorld();
    store(all, '1200000000000000003', 'old', 'held');
    await all.bridge.withdraw(local, 1, '1200000000000000003');
    expect(all.stores.inbox.get('discord:1200000000000000003')?.state).toBe('withdrawn');
  });

  it('MS-02: a message without a text is told by the names of its files; taken out, its files go at once', async () => {
    const all = await busyWorld();
    const { bridge, stores, clock, filesGone } = all;
    const id = 'discord:1200000000000000003';
    store(all, '1200000000000000003', ' ');
    const file = (name: string) => ({ id: name, name, size: 3, url: `http://127.0.0.1/${name}` });
    stores.files.add(id, [file('a.png'), file('b\n].log')]);
    const stored = { state: 'stored', path: '/home/attachments/session_1/IMG_1', size: 3, sort: 'image' } as const;
    stores.files.settle({ message: id, id: 'a.png' }, stored, clock.now());
    const beginning = '(2 files: a.png, b_).log)';
    expect((await bridge.queue(local, 1)).messages.at(-1)).toMatchObject({ id, beginning });
    expect(await bridge.trace(local, id)).toMatchObject({ beginning });
    await bridge.withdraw(local, 1, id);
    expect(filesGone).toEqual([stored.path]);
    expect(stores.files.of(id)).toEqual([]);
    expect(await bridge.trace(local, id)).toMatchObject({ state: 'withdrawn', beginning: '(no text)' });
  });

  it.each([
    ['sending', 'just being handed'],
    ['steered', "the agent's own queue"],
    ['uncertain', 'may have reached'],
    ['acknowledged', 'has reached'],
  ] as const)('one that is %s cannot be taken out, and stays as it is', async (state, why) => {
    const { bridge, stores } = await busyWorld();
    const id = `discord:${first}`;
    stores.inbox.move(id, 'sending', 1);
    if (state !== 'sending') stores.inbox.move(id, state, 1);
    await expect(bridge.withdraw(local, 1, id)).rejects.toThrow(refusal('message-not-removable', first, why));
    expect(stores.inbox.get(id)?.state).toBe(state);
    expect(reactionsFor(stores, channelOne)).toEqual([]);
  });

  it('what is not there, or not for this session, is refused by name', async () => {
    const { bridge } = await busyWorld();
    await expect(bridge.withdraw(local, 1, 'discord:9')).rejects.toThrow(refusal('message-unknown', 'discord:9'));
    await expect(bridge.withdraw(local, 1, 'the first')).rejects.toThrow(refusal('message-unknown', 'neither an id'));
    await expect(bridge.withdraw(local, 2, first)).rejects.toThrow(refusal('message-unknown', 'not for session 2'));
    for (const ask of [bridge.queue(local, 7), bridge.withdraw(local, 7, first), bridge.interrupt(local, 7)]) {
      await expect(ask).rejects.toThrow(refusal('session-unknown', '7'));
    }
  });
});

describe('BX-06: what a session does while its agent is busy', () => {
  it('is written into the map, and out of it again, and counts at once', async () => {
    const { bridge, file, manager } = await world();
    await bridge.setBusyMode(local, 1, 'interrupt');
    expect(file()).toEqual({ 1: { channel: channelOne, whileBusy: 'interrupt' }, 2: channelTwo });
    expect(manager.get(1).busyMode).toBe('interrupt');
    expect(await bridge.queue(local, 1)).toMatchObject({ mode: 'interrupt', effective: 'interrupt' });
    await bridge.setBusyMode(local, 1, 'queue');
    expect(file()).toEqual({ 1: channelOne, 2: channelTwo });
    expect(manager.get(1).busyMode).toBe('queue');
  });

  it('an agent that cannot do it is named, and messages wait', async () => {
    const { bridge, said } = await world();
    await bridge.setBusyMode(local, 1, 'steer');
    await bridge.setBusyMode(local, 1, 'steer');
    expect(await bridge.queue(local, 1)).toMatchObject({ mode: 'steer', effective: 'queue', agent: 'hand' });
    expect(said().map(({ text }) => text)).toEqual([words.busyModeImpossible('steer', 'hand')]);
  });

  it('of an unknown session is refused; the file stays', async () => {
    const { bridge, file } = await world();
    await expect(bridge.setBusyMode(local, 7, 'steer')).rejects.toThrow(refusal('session-unknown', '7'));
    expect(file()).toEqual({ 1: channelOne, 2: channelTwo });
  });

  it('can be given with a new session', async () => {
    const { bridge, file } = await world();
    await bridge.addSession(local, { channel: '300000000000000003', whileBusy: 'interrupt' });
    await bridge.addSession(local, { channel: '300000000000000004', whileBusy: 'queue' });
    expect(file()).toMatchObject({
      3: { channel: '300000000000000003', whileBusy: 'interrupt' },
      4: '300000000000000004',
    });
  });
});

describe('BX-06: an interrupt', () => {
  it('stops the turn; what waits follows', async () => {
    const { bridge, driver, settle } = await busyWorld();
    expect(await bridge.interrupt(local, 1)).toBe('interrupted');
    await settle();
    expect(driver.agents[0]!.delivered.map(({ message }) => message)).toEqual([`discord:${first}`]);
    expect(await bridge.interrupt(local, 2)).toBe('idle');
  });
});

describe('the life of a message', () => {
  it('is told with its times, its confirmation, its turn, and what was posted because of it', async () => {
    const { bridge, driver, stores, clock, settle } = await busyWorld();
    const start = clock.now();
    const [agent] = driver.agents;
    await clock.advance(5_000);
    agent!.become('idle');
    await settle();
    await clock.advance(60_000);
    agent!.finish(`discord:${first}`, 'the answer');
    const [text] = stores.outbox.pending(channelOne, 'text');
    stores.outbox.plan(text!.key, ['the answer'], clock.now());
    stores.outbox.partSent(text!.key, '1300000000000000001', clock.now());
    stores.outbox.settle(text!.key, 'posted', clock.now());
    const trace = await bridge.trace(local, first);
    expect(trace).toMatchObject({
      id: `discord:${first}`,
      session: one,
      source: 'discord',
      channel: channelOne,
      messageId: first,
      author: 'Olga',
      state: 'acknowledged',
      beginning: 'please run the tests',
      confirmed: { by: 'hook', afterMs: 20 },
      turn: { id: `turn-of-discord:${first}`, outcome: 'completed' },
    });
    expect(trace.durations).toEqual({ storedMs: 1_000, deliveredMs: 6_000, endedMs: 66_000 });
    expect(trace.steps[0]).toMatchObject({ event: 'inbox:new', afterMs: 0 });
    const sending = trace.steps.find(({ event }) => event === 'inbox:queued>sending');
    expect(sending).toMatchObject({ at: isoTime(start + 5_000), afterMs: 5_000, detail: { waitedFor: 'busy' } });
    expect(trace.posted).toContainEqual({
      key: text!.key,
      kind: 'text',
      state: 'posted',
      messageIds: ['1300000000000000001'],
    });
    // By its answer as well.
    expect(await bridge.trace(local, '1300000000000000001')).toEqual(trace);
  });

  it('of one that waits says what for', async () => {
    const { bridge } = await busyWorld();
    expect(await bridge.trace(local, `discord:${first}`)).toMatchObject({ state: 'queued', waitsFor: 'busy' });
    expect(await bridge.trace(local, `discord:${second}`)).not.toHaveProperty('waitsFor');
  });

  it('is there for a message of vai send, and of a session that is gone', async () => {
    const { bridge, manager } = await world();
    const { id } = await bridge.send(local, 2, 'hello');
    await manager.remove(two);
    expect(await bridge.trace(local, id)).toMatchObject({ id, session: two, source: 'cli', beginning: 'hello' });
    expect(await bridge.trace(local, id)).not.toHaveProperty('messageId');
  });

  it('of what nobody knows is refused by name', async () => {
    const { bridge } = await world();
    await expect(bridge.trace(local, first)).rejects.toThrow(refusal('message-unknown', first));
    await expect(bridge.trace(local, 'nonsense')).rejects.toThrow(refusal('message-unknown', '"nonsense"'));
  });
});
