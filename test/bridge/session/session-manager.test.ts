import { describe, expect, it, vi } from 'vitest';

import type { SessionNumber } from '../../../src/model/session.ts';
import { refusal } from '../../storage/refusal.ts';
import { gate } from '../support/hand-transport.ts';
import { channelOne, channelTwo, elsewhere, one, two } from '../support/messages.ts';
import { world } from '../support/manager-world.ts';
import type { ManagerWorld } from '../support/manager-world.ts';
import { textsFor } from '../support/outbox.ts';
import { words } from '../support/collector-world.ts';

function queue({ stores, clock }: ManagerWorld, id: string, session = one): void {
  stores.inbox.append({
    id,
    session,
    source: 'discord',
    channel: channelOne,
    messageId: `chat-${id}`,
    authorId: undefined,
    authorName: 'Olga',
    text: 'x',
    sentAt: clock.now(),
    receivedAt: clock.now(),
  });
}

describe('the map', () => {
  it('MS-01: is read without starting anything', async () => {
    const { manager, driver } = world({ 2: channelTwo, 1: channelOne });
    await manager.load();
    expect(manager.entries()).toEqual([
      { number: 1, channel: channelOne },
      { number: 2, channel: channelTwo },
    ]);
    expect(manager.channelOf(two)).toBe(channelTwo);
    expect(manager.channelOf(3 as SessionNumber)).toBeUndefined();
    expect(driver.launches).toEqual([]);
  });

  it('I3: a session that was taken out of the map by hand is forgotten, and its messages are told so', async () => {
    const before = world({ 1: channelOne, 2: channelTwo });
    await before.manager.load();
    await before.manager.startAll();
    await before.manager.detachAll();
    queue(before, 'waiting', two);
    const { manager, stores } = world({ 1: channelOne }, before);
    await manager.load();
    expect(stores.records.list().map(({ number }) => number)).toEqual([1]);
    expect(stores.inbox.get('waiting')?.state).toBe('failed');
    expect(stores.records.highestNumber()).toBe(2);
  });

  it('I3: whatever state its messages are in, they are settled', async () => {
    const before = world({ 1: channelOne, 2: channelTwo });
    await before.manager.load();
    await before.manager.startAll();
    await before.manager.detachAll();
    for (const id of ['sending', 'steered', 'uncertain', 'queued']) queue(before, id, two);
    before.stores.inbox.move('sending', 'sending', 1);
    before.stores.inbox.move('steered', 'sending', 1);
    before.stores.inbox.move('steered', 'steered', 1);
    before.stores.inbox.move('uncertain', 'sending', 1);
    before.stores.inbox.move('uncertain', 'uncertain', 1);
    const { manager, stores } = world({ 1: channelOne }, before);
    await manager.load();
    expect(stores.inbox.unsettled(two)).toEqual([]);
  });

  it('I8: an end at the terminal is forgotten with the session: a new one of that number is started', async () => {
    const before = world({ 1: channelOne, 2: channelTwo });
    await before.manager.load();
    await before.manager.startAll();
    before.driver.agents[1]!.leave();
    await before.manager.detachAll();
    const without = world({ 1: channelOne }, before);
    await without.manager.load();
    await without.manager.detachAll();
    const again = world({ 1: channelOne, 2: channelTwo }, without);
    await again.manager.load();
    await again.manager.startAll();
    expect(again.manager.get(2).record.lifecycle).toBe('running');
  });

  it('MS-01: a wrong one is refused as a whole', async () => {
    const { manager } = world({ 1: channelOne, 2: 'general' });
    await expect(manager.load()).rejects.toThrow(refusal('sessions-file-invalid', 'general'));
    expect(manager.list()).toEqual([]);
  });

  it('MS-01: an unknown number is named, with the known ones', async () => {
    const { manager } = world({ 1: channelOne, 7: channelTwo });
    await manager.load();
    for (const number of [2, 0, -1, 1.5, Number.NaN]) {
      expect(() => manager.get(number)).toThrow(refusal('session-unknown', String(number)));
    }
    expect(() => manager.get(2)).toThrow(expect.objectContaining({ advice: 'Known sessions: 1, 7.' }) as Error);
    expect(manager.get(7).entry.channel).toBe(channelTwo);
  });

  it('MS-03: four sessions start at once, none waits for another, one that fails keeps none back', async () => {
    const channels = ['1', '2', '3', '4'].map((digit) => [digit, `30000000000000000${digit}`]);
    const { manager, driver, settle } = world(Object.fromEntries(channels) as object);
    const launching = gate();
    driver.beforeLaunch = ({ session }) => {
      if (session === 2) throw new Error('broken');
      return launching.passed;
    };
    await manager.load();
    const started = manager.startAll();
    await settle();
    expect(driver.launches).toHaveLength(4);
    launching.open();
    await started;
    expect(manager.list().map(({ record }) => record.lifecycle)).toEqual(['running', 'lost', 'running', 'running']);
  });

  it('MS-13: a start of some brings those up, adopts what lives and leaves the rest down; an unknown number begins nothing', async () => {
    const map = { 1: channelOne, 2: channelTwo, 3: elsewhere };
    const before = world(map);
    await before.manager.load();
    await before.manager.startAll();
    await before.manager.get(2).stop({ stays: true });
    await before.manager.get(3).stop();
    await before.manager.detachAll();
    const { manager, driver } = world(map, before);
    await manager.load();
    await expect(manager.startAll([two, 9 as SessionNumber])).rejects.toThrow(refusal('session-unknown', '9'));
    expect(driver.recoveries).toEqual([]);
    await manager.startAll([two]);
    const states = manager.list().map(({ record, staysDown }) => [record.lifecycle, record.generation, staysDown]);
    expect(states).toEqual([
      ['running', 1, undefined],
      ['running', 2, undefined],
      ['stopped', 1, 'asked'],
    ]);
  });

  it('MS-13: a plain start leaves down what was asked to stop; a start of all brings it up', async () => {
    const map = { 1: channelOne, 2: channelTwo };
    const before = world(map);
    await before.manager.load();
    await before.manager.startAll();
    await before.manager.get(2).stop({ stays: true });
    await before.manager.stopAll();
    const plain = world(map, before);
    await plain.manager.load();
    await plain.manager.startAll();
    expect(plain.manager.list().map(({ record }) => record.lifecycle)).toEqual(['running', 'stopped']);
    await plain.manager.stopAll();
    const all = world(map, plain);
    await all.manager.load();
    await all.manager.startAll('all');
    expect(all.manager.list().map(({ record }) => record.lifecycle)).toEqual(['running', 'running']);
  });

  it('I8: a wish to stop is forgotten with the session', async () => {
    const { manager, stores } = world({ 1: channelOne });
    await manager.load();
    await manager.startAll();
    await manager.get(1).stop({ stays: true });
    await manager.remove(1);
    expect(stores.facts.get('asked-to-stop:1')).toBeUndefined();
  });

  it('MS-03: of a hundred sessions, a machine’s worth is started at a time; the live ones are all found at once', async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => [index + 1, `3000000000000000${100 + index}`]);
    const before = world(Object.fromEntries(hundred) as object);
    let launching = gate();
    before.driver.beforeLaunch = () => launching.passed;
    await before.manager.load();
    const started = before.manager.startAll();
    await before.settle();
    expect(before.driver.launches).toHaveLength(16);
    launching.open();
    await started;
    expect(before.driver.launches).toHaveLength(100);
    await before.manager.detachAll();

    const { manager, driver, stores, settle } = world(undefined, before);
    const saves = vi.spyOn(stores.records, 'save');
    launching = gate();
    driver.onRecovering = () => launching.passed;
    await manager.load();
    const found = manager.startAll();
    await settle();
    expect(driver.recoveries).toHaveLength(100);
    launching.open();
    await found;
    expect(manager.list().every(({ record }) => record.lifecycle === 'running')).toBe(true);
    // They are as they were left: there is nothing to write down.
    expect(saves).not.toHaveBeenCalled();
  });
});

