import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { ChatTransport } from '../../src/contracts/chat.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { eventually } from '../eventually.ts';
import { Listener } from './listener.ts';
import { openLocalWorld } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';

/** The library beats by the machine's clock: soon, so that nobody waits for it. */
const heartbeatMs = 1000;

describe('a gateway that looks alive', () => {
  let world: LocalWorld;
  let listener: Listener;
  let clock: ManualClock;
  let transport: ChatTransport;

  beforeEach(async () => {
    world = await openLocalWorld();
    world.faults.heartbeatIntervalMs = heartbeatMs;
    listener = new Listener();
    clock = new ManualClock();
    transport = world.transport({ clock });
  });

  afterEach(() => world.close());

  /** Lets the bridge's time run ten times as fast as the machine's until something is so. */
  const until = async (what: () => boolean): Promise<void> => {
    for (let turns = 0; !what(); turns += 1) {
      if (turns > 200) throw new Error(`never came: ${what.toString()}, ${JSON.stringify(listener.states.at(-1))}`);
      await systemClock.sleep(50);
      await clock.advance(500);
    }
  };
  const isReady = (): boolean => transport.state.connection === 'ready';
  const connected = async (): Promise<void> => {
    await transport.connect(listener);
    expect(isReady()).toBe(true);
  };
  const heard = (text: string): Promise<void> => until(() => listener.texts.includes(text));

  it('BX-01: open at one end only: the line is cut and the session taken up, nothing is missed', async () => {
    await connected();
    world.faults.freezeConnections();
    await world.say('into the void');
    await until(() => !isReady());
    await heard('into the void');
    expect(listener.texts).toEqual(['into the void']);
    expect(listener.gaps).toBe(1);
    expect(world.faults.identifies).toBe(1);
  }, 20_000);

  it('BX-01: without acknowledgements, though it goes on telling: likewise', async () => {
    await connected();
    world.faults.withholdAcks = true;
    await until(() => !isReady());
    world.faults.withholdAcks = false;
    await world.say('meanwhile');
    await heard('meanwhile');
    expect(listener.gaps).toBe(1);
  }, 20_000);

  it('BX-01: acknowledges heartbeats and tells nothing: noticed when the bot’s own message is not told', async () => {
    await connected();
    world.faults.muteConnections();
    await world.say('into the void');
    await transport.send({ channel: world.channel, text: 'echo?', nonce: 'echo' });
    await until(() => listener.gaps === 2 && isReady());
    expect(world.faults.identifies).toBe(2);
    await world.say('heard');
    await heard('heard');
    expect(listener.texts).toEqual(['heard']);
    // The gap is read from where the channel was; and one that tells again is left alone.
    await transport.send({ channel: world.channel, text: 'echo!', nonce: 'echo2' });
    const from = clock.monotonic();
    await until(() => clock.monotonic() > from + 60_000);
    expect(world.faults.identifies).toBe(2);
  }, 20_000);

  it('BX-01: never answers a RESUME: the bot logs in afresh and is told of the gap', async () => {
    await connected();
    world.faults.ignoreResume = true;
    world.faults.dropConnections();
    await world.say('missed');
    await until(() => listener.gaps === 2);
    expect(isReady()).toBe(true);
    await world.say('heard');
    await heard('heard');
    expect(listener.texts).toEqual(['heard']);
    expect(world.faults.identifies).toBe(2);
  }, 20_000);

  it('never answers an IDENTIFY: tried again, later each time', async () => {
    world.faults.ignoreIdentify = true;
    const connecting = transport.connect(listener);
    await until(() => world.faults.identifies >= 3);
    await connecting;
    expect(clock.monotonic()).toBeGreaterThan(2 * 15_000);
    expect(transport.state.connection).toBe('connecting');
    expect(listener.gaps).toBe(0);
    world.faults.clear();
    await until(isReady);
    expect(listener.gaps).toBe(1);
  }, 30_000);

  it('never says hello: tried again, and no login is spent on it', async () => {
    world.faults.withholdHello = true;
    const connecting = transport.connect(listener);
    await until(() => clock.monotonic() > 60_000);
    await connecting;
    expect(world.faults.identifies).toBe(0);
    world.faults.clear();
    await until(isReady);
    expect(world.faults.identifies).toBe(1);
  }, 30_000);

  it.each([1000, 4003, 4007, 4008])(
    'closes with %i: a login, told as one gap',
    async (code) => {
      await connected();
      world.faults.dropConnections(code);
      await until(() => listener.gaps === 2 && isReady());
      await world.say('after');
      await heard('after');
      expect(listener.gaps).toBe(2);
    },
    20_000,
  );

  it.each([1001, 4000, 4001, 4002, 4009])(
    'closes with %i: the session is taken up, and there is no gap',
    async (code) => {
      await connected();
      world.faults.dropConnections(code);
      await world.say('meanwhile');
      await heard('meanwhile');
      expect([listener.gaps, world.faults.identifies]).toEqual([1, 1]);
    },
    20_000,
  );

  it.each([true, false])(
    'ends the session (resumable: %s)',
    async (resumable) => {
      await connected();
      world.faults.invalidateSessions(resumable);
      await until(() => listener.gaps === (resumable ? 1 : 2) && isReady());
      await world.say('after');
      await heard('after');
      expect(listener.gaps).toBe(resumable ? 1 : 2);
    },
    20_000,
  );

  it('asks for a new connection again and again: after some it has to wait', async () => {
    await connected();
    let asked = 0;
    const stop = systemClock.every(20, () => {
      if (!isReady()) return;
      asked += 1;
      world.faults.requestReconnect();
    });
    // Its time stands still, so there it stays.
    await eventually(() => expect(transport.state.detail).toMatch(/breaks again and again; next try in 1 s/));
    await systemClock.sleep(500);
    stop();
    expect(asked).toBeGreaterThan(1);
    expect(transport.state.detail).toMatch(/breaks again and again; next try in 1 s/);
    const resumes = listener.connections.filter((connection) => connection === 'ready').length;
    expect(resumes).toBeLessThanOrEqual(4);
    await until(isReady);
    expect(world.faults.identifies).toBe(1);
  }, 20_000);

  it('has no logins left: says when it goes on, asks for none before, and goes on then', async () => {
    world.faults.sessionStarts = { total: 1000, remaining: 0, resetAfterMs: 3_600_000 };
    await transport.connect(listener);
    await clock.advance(10_000);
    await until(() => transport.state.detail?.includes('too often') === true);
    expect(transport.state.detail).toMatch(/tries again in \d+ min \(at \d\d:\d\d UTC\)/);
    await clock.advance(3_000_000);
    expect(world.faults.identifies).toBe(0);
    world.faults.sessionStarts = { total: 1000, remaining: 1000, resetAfterMs: 0 };
    await clock.advance(600_000);
    await until(isReady);
  }, 20_000);

  it('tells of a gap again when it could not be noted', async () => {
    let gaps = 0;
    const noting = new Listener();
    noting.onGap = () => {
      gaps += 1;
      if (gaps === 1) throw new Error('the disk is full');
    };
    void transport.connect(noting);
    await until(isReady);
    expect(gaps).toBe(2);
    expect(noting.connections.filter((connection) => connection === 'ready')).toHaveLength(1);
  }, 20_000);
});
