import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SessionQueue } from '../../src/contracts/bridge-api.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;
let channel: string;

beforeEach(async () => {
  world = await makeWorld();
  [channel] = world.channels as [string];
  expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
});

afterEach(async () => {
  await world.destroy();
});

const queue = (): Promise<SessionQueue> => world.bridge.json<SessionQueue>('queue', '1');
const states = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await queue()).messages.map(({ id, state }) => [id.replace('discord:', ''), state]));

/** Says something that keeps the agent at work, and returns when it is. */
async function keepBusy(command: string): Promise<string> {
  const id = await world.owner.say(channel, command);
  await world.owner.seesReaction(channel, id, '⚙️');
  return id;
}

async function setMode(mode: 'queue' | 'steer' | 'interrupt'): Promise<void> {
  const { exitCode, stderr } = await world.bridge.run('vai', ['queue', '1', '--mode', mode]);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(await queue()).toMatchObject({ mode, effective: mode });
}

/** What the agent was heard to answer to plain words, in order. */
async function answers(): Promise<readonly string[]> {
  return (await world.owner.heard(channel))
    .filter((text) => text.startsWith('You said: '))
    .map((text) => text.slice('You said: '.length));
}

/** The agent stops what keeps it busy. */
async function stopWork(): Promise<void> {
  expect((await world.bridge.run('vai', ['interrupt', '1'])).exitCode).toBe(0);
}

async function isAnswered(...ids: readonly string[]): Promise<void> {
  for (const id of ids) await world.owner.seesReaction(channel, id, '✅');
}

describe('BX-06: two messages while the agent is busy', () => {
  it('queue: they wait, can be seen, and are answered in order', async () => {
    await keepBusy('slow 60');
    const one = await world.owner.say(channel, 'one');
    const more = await world.owner.say(channel, 'more');
    await until(async () => (await queue()).messages.length === 2, { what: 'both in the queue' });
    const { messages } = await queue();
    expect(messages).toMatchObject([
      { id: `discord:${one}`, state: 'queued', beginning: 'one', waitsFor: 'busy' },
      { id: `discord:${more}`, state: 'queued', beginning: 'more' },
    ]);
    await world.owner.seesReaction(channel, one, '📥');
    expect(await world.owner.reactions(channel, one)).toEqual(['📥']);
    await stopWork();
    await isAnswered(one, more);
    expect(await answers()).toEqual(['one', 'more']);
    // A reaction that is overtaken before it is set is left out; the last word is the outcome.
    expect((await world.owner.reactions(channel, more)).at(-1)).toBe('✅');
  });

  it("steer: they go into the agent's own queue, and each is answered once", async () => {
    await setMode('steer');
    await keepBusy('slow 10');
    const one = await world.owner.say(channel, 'one');
    const more = await world.owner.say(channel, 'more');
    await until(async () => Object.values(await states()).join() === 'steered,steered', { what: 'both steered' });
    await world.owner.seesReaction(channel, one, '📥');
    expect(await world.owner.reactions(channel, one)).toEqual(['📥']);
    await isAnswered(one, more);
    expect(await answers()).toEqual(['one', 'more']);
    expect(await states()).toEqual({});
  });

  it('steer: what the agent takes into its running turn shares the outcome of that turn', async () => {
    await setMode('steer');
    const busy = await keepBusy('tools 8');
    const one = await world.owner.say(channel, 'one');
    await world.owner.seesReaction(channel, one, '⚙️');
    await isAnswered(busy, one);
    expect(await answers()).toEqual(['one']);
  });

  it('interrupt: the first stops the turn, and both are answered', async () => {
    await setMode('interrupt');
    const busy = await keepBusy('slow 60');
    const [one, more] = await Promise.all([world.owner.say(channel, 'one'), world.owner.say(channel, 'more')]);
    await world.owner.seesReaction(channel, busy, '❌');
    await isAnswered(one, more);
    expect([...(await answers())].sort()).toEqual(['more', 'one']);
    expect((await world.owner.heard(channel)).filter((text) => text.includes('Interrupted'))).toHaveLength(1);
  });

  it('vai interrupt stops the turn, and what waits follows', async () => {
    const busy = await keepBusy('slow 60');
    const next = await world.owner.say(channel, 'next');
    const { exitCode, stdout } = await world.bridge.run('vai', ['interrupt', '1']);
    expect([exitCode, stdout]).toEqual([0, 'Success: Session 1 was interrupted\n']);
    await world.owner.seesReaction(channel, busy, '❌');
    await isAnswered(next);
    expect((await world.bridge.run('vai', ['interrupt', '1'])).stdout).toContain('nothing to stop');
  });
});

describe('BX-06: a message that waits can be changed', () => {
  it('in the chat: an edit is delivered, a deletion is not; with vai queue --remove it is marked', async () => {
    await keepBusy('slow 60');
    const edited = await world.owner.say(channel, 'first words');
    const deleted = await world.owner.say(channel, 'deleted');
    const removed = await world.owner.say(channel, 'removed');
    await until(async () => (await queue()).messages.length === 3, { what: 'three in the queue' });
    await world.owner.edit(channel, edited, 'second words');
    await world.owner.remove(channel, deleted);
    expect((await world.bridge.run('vai', ['queue', '1', '--remove', removed])).exitCode).toBe(0);
    await world.owner.seesReaction(channel, removed, '🗑️');
    await until(async () => (await queue()).messages.map(({ beginning }) => beginning).join() === 'second words', {
      what: 'the edited one alone in the queue',
    });
    await stopWork();
    await isAnswered(edited);
    const last = await world.owner.say(channel, 'last');
    await isAnswered(last);
    expect(await answers()).toEqual(['second words', 'last']);
    const again = await world.bridge.run('vai', ['queue', '1', '--remove', removed]);
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toMatch(/^vai: [^\n]*was taken back already[^\n]*\n$/);
  });
});