describe('adding', () => {
  it('MS-16: behind the last number that there can be, nothing is added', async () => {
    const { manager } = world({ 999999: channelOne });
    await manager.load();
    await expect(manager.add({ channel: channelTwo })).rejects.toThrow(refusal('session-numbers-spent', '1000000'));
    expect(manager.entries()).toHaveLength(1);
  });

  it('MS-01: never gives a number that any directory was made for', async () => {
    const { manager, workspace } = world({ 1: channelOne });
    workspace.highest = 8;
    await manager.load();
    expect((await manager.add({ channel: channelTwo })).entry.number).toBe(9);
  });

  it('MS-06: writes the map, makes the directories, starts the agent, and tells', async () => {
    const { manager, file, driver, added, stores } = world({ 1: channelOne });
    await manager.load();
    const session = await manager.add({ channel: channelTwo });
    expect(session.entry).toEqual({ number: 2, channel: channelTwo });
    expect(session.record.lifecycle).toBe('running');
    expect(file()).toEqual({ 1: channelOne, 2: channelTwo });
    expect(driver.launches.map(({ spec }) => spec.session)).toEqual([2]);
    expect(added).toEqual([session.entry]);
    expect(manager.get(2)).toBe(session);
    expect(stores.records.highestNumber()).toBe(2);
  });

  it('keeps settings with the session', async () => {
    const { manager, file } = world();
    await manager.add({ channel: channelOne, workDir: '/srv/x', agent: 'hand', trusted: true });
    expect(file()).toEqual({ 1: { channel: channelOne, workDir: '/srv/x', agent: 'hand', trusted: true } });
  });

  it('MS-01: two at the same time get two numbers', async () => {
    const { manager, file } = world();
    await Promise.all([manager.add({ channel: channelOne }), manager.add({ channel: channelTwo })]);
    expect(Object.keys(file() as object)).toEqual(['1', '2']);
  });

  it('MS-01: a number is never given twice: not after a removal, not after a restart', async () => {
    const first = world();
    for (const channel of [channelOne, channelTwo]) await first.manager.add({ channel });
    await first.manager.remove(2);
    expect((await first.manager.add({ channel: channelTwo })).entry.number).toBe(3);
    await first.manager.remove(3);
    await first.manager.detachAll();

    const second = world(undefined, first);
    await second.manager.load();
    expect((await second.manager.add({ channel: channelTwo })).entry.number).toBe(4);
  });

  it('MS-01: a number that the owner wrote by hand counts as given', async () => {
    const first = world({ 9: channelOne });
    await first.manager.load();
    await first.manager.remove(9);
    expect((await first.manager.add({ channel: channelOne })).entry.number).toBe(10);
    const edited = world({ 20: channelTwo });
    expect((await edited.manager.add({ channel: channelOne })).entry.number).toBe(21);
  });

  for (const [name, request, code, told] of [
    ['a channel that is taken', { channel: channelOne }, 'channel-taken', '1'],
    ['an id that is none', { channel: 'general' }, 'channel-invalid', '"general"'],
    ['an empty id', { channel: '' }, 'channel-invalid', '""'],
    ['an id of 14 digits', { channel: '12345678901234' }, 'channel-invalid', '"12345678901234"'],
    ['an unknown agent', { channel: elsewhere, agent: 'nobody' }, 'agent-unknown', '"nobody"'],
    ['a missing directory', { channel: elsewhere, workDir: '/srv/gone' }, 'work-dir-missing', '/srv/gone'],
    ['a relative directory', { channel: elsewhere, workDir: 'here' }, 'work-dir-invalid', '"here"'],
  ] as const) {
    it(`MS-01: ${name} is refused by name; the map stays as it is and no number is spent`, async () => {
      const all = world({ 1: channelOne });
      all.workspace.missing.add('/srv/gone');
      await all.manager.load();
      await expect(all.manager.add(request)).rejects.toThrow(refusal(code, told));
      expect(all.file()).toEqual({ 1: channelOne });
      expect(all.manager.entries()).toHaveLength(1);
      expect(all.added).toEqual([]);
      expect((await all.manager.add({ channel: channelTwo })).entry.number).toBe(2);
    });
  }

  it('a session that does not start stays added, and says why', async () => {
    const { manager, driver, file } = world();
    driver.beforeLaunch = () => {
      throw new Error('no such file');
    };
    const session = await manager.add({ channel: channelOne });
    expect(session.record.lifecycle).toBe('lost');
    expect(session.problem).toContain('no such file');
    expect(file()).toEqual({ 1: channelOne });
  });
});

