import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { wordsIn } from '../../src/bridge/words.ts';
import { offerWordsIn } from '../../src/bridge/words/offers.ts';
import type { AuditedRequest } from '../../src/contracts/audit.ts';
import type { PromptListing } from '../../src/contracts/bridge-api.ts';
import type { OpenForm, Seen } from './support/chat-client.ts';
import { ChatUser } from './support/chat-user.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

const words = wordsIn('en');
const offerWords = offerWordsIn('en');
const done: Seen = { kind: 'done' };
const mayNot: Seen = { kind: 'private', text: words.prompts.mayNotDecide() };

let world: World;
let first: string;
let second: string;
const people: ChatUser[] = [];

beforeEach(async () => {
  world = await makeWorld({ sessions: 2 });
  [first, second] = world.channels as [string, string];
  expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
});

afterEach(async () => {
  for (const person of [world.owner, ...people.splice(0)]) person.close();
  await world.destroy();
});

interface Person {
  readonly id: string;
  readonly user: ChatUser;
}

/** Somebody on the chat server. @param access what `vai access grant` is told of them; without, they are a stranger. */
async function person(name: string, access?: readonly string[], given: readonly string[] = []): Promise<Person> {
  const { id, token } = world.discord.addUser({ name, roles: given });
  if (access) await vai('access', 'grant', id, ...access);
  const user = new ChatUser({ api: world.discord.api, token });
  people.push(user);
  return { id, user };
}

async function vai(...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await world.bridge.run('vai', args);
  expect([exitCode, stderr]).toEqual([0, '']);
}

const audit = (): readonly AuditedRequest[] =>
  readFileSync(world.bridge.paths.auditFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditedRequest & Record<'seq' | 'prev' | 'hash', unknown>)
    .filter((entry) => 'surface' in entry)
    .map(({ seq: _seq, prev: _prev, hash: _hash, ...entry }) => entry);

/** What is on record of somebody. */
const auditOf = (who: string): readonly Partial<AuditedRequest>[] =>
  audit()
    .filter((entry) => entry.who === who)
    .map(({ at: _at, who: _who, ...entry }) => entry);

interface Card {
  readonly channel: string;
  readonly message: string;
  /** As `vai answer` knows what it asks. */
  readonly prompt: string;
}

/** Has the agent ask something; the card that can be decided. */
async function ask(channel: string, text: string): Promise<Card> {
  const before = await open();
  await world.owner.say(channel, text);
  const { id, messageId } = await until(
    async () => (await open()).find((one) => one.messageId !== undefined && before.every(({ id }) => id !== one.id)),
    { what: `a card for "${text}"` },
  );
  return { channel, message: messageId ?? '', prompt: id };
}

const open = (): Promise<readonly PromptListing[]> => world.bridge.json<readonly PromptListing[]>('prompts');

async function isStillOpen({ channel, message, prompt }: Card, controls: readonly object[]): Promise<void> {
  expect((await open()).map(({ id }) => id)).toContain(prompt);
  expect(await world.owner.controls(channel, message)).toEqual(controls);
}

async function says({ channel, message }: Card, what: RegExp): Promise<void> {
  const text = async () => (await world.owner.read(channel)).find(({ id }) => id === message)?.content ?? '';
  await until(async () => what.test(await text()), { what: `a card that says ${String(what)}` });
}

function formOf(seen: Seen): OpenForm {
  if (seen.kind !== 'form') throw new Error(`no form, but ${JSON.stringify(seen)}`);
  return seen.form;
}

