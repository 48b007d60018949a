import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { stepsFor } from '../../src/agents/scripted/script.ts';
import { renderText } from '../../src/discord/render.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

interface Outbox {
  readonly parked: readonly { readonly channel: string; readonly code: string; readonly pending: number }[];
  readonly total: number;
  readonly items: readonly { readonly key: string; readonly kind: string; readonly beginning: string }[];
}

let world: World;
let faults: Faults;
let channel: string;

/** The bot's posts in the channel of session 1, and nobody else's. */
const posts = () => ({ method: 'POST', path: new RegExp(`^/channels/${channel}/messages$`), by: 'bot' }) as const;

beforeEach(async () => {
  faults = new Faults();
  world = await makeWorld({ sessions: 2, faults });
  channel = world.channels[0]!;
});

afterEach(() => world.destroy());

const heard = (): Promise<readonly string[]> => world.owner.heard(channel);
const outbox = (...args: readonly string[]): Promise<Outbox> => world.bridge.json<Outbox>('outbox', ...args);
const dp = (...args: readonly string[]) => world.bridge.run('dp', args);

/** What the practice agent says to this, as it comes to the channel. */
const longQuestion = 'long 400';
function longAnswer(): readonly string[] {
  const [step] = stepsFor(longQuestion);
  if (step?.do !== 'say') throw new Error('the practice agent does not say much');
  return renderText(step.text);
}

/** Starts a daemon that is killed at a place, and waits until it was. */
async function dieAt(failPoint: string, act: () => Promise<unknown>): Promise<void> {
  world.bridge.environment['BRIDGE_FAIL_POINT'] = failPoint;
  await world.bridge.startDaemon();
  delete world.bridge.environment['BRIDGE_FAIL_POINT'];
  await act();
  expect(await world.bridge.daemonEnded()).toBeNull();
}

/** Pretends that everything that was tried was tried ten minutes earlier, and the server has forgotten it. */
function letTimePass(): void {
  faults.forgetNonces();
  const database = new DatabaseSync(world.bridge.paths.discord.database);
  try {
    expect(database.prepare('UPDATE outbox SET tried_at = tried_at - 600000').run().changes).toBeGreaterThan(0);
  } finally {
    database.close();
  }
}

describe('an answer of the server that is lost', () => {
  beforeEach(async () => {
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
  });

  it('BX-02: a failure after the deed: each text is posted once, in order', async () => {
    faults.failAfterwards({ ...posts(), times: 5 }, { status: 502 });
    for (const text of ['one', 'two', 'three']) await dp('1', text);
    await world.owner.hears(channel, 'three', 60_000);
    expect(await heard()).toEqual(['one', 'two', 'three']);
  });

  it('BX-02: a connection that is cut after the deed: each text is posted once, in order', async () => {
    faults.resetRequests({ ...posts(), times: 3 }, 'after');
    for (const text of ['one', 'two', 'three']) await dp('1', text);
    await world.owner.hears(channel, 'three', 60_000);
    expect(await heard()).toEqual(['one', 'two', 'three']);
  });
});

describe('a daemon that is killed in the middle of a long answer', () => {
  it('BX-02: goes on at the next part', async () => {
    await dieAt('outbox:part:after#2', () => world.owner.say(channel, longQuestion));
    expect(await heard()).toEqual(longAnswer().slice(0, 2));
    await world.bridge.startDaemon();
    await world.owner.hears(channel, longAnswer().at(-1)!);
    expect(await heard()).toEqual(longAnswer());
  });

  it('BX-02: a part that is out and not noted is not posted again', async () => {
    await dieAt('outbox:part:before#2', () => world.owner.say(channel, longQuestion));
    expect(await heard()).toEqual(longAnswer().slice(0, 2));
    await world.bridge.startDaemon();
    await world.owner.hears(channel, longAnswer().at(-1)!);
    expect(await heard()).toEqual(longAnswer());
  });

  it('BX-02: nor when the server has forgotten its nonce', async () => {
    await dieAt('outbox:part:before#2', () => world.owner.say(channel, longQuestion));
    letTimePass();
    await world.bridge.startDaemon();
    await world.owner.hears(channel, longAnswer().at(-1)!);
    expect(await heard()).toEqual(longAnswer());
  });

  it('BX-02: one that never got out is posted, also when much time has passed', async () => {
    await dieAt('outbox:part:after#2', () => world.owner.say(channel, longQuestion));
    letTimePass();
    await world.bridge.startDaemon();
    await world.owner.hears(channel, longAnswer().at(-1)!);
    expect(await heard()).toEqual(longAnswer());
  });
});