describe('removing', () => {
  it('ends the agent, forgets its token, and leaves the others', async () => {
    const { manager, file, driver, removed, stores, clock } = world();
    for (const channel of [channelOne, channelTwo]) await manager.add({ channel });
    const token = manager.get(1).record.token;
    await manager.remove(1);
    expect(driver.agents.map(({ stopped }) => stopped)).toEqual([true, false]);
    expect(file()).toEqual({ 2: channelTwo });
    expect(removed).toEqual([{ number: 1, channel: channelOne }]);
    expect(stores.records.byToken(token)).toBeUndefined();
    expect(() => manager.get(1)).toThrow(refusal('session-unknown', '1'));
    await clock.advance(60_000);
    expect(driver.launches).toHaveLength(2); // I8
  });

  it('I3: the messages that waited are settled, and their writers told', async () => {
    const all = world();
    all.driver.onLaunched = (agent) => {
      agent.become('busy');
    };
    await all.manager.add({ channel: channelOne });
    queue(all, 'm1');
    queue(all, 'm2');
    queue(all, 'other', two);
    await all.manager.remove(1);
    expect([all.stores.inbox.countUnsettled(one), all.stores.inbox.countUnsettled(two)]).toEqual([0, 1]);
    expect(textsFor(all.stores, channelOne)).toEqual(
      ['chat-m1', 'chat-m2'].map((replyTo) => ({ kind: 'text', text: words.sessionRemoved(one), replyTo })),
    );
  });

  it('an unknown one is refused and the map untouched', async () => {
    const { manager, file } = world({ 1: channelOne });
    await manager.load();
    await expect(manager.remove(2)).rejects.toThrow(refusal('session-unknown', '2'));
    expect(file()).toEqual({ 1: channelOne });
  });

  it('an agent that cannot be ended is told; the session is gone all the same', async () => {
    const { manager, driver, file, removed, stores } = world();
    await manager.add({ channel: channelOne });
    driver.agent.beforeStop = () => {
      throw new Error('tmux is gone');
    };
    await expect(manager.remove(1)).rejects.toThrow('tmux is gone');
    expect([file(), removed.length, stores.records.get(one), manager.list()]).toEqual([{}, 1, undefined, []]);
  });
});

