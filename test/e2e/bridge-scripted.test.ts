import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';
import { ChatUser } from './support/chat-user.ts';

let world: World;

afterEach(async () => {
  await world.destroy();
});

describe('the bridge with four sessions', () => {
  beforeEach(async () => {
    world = await makeWorld({ sessions: 4 });
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
  });

  it('MS-03 MS-04: answers interleaved messages each in its own channel, in order', async () => {
    const { owner, channels } = world;
    for (const round of [1, 2, 3]) {
      await Promise.all(channels.map((channel, index) => owner.say(channel, `round ${round} for ${index + 1}`)));
    }
    for (const [index, channel] of channels.entries()) {
      await owner.hears(channel, `You said: round 3 for ${index + 1}`);
      const answers = (await owner.heard(channel)).filter((text) => text.startsWith('You said: round'));
      expect(answers).toEqual([1, 2, 3].map((round) => `You said: round ${round} for ${index + 1}`));
    }
  });

  it('reactions tell how far a message came', async () => {
    const { owner, channels } = world;
    const id = await owner.say(channels[0]!, 'hello');
    await owner.seesReaction(channels[0]!, id, '✅');
    // A step that is overtaken before it is shown is not shown any more.
    const shown = await owner.reactions(channels[0]!, id);
    expect(['📥', '⚙️', '✅'].filter((reaction) => shown.includes(reaction))).toEqual(shown);
  });

  it('BX-04: words that the agent says and posts with dp appear once in a turn, again in the next', async () => {
    const { owner, channels } = world;
    const first = await owner.say(channels[1]!, 'dp the same words');
    await owner.seesReaction(channels[1]!, first, '✅');
    const second = await owner.say(channels[1]!, 'dp the same words');
    await owner.seesReaction(channels[1]!, second, '✅');
    const heard = await owner.heard(channels[1]!);
    expect(heard.filter((text) => text.includes('the same words'))).toHaveLength(2);
  });
});