describe('a channel that refuses the bot', () => {
  it('I3: keeps everything, tells the owner once elsewhere, and is posted in order when it is open again', async () => {
    const { bridge, owner } = world;
    await bridge.startDaemon();
    faults.closeChannel(channel, 'forbidden');
    for (const text of ['one', 'two', 'three']) expect((await dp('1', text)).exitCode).toBe(0);
    const direct = await until(async () => (await owner.directChannels())[0], { what: 'a direct channel' });
    await owner.hears(direct, /I cannot post in/);
    await until(async () => (await outbox()).parked.length === 1, { what: 'a parked channel' });
    expect(await outbox()).toMatchObject({
      parked: [{ channel, code: 'chat-forbidden', pending: 3 }],
      items: ['one', 'two', 'three'].map((beginning) => ({ kind: 'text', beginning })),
    });
    expect((await dp('1', 'four')).stderr).toContain('vai outbox');
    // A restart tries it once, and says nothing more about it.
    await bridge.endDaemon('SIGKILL');
    await bridge.startDaemon();
    await outbox('--retry');
    await until(
      async () => {
        const { total, parked } = await outbox();
        return total === 4 && parked.length === 1;
      },
      { what: 'four texts that wait, after a try' },
    );
    expect((await owner.heard(direct)).filter((text) => text.includes('I cannot post'))).toHaveLength(1);

    faults.openChannel(channel);
    expect(await outbox('--retry')).toMatchObject({ retried: [channel] });
    await owner.hears(channel, 'four');
    expect(await heard()).toEqual(['one', 'two', 'three', 'four']);
    await until(async () => (await outbox()).total === 0, { what: 'an empty outbox' });
    expect((await outbox()).parked).toEqual([]);
  });

  it('is open again when somebody writes there', async () => {
    const { bridge, owner } = world;
    await bridge.startDaemon();
    faults.failRequests(
      { ...posts(), times: Infinity },
      { status: 403, body: { code: 50013, message: 'Missing Permissions' } },
    );
    await dp('1', 'one');
    await until(async () => (await outbox()).parked.length === 1, { what: 'a parked channel' });
    faults.clear();
    await owner.say(channel, 'hello');
    await owner.hears(channel, 'You said: hello');
    expect(await heard()).toEqual(['one', 'You said: hello']);
  });

  it('what is dropped never comes', async () => {
    await world.bridge.startDaemon();
    faults.closeChannel(channel, 'gone');
    await dp('1', 'one');
    await dp('1', 'two');
    await until(async () => (await outbox()).parked.length === 1, { what: 'a parked channel' });
    const { items } = await outbox();
    await world.bridge.run('vai', ['outbox', '--drop', items[0]!.key]);
    faults.openChannel(channel);
    await world.bridge.run('vai', ['outbox', '--retry']);
    await world.owner.hears(channel, 'two');
    expect(await heard()).toEqual(['two']);
  });
});

describe('MS-05: files', () => {
  beforeEach(async () => {
    await world.bridge.startDaemon();
  });

  const write = (name: string, bytes: number): string => {
    const path = join(world.bridge.environment['HOME']!, name);
    writeFileSync(path, 'x'.repeat(bytes));
    return path;
  };

  it('go out with their text', async () => {
    expect(await dp('1', '--file', write('a.txt', 10), write('b.txt', 20), 'both')).toMatchObject({ exitCode: 0 });
    await world.owner.hears(channel, 'both');
    expect(await world.owner.files(channel)).toEqual([['a.txt', 'b.txt']]);
  });

  it('413: the text goes out and says which file stayed behind and where it lies; the others go out', async () => {
    faults.largestFileBytes = 1_000;
    const [small, big] = [write('small.txt', 10), write('big.txt', 5_000)];
    await dp('1', '--file', small, big, 'two files');
    await dp('1', 'after them');
    await world.owner.hears(channel, /"big\.txt" stayed behind/);
    await world.owner.hears(channel, 'after them');
    const texts = await heard();
    expect(texts[0]).toBe('two files');
    expect(texts.join('\n')).toContain(big);
    expect(await world.owner.files(channel)).toEqual([['small.txt']]);
  });

  it('one that is removed before it is sent goes out as it was', async () => {
    faults.failRequests({ ...posts(), times: 4 }, { status: 503 });
    const path = write('fleeting.txt', 10);
    await dp('1', '--file', path, 'look at this');
    rmSync(path);
    await world.owner.hears(channel, 'look at this', 60_000);
    expect(await world.owner.files(channel)).toEqual([['fleeting.txt']]);
  });

  it('one that is not there is refused at once', async () => {
    const { exitCode, stderr } = await dp('1', '--file', '/no/such/file', 'look');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('There is no file /no/such/file.');
    expect((await outbox()).total).toBe(0);
  });
});