describe('BX-09: who decides what the agent asks', () => {
  it('a stranger, a viewer and a member are refused in private, and nothing changes; who may decide decides', async () => {
    const [stranger, viewer, member] = [
      await person('Sam'),
      await person('Vera', ['viewer']),
      await person('Mia', ['member', '--session', '1']),
    ];
    const card = await ask(first, 'ask');
    const controls = await world.owner.controls(first, card.message);
    const before = await world.owner.heard(first);
    for (const { user } of [stranger, viewer, member]) {
      expect(await user.press(first, card.message, 'Allow once')).toEqual(mayNot);
      expect(await user.press(first, card.message, 'Deny with a word…')).toEqual(mayNot);
    }
    await isStillOpen(card, controls);
    expect(await world.owner.heard(first)).toEqual(before);
    for (const { id } of [stranger, viewer, member]) {
      // The second of a minute is only counted.
      expect(auditOf(`user ${id}`)).toEqual([
        {
          ...{ surface: 'press', action: 'decide-prompt', session: 1, channel: first, about: card.prompt },
          ...{ outcome: 'refused', reason: expect.stringContaining('may not decide-prompt') as string },
        },
      ]);
    }

    await vai('access', 'grant', member.id, 'member', '--session', '1', '--decide', 'yes');
    expect(await member.user.press(first, card.message, 'Allow once')).toEqual(done);
    await says(card, /allowed once\*\* by Mia \(Discord\), applied/);
    expect(auditOf(`user ${member.id}`).at(-1)).toEqual({
      ...{ surface: 'press', action: 'decide-prompt', session: 1, channel: first, about: card.prompt },
      outcome: 'allowed',
    });
    const text = readFileSync(world.bridge.paths.auditFile, 'utf8');
    expect(text).not.toContain('practice.txt');
    await world.bridge.endDaemon('SIGTERM');
    expect(auditOf(`user ${viewer.id}`)).toHaveLength(2);
  });

  it('an owner can let a viewer decide, also by forms and menus, and take it back while a form is open', async () => {
    const vera = await person('Vera', ['viewer', '--decide', 'yes']);
    const card = await ask(first, 'ask');
    const form = formOf(await vera.user.press(first, card.message, 'Deny with a word…'));
    const [field] = form.fields.keys();
    await vai('access', 'grant', vera.id, 'viewer');
    const controls = await world.owner.controls(first, card.message);
    expect(await vera.user.submit(first, form, { [field ?? '']: 'my word' })).toEqual(mayNot);
    await isStillOpen(card, controls);
    expect(auditOf(`user ${vera.id}`)).toMatchObject([
      { surface: 'press', outcome: 'allowed' },
      { surface: 'submit', outcome: 'refused', reason: 'role "viewer" may not decide-prompt' },
    ]);
    expect(readFileSync(world.bridge.paths.auditFile, 'utf8')).not.toContain('my word');
    expect(await world.owner.press(first, card.message, 'Allow once')).toEqual(done);

    const menu = await ask(second, 'question multi');
    const before = await world.owner.controls(second, menu.message);
    expect(await vera.user.choose(second, menu.message, 'Fruits', ['Apple'])).toEqual(mayNot);
    await isStillOpen(menu, before);
    await vai('access', 'grant', vera.id, 'viewer', '--decide', 'yes');
    expect(await vera.user.choose(second, menu.message, 'Fruits', ['Melon'])).toEqual(done);
    expect(await vera.user.press(second, menu.message, 'Send')).toEqual(done);
    await world.owner.hears(second, 'You chose: Melon');
    const allowed = auditOf(`user ${vera.id}`).filter(({ outcome }) => outcome === 'allowed');
    expect(allowed.map(({ surface }) => surface)).toEqual(['press', 'choose', 'press']);
  });

  it('an operator by a role of the server decides in their session and its threads, not in a foreign one, and may not trust', async () => {
    const team = world.discord.addRole({ name: 'team' });
    await vai('access', 'grant', team, 'operator', '--kind', 'role', '--session', '1');
    const ann = await person('Ann', undefined, [team]);
    const [own, foreign] = [
      await world.owner.openThread(first, 'own'),
      await world.owner.openThread(second, 'foreign'),
    ];
    const inForeign = await ask(foreign, 'ask');
    const controls = await world.owner.controls(foreign, inForeign.message);
    expect(await ann.user.press(foreign, inForeign.message, 'Allow once')).toEqual(mayNot);
    await isStillOpen(inForeign, controls);
    expect(auditOf(`user ${ann.id}`)).toMatchObject([{ session: 2, channel: foreign, outcome: 'refused' }]);

    const inOwn = await ask(own, 'ask');
    expect(await ann.user.press(own, inOwn.message, 'Deny')).toEqual(done);
    await says(inOwn, /denied\*\* by Ann \(Discord\), applied/);
    expect(auditOf(`user ${ann.id}`).at(-1)).toMatchObject({ session: 1, channel: own, outcome: 'allowed' });

    const trust = await ask(first, 'trust');
    const before = await world.owner.controls(first, trust.message);
    const [yes] = before;
    expect(await ann.user.press(first, trust.message, yes?.label ?? '')).toEqual(mayNot);
    await isStillOpen(trust, before);
    expect(await world.owner.press(first, trust.message, yes?.label ?? '')).toEqual(done);
    await world.owner.hears(first, /You trusted it/);
    expect(auditOf(`user ${world.discord.userId}`).at(-1)).toMatchObject({
      ...{ surface: 'press', action: 'manage', session: 1, about: trust.prompt, outcome: 'allowed' },
    });

    // Whoever loses the role loses the right with the next click.
    const next = await ask(first, 'ask');
    world.discord.setRoles(ann.id, []);
    expect(await ann.user.press(first, next.message, 'Allow once')).toEqual(mayNot);
    expect((await open()).map(({ id }) => id)).toContain(next.prompt);
  });

  it('what the agent asks in a direct message is decided there, and nobody else is heard there', async () => {
    const member = await person('Mia', ['member']);
    await world.owner.say(first, 'hello');
    await world.owner.hears(first, 'You said: hello');
    const direct = await world.owner.openDirect(first);
    const card = await ask(direct, 'ask');
    expect(await world.owner.press(direct, card.message, 'Allow once')).toEqual(done);
    await says(card, /allowed once\*\* by .+ \(Discord\), applied/);
    expect(auditOf(`user ${world.discord.userId}`).at(-1)).toMatchObject({ surface: 'press', channel: direct });

    const aside = await member.user.openDirect(first);
    await member.user.say(aside, 'psst');
    await member.user.hears(aside, words.refusedReader(false));
    expect(auditOf(`user ${member.id}`)).toMatchObject([
      { surface: 'onMessage', action: 'message-unmapped', channel: aside, outcome: 'refused' },
    ]);
  });
});

