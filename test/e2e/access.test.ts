import { readFileSync, statSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { wordsIn } from '../../src/bridge/words.ts';
import type { AccessEntry } from '../../src/contracts/bridge-api.ts';
import type { AuditedRequest } from '../../src/contracts/audit.ts';
import { ChatUser } from './support/chat-user.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

const words = wordsIn('en');

/** How many messages of bots are taken in a row here. */
const botMessages = 3;

let world: World;
let first: string;
let second: string;

beforeEach(async () => {
  world = await makeWorld({ sessions: 2, environment: { BOT_MESSAGES: String(botMessages) } });
  [first, second] = world.channels as [string, string];
  expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
});

afterEach(async () => {
  await world.destroy();
});

interface Person {
  readonly id: string;
  readonly user: ChatUser;
}

function newcomer(name: string, more: { readonly bot?: boolean; readonly roles?: readonly string[] } = {}): Person {
  const { id, token } = world.discord.addUser({ name, ...more });
  const user = new ChatUser({ api: world.discord.api, token: more.bot === true ? `Bot ${token}` : token });
  return { id, user };
}

async function vai(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await world.bridge.run('vai', args);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}

async function isAnswered({ user }: Person, channel: string, text: string): Promise<void> {
  const id = await user.say(channel, text);
  await world.owner.hears(channel, `You said: ${text}`);
  await world.owner.seesReaction(channel, id, '✅');
}

const audit = (): readonly AuditedRequest[] =>
  readFileSync(world.bridge.paths.auditFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditedRequest & Record<'seq' | 'prev' | 'hash', unknown>)
    .filter((entry) => 'surface' in entry)
    .map(({ seq: _seq, prev: _prev, hash: _hash, ...entry }) => entry);

/** The audit has one line for all refusals of a minute; the log has each. */
const isLoggedAsRefused = (id: string): boolean =>
  world.bridge
    .log()
    .split('\n')
    .some((line) => line.includes(`"about":"discord:${id}"`) && line.includes('request refused'));

/** Everything that the bot said in reply to a message. */
async function repliesTo(channel: string, id: string): Promise<readonly string[]> {
  const all = await world.owner.read(channel);
  return all.filter((one) => one.message_reference?.message_id === id).map(({ content }) => content);
}

async function isRefused({ user }: Person, channel: string, text: string, says: string): Promise<void> {
  const id = await user.say(channel, text);
  await until(async () => (await repliesTo(channel, id)).includes(says), { what: `"${text}" to be refused` });
  expect(await world.owner.reactions(channel, id)).toEqual([]);
}

describe('BX-09: who was let in while the bridge runs', () => {
  it('a role at the server counts in its session, from the next message until it is taken away, and over a restart', async () => {
    const team = world.discord.addRole({ name: 'team' });
    const ann = newcomer('Ann', { roles: [team] });
    await isRefused(ann, first, 'too early', words.refusedStranger());
    expect(await vai('access', 'grant', team, 'member', '--kind', 'role', '--session', '1')).toContain(
      `Success: role ${team} in session 1 is member now`,
    );
    await isAnswered(ann, first, 'hello');
    // A role that was given for one session is nothing in another, nor in a thread of it.
    await isRefused(ann, second, 'hello there', words.refusedStranger());
    const [own, foreign] = [
      await world.owner.openThread(first, 'own'),
      await world.owner.openThread(second, 'foreign'),
    ];
    await isAnswered(ann, own, 'in a thread');
    await isRefused(ann, foreign, 'in a foreign thread', words.refusedStranger());

    await world.bridge.endDaemon('SIGTERM');
    const missed = await ann.user.say(first, 'while you were away');
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    await world.owner.seesReaction(first, missed, '✅');
    await world.owner.hears(first, 'You said: while you were away');

    world.discord.setRoles(ann.id, []);
    const late = await ann.user.say(first, 'without the role');
    await until(() => isLoggedAsRefused(late), { what: 'the refusal' });
    expect(await world.owner.reactions(first, late)).toEqual([]);
  });

  it('somebody who lost their role while the bridge was down is refused for what they said before and meanwhile changed', async () => {
    const team = world.discord.addRole({ name: 'team' });
    const ann = newcomer('Ann', { roles: [team] });
    await vai('access', 'grant', team, 'member', '--kind', 'role');
    const busy = await world.owner.say(first, 'slow 60');
    await world.owner.seesReaction(first, busy, '⚙️');
    const waits = await ann.user.say(first, 'as I said it');
    await world.owner.seesReaction(first, waits, '📥');
    world.discord.setRoles(ann.id, []);
    await ann.user.edit(first, waits, 'as I never might');
    await world.bridge.endDaemon('SIGTERM');
    const missed = await ann.user.say(first, 'missed');
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    await until(() => isLoggedAsRefused(missed), { what: 'the refusal' });
    await vai('interrupt', '1');
    await world.owner.hears(first, 'You said: as I said it');
    expect(await world.owner.reactions(first, missed)).toEqual([]);
    const heard = await world.owner.heard(first);
    expect(heard.filter((text) => text.includes('never might') || text.includes('missed'))).toEqual([]);
  });

  it('a stranger is refused once in ten minutes, a viewer is told so, and no word of theirs is in the audit', async () => {
    const [viewer, stranger] = [newcomer('Vera'), newcomer('Sam')];
    await vai('access', 'grant', viewer.id, 'viewer');
    await isRefused(viewer, first, 'my viewer secret', words.refusedReader(true));
    await isRefused(stranger, first, 'my stranger secret', words.refusedStranger());
    for (let count = 0; count < 5; count += 1) await stranger.user.say(first, `again, my stranger secret ${count}`);
    const owner = await world.owner.say(first, 'the owner is heard');
    await world.owner.seesReaction(first, owner, '✅');
    const refusals = (await world.owner.heard(first)).filter((text) => text === words.refusedStranger());
    expect(refusals).toHaveLength(1);
    const text = readFileSync(world.bridge.paths.auditFile, 'utf8');
    expect(text).not.toContain('secret');
    expect(statSync(world.bridge.paths.auditFile).mode & 0o777).toBe(0o600);
    expect(audit().filter(({ who }) => who === `user ${stranger.id}`)).toHaveLength(1);
    expect(audit()).toContainEqual(
      expect.objectContaining({ who: `user ${world.discord.userId}`, outcome: 'allowed', about: `discord:${owner}` }),
    );
    await world.bridge.endDaemon('SIGTERM');
    expect(audit().findLast(({ who }) => who === `user ${stranger.id}`)).toMatchObject({ count: 5 });
  });

  it('vai access lists, changes and keeps; what else is in the file stays; a process in a pane may not', async () => {
    const ann = newcomer('Ann');
    world.bridge.writeConfig('bridge.json', JSON.stringify({ language: 'en' }));
    await vai('access', 'grant', ann.id, 'viewer', '--decide', 'yes', '--session', '2');
    const { entries } = await world.bridge.json<{ readonly entries: readonly AccessEntry[] }>('access');
    expect(entries).toEqual([
      { kind: 'user', id: world.discord.userId, role: 'owner', decides: true, from: 'configured' },
      { kind: 'user', id: ann.id, role: 'viewer', decide: true, session: 2, decides: true, from: 'file' },
    ]);
    expect(JSON.parse(world.bridge.readConfig('bridge.json'))).toEqual({
      language: 'en',
      access: { sessions: { '2': { users: { [ann.id]: { role: 'viewer', decide: true } } } } },
    });
    expect(await vai('access')).toContain(ann.id);
    const records = await world.bridge.run('vai', ['access', 'grant', ann.id, 'owner'], {
      env: { BRIDGE_SESSION: '1', BRIDGE_SESSION_TOKEN: 'forged' },
    });
    expect(records.exitCode).not.toBe(0);
    await vai('access', 'revoke', ann.id, '--session', '2');
    expect(JSON.parse(world.bridge.readConfig('bridge.json'))).toEqual({ language: 'en' });
    const again = await world.bridge.run('vai', ['access', 'revoke', ann.id, '--session', '2']);
    expect([again.exitCode === 0, again.stderr]).toEqual([false, expect.stringContaining('Nothing is said of user')]);
  });

  it('a file that is wrong stops the start, naming the place and the value', async () => {
    await world.bridge.endDaemon('SIGTERM');
    world.bridge.writeConfig('bridge.json', JSON.stringify({ access: { everywhere: { users: { Ann: 'boss' } } } }));
    expect(await world.bridge.startDaemon()).toMatchObject({
      kind: 'failed',
      code: 'config-invalid',
      message: expect.stringContaining('bridge.json: "access.everywhere.users.Ann"') as string,
    });
  });
});

describe('BX-09: bots', () => {
  it('are ignored unless they are listed', async () => {
    const robot = newcomer('Robot', { bot: true });
    await vai('access', 'grant', robot.id, 'operator');
    const ignored = await robot.user.say(first, 'I am no user');
    const owner = await world.owner.say(first, 'ping');
    await world.owner.seesReaction(first, owner, '✅');
    expect([await world.owner.reactions(first, ignored), await repliesTo(first, ignored)]).toEqual([[], []]);
    await vai('access', 'grant', robot.id, 'member', '--kind', 'bot', '--session', '1');
    await isAnswered(robot, first, 'I am listed');
  });

  it('a bot and the agent that answer each other stop, over a restart too, until a person speaks', async () => {
    const robot = newcomer('Robot', { bot: true });
    await vai('access', 'grant', robot.id, 'member', '--kind', 'bot');
    await isAnswered(robot, first, 'thanks 1');
    await isAnswered(robot, first, 'thanks 2');
    await world.bridge.endDaemon('SIGTERM');
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    await isAnswered(robot, first, 'thanks 3');
    const over = await robot.user.say(first, 'thanks 4');
    await world.owner.hears(first, words.botLoop(botMessages));
    await robot.user.say(first, 'thanks 5');
    await isAnswered(robot, second, 'another channel');
    const owner = await world.owner.say(first, 'go on');
    await world.owner.seesReaction(first, owner, '✅');
    await isAnswered(robot, first, 'thanks 6');
    expect(await world.owner.reactions(first, over)).toEqual([]);
    const heard = await world.owner.heard(first);
    expect(heard.filter((text) => /thanks [45]/.test(text) && text.startsWith('You said'))).toEqual([]);
    expect(heard.filter((text) => text === words.botLoop(botMessages))).toHaveLength(1);
  });
});