describe('the end', () => {
  it('MS-13: a full stop ends every agent, also when one cannot be ended', async () => {
    const { manager, driver, log, clock } = world();
    for (const channel of [channelOne, channelTwo, elsewhere]) await manager.add({ channel });
    driver.agents[1]!.beforeStop = () => {
      throw new Error('tmux is gone');
    };
    await manager.stopAll();
    expect(driver.agents.map(({ stopped }) => stopped)).toEqual([true, false, true]);
    expect(log.at('error')).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('I6: leaving keeps every agent', async () => {
    const { manager, driver, clock } = world();
    for (const channel of [channelOne, channelTwo]) await manager.add({ channel });
    await manager.detachAll();
    expect(driver.agents.map(({ stopped, detached }) => [stopped, detached])).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(clock.pending).toBe(0);
  });

  for (const end of ['stopAll', 'detachAll'] as const) {
    it(`nothing comes up any more after ${end}`, async () => {
      const { manager, driver, file } = world();
      await manager.add({ channel: channelOne });
      await manager[end]();
      await expect(manager.add({ channel: channelTwo })).rejects.toThrow(refusal('bridge-stopping'));
      expect(() => manager.demandOpen()).toThrow(refusal('bridge-stopping'));
      expect(driver.launches).toHaveLength(1);
      expect(file()).toEqual({ 1: channelOne });
    });

    it(`nor what is being added when ${end} begins: not written yet it is refused, written it is left for the next start`, async () => {
      const waiting = world();
      const adding = waiting.manager.add({ channel: channelOne });
      await waiting.manager[end]();
      await expect(adding).rejects.toThrow(refusal('bridge-stopping'));
      expect([waiting.file(), waiting.added]).toEqual([undefined, []]);

      const ending: Promise<void>[] = [];
      const written = world(undefined, undefined, undefined, () => void ending.push(written.manager[end]()));
      await written.manager.add({ channel: channelOne });
      await Promise.all(ending);
      expect([written.file(), written.driver.launches]).toEqual([{ 1: channelOne }, []]);
    });
  }
});