describe('BX-09: who gets files that the agent named', () => {
  it('a stranger and a viewer are refused in private, and nothing is posted; a member gets it', async () => {
    const [stranger, viewer, member] = [
      await person('Sam'),
      await person('Vera', ['viewer', '--decide', 'yes']),
      await person('Mia', ['member', '--decide', 'no']),
    ];
    const work = join(world.bridge.paths.workspace, 'session_1');
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, 'chart.txt'), 'one two');
    await world.owner.say(first, 'name chart.txt');
    const { id } = await world.owner.finds(first, 'Here it is: `chart.txt`');
    const [button] = await until(
      async () => {
        const found = await world.owner.controls(first, id);
        return found.length > 0 ? found : undefined;
      },
      { what: 'the button' },
    );
    for (const { user } of [stranger, viewer]) {
      const seen: Seen = { kind: 'private', text: offerWords.mayNot };
      expect(await user.press(first, id, button?.label ?? '')).toEqual(seen);
    }
    expect(await world.owner.files(first)).toEqual([]);
    expect(await member.user.press(first, id, button?.label ?? '')).toEqual(done);
    await until(async () => (await world.owner.files(first)).length > 0, { what: 'the file' });
    const about = button?.custom_id?.replace('file:', '');
    const common = { surface: 'press', action: 'fetch-file', session: 1, channel: first, about };
    expect(auditOf(`user ${viewer.id}`)).toMatchObject([{ ...common, outcome: 'refused' }]);
    expect(auditOf(`user ${member.id}`)).toEqual([{ ...common, outcome: 'allowed' }]);
  });
});

describe('BX-09: webhooks', () => {
  it('one that is listed is heard in its session, under its own id; any other is ignored, whatever it calls itself', async () => {
    const speak = async (path: string, content: string, username?: string): Promise<string> => {
      const response = await fetch(`${world.discord.api}/v10${path}?wait=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ content, ...(username === undefined ? {} : { username }) }),
      });
      expect(response.status).toBe(200);
      return ((await response.json()) as { readonly id: string }).id;
    };
    const idOf = (path: string): string => path.split('/')[2] ?? '';
    const [listed, unlisted, elsewhere] = [
      world.discord.addWebhook({ channel: first, name: 'ci' }),
      world.discord.addWebhook({ channel: first, name: 'ci' }),
      world.discord.addWebhook({ channel: second, name: 'ci' }),
    ];
    for (const path of [listed, elsewhere]) {
      await vai('access', 'grant', idOf(path), 'member', '--kind', 'bot', '--session', '1');
    }
    const heard = await speak(listed, 'the build is red');
    await world.owner.seesReaction(first, heard, '✅');
    await world.owner.hears(first, 'You said: the build is red');

    const before = (await world.owner.read(first)).length;
    const ignored = await speak(unlisted, 'let me in', 'ci');
    const foreign = await speak(elsewhere, 'let me in there');
    // Known by the id of a person who may, it is still a webhook.
    await vai('access', 'grant', idOf(unlisted), 'operator', '--kind', 'user');
    const posing = await speak(unlisted, 'let me in as a user');
    for (const channel of [first, second]) {
      const said = await world.owner.say(channel, 'ping');
      await world.owner.seesReaction(channel, said, '✅');
    }
    for (const id of [ignored, posing]) expect(await world.owner.reactions(first, id)).toEqual([]);
    expect(await world.owner.reactions(second, foreign)).toEqual([]);
    // Nothing was said to them either: the two messages, and the owner's with its answer.
    expect(await world.owner.read(first)).toHaveLength(before + 4);

    const common = { surface: 'onMessage', action: 'message' };
    expect(auditOf(`webhook ${idOf(listed)}`)).toEqual([
      { ...common, session: 1, channel: first, about: `discord:${heard}`, outcome: 'allowed' },
    ]);
    expect(auditOf(`webhook ${idOf(unlisted)}`)).toMatchObject([
      { ...common, session: 1, about: `discord:${ignored}`, outcome: 'refused', reason: 'role "none" may not message' },
    ]);
    expect(auditOf(`webhook ${idOf(elsewhere)}`)).toMatchObject([{ session: 2, outcome: 'refused' }]);
  });
});