describe('a bridge that is killed', () => {
  beforeEach(async () => {
    world = await makeWorld();
    await world.bridge.startDaemon();
  });

  it('BX-02: kill -9 in mid-turn loses nothing: the answer arrives once after the restart', async () => {
    const { owner, bridge, channels } = world;
    const [channel] = channels;
    const id = await owner.say(channel!, 'slow 3');
    await owner.seesReaction(channel!, id, '⚙️');
    const before = await bridge.session(1);
    await bridge.endDaemon('SIGKILL');
    await bridge.startDaemon();
    await owner.seesReaction(channel!, id, '✅');
    const after = await bridge.session(1);
    expect(after.pid).toBe(before.pid);
    expect(after.generation).toBe(before.generation);
    const answers = (await owner.heard(channel!)).filter((text) => /slow/i.test(text));
    expect(answers).toHaveLength(1);
  });

  it('BX-02: what the agent finished while nobody listened arrives once', async () => {
    const { owner, bridge, channels } = world;
    const [channel] = channels;
    const id = await owner.say(channel!, 'slow 2');
    await owner.seesReaction(channel!, id, '⚙️');
    await bridge.endDaemon('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // The agent's own two seconds.
    await bridge.startDaemon();
    await owner.seesReaction(channel!, id, '✅');
    expect((await owner.heard(channel!)).filter((text) => /slow/i.test(text))).toHaveLength(1);
  });

  it('I6: SIGTERM leaves the agents running, and the next start adopts them', async () => {
    const { bridge } = world;
    const before = await bridge.session(1);
    await bridge.endDaemon('SIGTERM');
    expect(await bridge.tmuxSessions()).toEqual(['claude-session-1']);
    await bridge.startDaemon();
    expect((await bridge.session(1)).pid).toBe(before.pid);
  });

  it('MS-13: vai stop ends the sessions and the daemon; nothing of ours is left', async () => {
    const { bridge } = world;
    const { exitCode } = await bridge.run('vai', ['stop']);
    expect(exitCode).toBe(0);
    await bridge.daemonEnded();
    await until(() => bridge.processes().length === 0, { what: 'no process left' });
    expect(await bridge.tmuxSessions()).toEqual([]);
    expect((await bridge.run('vai', ['status', '--json'])).exitCode).toBe(3);
  });

  it('MS-13: vai stop --keep-sessions leaves the agents', async () => {
    const { bridge } = world;
    expect((await bridge.run('vai', ['stop', '--keep-sessions'])).exitCode).toBe(0);
    expect(await bridge.tmuxSessions()).toEqual(['claude-session-1']);
  });

  it('two daemons on one directory: the second is refused', async () => {
    const second = await world.bridge.runFailingDaemon();
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toContain('Another bridge already runs');
    expect((await world.bridge.session(1)).lifecycle).toBe('running');
  });

  it('MS-07: an agent that dies is brought back with its history', async () => {
    const { owner, bridge, channels } = world;
    const [channel] = channels;
    await owner.say(channel!, 'count');
    await owner.hears(channel!, /1/);
    const { pid, agentSession } = await bridge.session(1);
    process.kill(pid!, 'SIGKILL');
    await owner.hears(channel!, /is back/);
    const after = await bridge.session(1);
    expect(after).toMatchObject({ lifecycle: 'running', generation: 2, agentSession });
    const id = await owner.say(channel!, 'count');
    await owner.seesReaction(channel!, id, '✅');
    expect(await owner.heard(channel!)).toEqual(expect.arrayContaining([expect.stringMatching(/2/)]));
  });

  it('I6: a start with one dead and one live session adopts the one and resumes the other', async () => {
    const { bridge, discord } = world;
    const second = discord.ensureChannel({ name: 'second' });
    expect((await bridge.run('vai', ['add-session', second])).stdout).toContain('Success: Session 2 added');
    const [one, two] = [await bridge.session(1), await bridge.session(2)];
    await bridge.endDaemon('SIGKILL');
    await bridge.tmux('kill-session', '-t', '=claude-session-2');
    await bridge.startDaemon();
    expect(await bridge.session(1)).toMatchObject({ pid: one.pid, generation: one.generation, lifecycle: 'running' });
    expect(await bridge.session(2)).toMatchObject({
      generation: two.generation + 1,
      agentSession: two.agentSession,
      lifecycle: 'running',
    });
  });
});

describe('who is heard', () => {
  it('BX-09: a stranger reaches nobody and is refused once', async () => {
    world = await makeWorld();
    await world.bridge.startDaemon();
    const { discord, owner, channels, bridge } = world;
    const stranger = discord.addUser({ name: 'mallory' });
    const mallory = new ChatUser({ api: discord.api, token: stranger.token });
    await mallory.say(channels[0]!, 'let me in');
    await mallory.say(channels[0]!, 'please');
    await owner.hears(channels[0]!, /only work for people/);
    const id = await owner.say(channels[0]!, 'hello');
    await owner.seesReaction(channels[0]!, id, '✅');
    const heard = await owner.heard(channels[0]!);
    expect(heard.filter((text) => text.includes('only work for people'))).toHaveLength(1);
    expect(heard.join('\n')).not.toContain('let me in');
    expect((await bridge.tmux('capture-pane', '-p', '-t', '=claude-session-1:')).stdout).not.toContain('let me in');
  });

  it('BX-09: without an owner nothing is run until somebody pairs', async () => {
    world = await makeWorld({ owned: false });
    await world.bridge.startDaemon();
    const { owner, channels, bridge } = world;
    await owner.say(channels[0]!, 'hello');
    await owner.hears(channels[0]!, /vai pair/);
    const { code } = await bridge.json<{ code: string }>('pair');
    await owner.say(channels[0]!, code);
    await owner.hears(channels[0]!, /You own this bridge now/);
    await owner.say(channels[0]!, 'hello again');
    await owner.hears(channels[0]!, 'You said: hello again');
  });

  it('MS-04: an unmapped channel is served for the owner, and answered where it was asked', async () => {
    world = await makeWorld();
    await world.bridge.startDaemon();
    const elsewhere = world.discord.ensureChannel({ name: 'elsewhere' });
    await world.owner.say(elsewhere, 'hello from here');
    await world.owner.hears(elsewhere, 'You said: hello from here');
    expect(await world.owner.heard(world.channels[0]!)).toEqual([]);
  });
});