describe('BX-02, BX-06: kill -9 of the bridge while a message waits', () => {
  it.each(['queue', 'steer'] as const)('%s: it is answered once', async (mode) => {
    await setMode(mode);
    const busy = await keepBusy('slow 10');
    const one = await world.owner.say(channel, 'one');
    const wanted = mode === 'queue' ? 'queued' : 'steered';
    await until(async () => (await states())[one] === wanted, { what: `the message ${wanted}` });
    await world.bridge.endDaemon('SIGKILL');
    await world.bridge.startDaemon();
    await isAnswered(busy, one);
    const last = await world.owner.say(channel, 'last');
    await isAnswered(last);
    expect(await answers()).toEqual(['one', 'last']);
  });

  it.each(['inbox:queued>sending:after', 'inbox:sending>steered:before', 'inbox:sending>steered:after'])(
    'steer: killed at %s, it is answered once',
    async (failPoint) => {
      await setMode('steer');
      await world.bridge.endDaemon('SIGKILL');
      // The first passage of `queued>sending` is that of the message that keeps the agent busy.
      const passage = failPoint.startsWith('inbox:queued') ? '#2' : '';
      await world.bridge.startMortalDaemon(`${failPoint}${passage}`);
      const busy = await keepBusy('slow 10');
      const one = await world.owner.say(channel, 'one');
      expect(await world.bridge.daemonSignal(20_000)).toBe('SIGKILL');
      await world.bridge.startDaemon();
      await isAnswered(busy, one);
      const last = await world.owner.say(channel, 'last');
      await isAnswered(last);
      expect(await answers()).toEqual(['one', 'last']);
    },
  );
});

describe('I8: an end at the terminal', () => {
  it('is told, is no death, and messages wait until somebody says how to go on', async () => {
    await keepBusy('slow 60');
    const { agentSession } = await world.bridge.session(1);
    await world.bridge.tmux('send-keys', '-t', '=claude-session-1:', 'C-c', 'C-c');
    await world.owner.hears(channel, /ended at its terminal/);
    expect(await world.bridge.session(1)).toMatchObject({ lifecycle: 'stopped', pid: null });
    const one = await world.owner.say(channel, 'one');
    await world.owner.seesReaction(channel, one, '📥');
    expect((await world.owner.heard(channel)).filter((text) => text.includes('vai recover 1'))).toHaveLength(1);
    // Not even a new daemon brings it back by itself.
    await world.bridge.endDaemon('SIGKILL');
    await world.bridge.startDaemon();
    expect(await world.bridge.session(1)).toMatchObject({ lifecycle: 'stopped', queued: 1 });
    expect((await world.bridge.run('vai', ['recover', '1'])).exitCode).toBe(0);
    await isAnswered(one);
    expect(await world.bridge.session(1)).toMatchObject({ lifecycle: 'running', agentSession });
    expect((await world.owner.heard(channel)).filter((text) => text.includes('vai recover 1'))).toHaveLength(1);
  });
});

it('a crash in the middle of a turn is told as such, once, and the session is back', async () => {
  const crash = await world.owner.say(channel, 'crash 42');
  await world.owner.seesReaction(channel, crash, '❌');
  await world.owner.hears(channel, /is back/);
  const after = await world.owner.say(channel, 'after');
  await isAnswered(after);
  const heard = await world.owner.heard(channel);
  expect(heard.filter((text) => text.includes('ended while it worked on this'))).toHaveLength(1);
  expect(heard.filter((text) => text.includes('exit code 42'))).toHaveLength(1);
});

it('vai trace tells the life of a message by its link, and by its answer', async () => {
  const id = await world.owner.say(channel, 'hello');
  await isAnswered(id);
  const link = `https://discord.com/channels/1000000000000000001/${channel}/${id}`;
  const trace = await world.bridge.json<{
    id: string;
    confirmed: { by: string };
    turn: { outcome: string };
    posted: { kind: string; state: string; messageIds: string[] }[];
  }>('trace', link);
  expect(trace).toMatchObject({ id: `discord:${id}`, confirmed: { by: 'hook' }, turn: { outcome: 'completed' } });
  const answer = (await world.owner.read(channel)).find(({ content }) => content === 'You said: hello');
  expect(trace.posted).toContainEqual(
    expect.objectContaining({ kind: 'text', state: 'posted', messageIds: [answer?.id] }),
  );
  expect(await world.bridge.json('trace', answer?.id ?? '')).toMatchObject({ id: `discord:${id}` });
  const { stdout } = await world.bridge.run('vai', ['trace', id]);
  expect(stdout).toContain('State: acknowledged, confirmed by hook after');
  const unknown = await world.bridge.run('vai', ['trace', '1000000000000000009']);
  expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
  expect(unknown.stderr).toMatch(/^vai: There is no message "1000000000000000009"[^\n]*\n$/);
});
