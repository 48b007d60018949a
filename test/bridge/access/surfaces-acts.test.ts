import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { FileOffers } from '../../../src/bridge/offers/file-offers.ts';
import { OfferActs } from '../../../src/bridge/offers/offer-acts.ts';
import { controlId } from '../../../src/bridge/prompts/control-ids.ts';
import type { CardControl } from '../../../src/bridge/prompts/control-ids.ts';
import { Commands } from '../../../src/bridge/commands.ts';
import { commandWordsIn } from '../../../src/bridge/words/commands.ts';
import { offerWordsIn } from '../../../src/bridge/words/offers.ts';
import { furnishActs } from '../../../src/compose/acts.ts';
import type { Takers } from '../../../src/compose/acts.ts';
import type { ActAnswer, ChatDeed } from '../../../src/contracts/chat.ts';
import { roles } from '../../../src/model/access.ts';
import type { AccessPolicy, Action, Role, Standing } from '../../../src/model/access.ts';
import type { Author } from '../../../src/model/message.ts';
import type { PromptKind, PromptQuestion } from '../../../src/model/prompt.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { world as bridgeWorld } from '../support/bridge-world.ts';
import { words } from '../support/collector-world.ts';
import { rules } from '../support/gate-world.ts';
import { channelOne, channelTwo, one, two } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';

const offerWords = offerWordsIn('en');
const commandWords = commandWordsIn('en');
const { takeOut } = commandWords;
const team = '50';
const fruits = ['Apple', 'Melon'];

/** What somebody does, and what they need for it. */
interface Way {
  readonly asks: Action;
  readonly deed: (on: Things) => ChatDeed;
  /** Opens a form or says what is missing: nothing is done yet, also for whoever may. */
  readonly isHarmless?: true;
  /** It is about the session of the channel in which it is done. */
  readonly isHere?: true;
}

/** What a taker has no use for; still nothing must come of it, whoever does it. */
interface Nonsense {
  readonly nonsense: (on: Things) => ChatDeed;
}

/** Fresh ones of a session: nobody has done anything with them. */
interface Things {
  /** The id of a request of this kind. */
  readonly prompt: (kind: PromptKind) => string;
  /** A button under a file. */
  readonly file: () => string;
  /** The chat server's id of a message that waits. */
  readonly message: () => string;
}

const onCard = (kind: PromptKind, control: CardControl) => (on: Things) => controlId(on.prompt(kind), control);
const press =
  (control: (on: Things) => string) =>
  (on: Things): ChatDeed => ({ kind: 'press', control: control(on), messageId: '42' });
const choose =
  (control: (on: Things) => string, ...values: readonly string[]) =>
  (on: Things): ChatDeed => ({ kind: 'choose', control: control(on), messageId: '42', values });
const submit =
  (form: (on: Things) => string, fields: Readonly<Record<string, string>>) =>
  (on: Things): ChatDeed => ({ kind: 'submit', form: form(on), fields });
const use = (name: string) => (): ChatDeed => ({ kind: 'command', name, options: {} });
const command = { nonsense: (): ChatDeed => ({ kind: 'command', name: 'prompt:x', options: {} }) };
const messageCommand = {
  nonsense: (): ChatDeed => ({ kind: 'message-command', name: 'file:x', messageId: '42' }),
};

/** Every deed × everybody who takes deeds, by type: a new deed or a new taker does not compile without its line here. */
const ways: Readonly<
  Record<keyof Takers, Readonly<Record<ChatDeed['kind'], Readonly<Record<string, Way | Nonsense>>>>>
> = {
  prompts: {
    press: {
      'allow once': { asks: 'decide-prompt', deed: press(onCard('permission', { do: 'allow' })) },
      'allow always': { asks: 'decide-prompt', deed: press(onCard('permission', { do: 'grant', grant: 0 })) },
      deny: { asks: 'decide-prompt', deed: press(onCard('permission', { do: 'deny' })) },
      'the form of a word': {
        asks: 'decide-prompt',
        deed: press(onCard('permission', { do: 'deny-with-word' })),
        isHarmless: true,
      },
      'an option': { asks: 'decide-prompt', deed: press(onCard('question', { do: 'option', option: 1 })) },
      'the form of a question': {
        asks: 'decide-prompt',
        deed: press(onCard('question', { do: 'words', from: 0 })),
        isHarmless: true,
      },
      'a plan': { asks: 'decide-prompt', deed: press(onCard('plan', { do: 'allow' })) },
      'no form filled in': { asks: 'decide-prompt', deed: press(onCard('form', { do: 'deny' })) },
      trust: { asks: 'manage', deed: press(onCard('trust', { do: 'allow' })) },
      'no trust': { asks: 'manage', deed: press(onCard('trust', { do: 'deny' })) },
      'a request that there is not': { nonsense: press(() => controlId('none', { do: 'allow' })) },
      'a menu that is pressed': { nonsense: press(onCard('question', { do: 'menu', question: 0 })) },
      'a grant that there is not': { nonsense: press(onCard('permission', { do: 'grant', grant: 7 })) },
    },
    choose: {
      'of a menu': { asks: 'decide-prompt', deed: choose(onCard('question', { do: 'menu', question: 0 }), '1') },
      'a button that is chosen': { nonsense: choose(onCard('permission', { do: 'allow' }), '0') },
    },
    submit: {
      'no, with a word': {
        asks: 'decide-prompt',
        deed: submit(onCard('permission', { do: 'deny-with-word' }), { word: 'not now' }),
      },
      'a plan with a word': {
        asks: 'decide-prompt',
        deed: submit(onCard('plan', { do: 'deny-with-word' }), { word: 'shorter' }),
      },
      'words of one’s own': {
        asks: 'decide-prompt',
        deed: submit(onCard('question', { do: 'words', from: 0 }), { 0: 'Plum' }),
      },
      'no trust, with a word': {
        asks: 'manage',
        deed: submit(onCard('trust', { do: 'deny-with-word' }), { word: 'no' }),
      },
      'a button that is submitted': { nonsense: submit(onCard('permission', { do: 'allow' }), {}) },
    },
    command: { 'named like a control': command },
    'message-command': { 'named like a control': messageCommand },
  },
  commands: {
    press: { 'named like a command': { nonsense: press(() => 'status') } },
    choose: { 'named like a command': { nonsense: choose(() => 'status', '0') } },
    submit: { 'named like a command': { nonsense: submit(() => 'status', {}) } },
    command: {
      status: { asks: 'read', deed: use('status'), isHarmless: true, isHere: true },
      prompts: { asks: 'read-texts', deed: use('prompts'), isHarmless: true, isHere: true },
      queue: { asks: 'read-texts', deed: use('queue'), isHarmless: true, isHere: true },
      stop: { asks: 'control', deed: use('stop'), isHarmless: true, isHere: true },
      'a command that there is not': { nonsense: use('fly') },
    },
    'message-command': {
      'a message that waits': {
        asks: 'control',
        deed: (on) => ({ kind: 'message-command', name: takeOut, messageId: on.message() }),
      },
      'a message that nobody knows': {
        nonsense: () => ({ kind: 'message-command', name: takeOut, messageId: '42' }),
      },
    },
  },
  offers: {
    press: {
      'a file': { asks: 'fetch-file', deed: press((on) => on.file()) },
      'a file that was never offered': { nonsense: press(() => 'file:none') },
    },
    choose: { 'a button that is chosen': { nonsense: choose((on) => on.file(), '0') } },
    submit: { 'a button that is submitted': { nonsense: submit((on) => on.file(), {}) } },
    command: { 'named like a control': command },
    'message-command': { 'named like a control': messageCommand },
  },
};

const all = Object.entries(ways).flatMap(([taker, deeds]) =>
  Object.entries(deeds).flatMap(([kind, found]) =>
    Object.entries(found).map(([what, way]) => ({ name: `${kind}: ${what} (${taker})`, way })),
  ),
);
const meant = all.flatMap(({ name, way }) => ('asks' in way ? [{ name, way }] : []));
const nonsense = all.flatMap(({ name, way }) => ('nonsense' in way ? [{ name, way }] : []));

/** Who may do what, written down a second time: the code's own table is what is tested. */
function isAllowed({ asks }: Way, { role, decide }: Standing): boolean {
  if (asks === 'decide-prompt') return role !== 'none' && (decide ?? ['owner', 'operator'].includes(role));
  if (asks === 'control') return ['owner', 'operator'].includes(role);
  if (asks === 'read' || asks === 'read-texts') return role !== 'none';
  if (asks === 'fetch-file') return ['owner', 'operator', 'member'].includes(role);
  return role === 'owner';
}

/** How somebody came to what they are, and where that counts. */
const grants: Readonly<
  Record<
    string,
    (id: string, standing: Standing) => { readonly policy: Partial<AccessPolicy>; readonly counts: SessionNumber[] }
  >
> = {
  'as a user, everywhere': (id, standing) => ({
    policy: { everywhere: rules({ users: new Map([[id, standing]]) }) },
    counts: [one, two],
  }),
  'by a role, everywhere': (_, standing) => ({
    policy: { everywhere: rules({ roles: new Map([[team, standing]]) }) },
    counts: [one, two],
  }),
  'as a user, in session 1': (id, standing) => ({
    policy: { sessions: new Map([[one, rules({ users: new Map([[id, standing]]) })]]) },
    counts: [one],
  }),
  'by a role, in session 1': (_, standing) => ({
    policy: { sessions: new Map([[one, rules({ roles: new Map([[team, standing]]) })]]) },
    counts: [one],
  }),
};

const which: PromptQuestion = {
  id: 'Which',
  text: 'Which?',
  options: fruits.map((label) => ({ label })),
  isMultiple: false,
  takesText: true,
};

/** Two sessions whose agents ask and offer whatever somebody is about to touch, and everybody who takes what they do. */
async function world() {
  const base = await bridgeWorld();
  const { stores, gate, clock, log, driver, manager, workspace, outgoing, setPolicy, audited } = base;
  const common = { stores, workspace, outgoing, gate, words: offerWords, clock, log, entries: () => manager.entries() };
  const offers = new FileOffers(common);
  const offerActs = new OfferActs({ ...common, onOutbox: () => undefined });
  const commands = new Commands({
    ...common,
    sessions: manager,
    collector: base.collector,
    policy: { defaultSession: () => one, unmapped: 'ignore' },
    words,
    commandWords,
  });
  const acts = furnishActs({ offers: offerActs, prompts: base.acts, commands }, { language: 'en', log });
  let count = 0;
  const thingsOf = (session: SessionNumber): Things => ({
    prompt: (kind) => {
      const id = `p${(count += 1)}`;
      driver.agents[session - 1]!.tell({
        ...{ kind: 'prompt-opened', id, turn: undefined, prompt: kind, tool: 'Write', input: { path: '/x' } },
        grants: [{ kind: 'rules', id: 'g', rules: ['Write'], effect: 'allow', where: 'session' }],
        questions: kind === 'question' || kind === 'form' ? [which] : [],
      });
      return id;
    },
    file: () => {
      const path = `/home/workspace/session_${session}/${(count += 1)}.png`;
      workspace.offerable.add(path);
      const [row] = offers.under({ session, turn: 't', key: `k${count}`, text: `see ${path}` });
      return row?.kind === 'buttons' ? (row.buttons[0]?.id ?? '') : '';
    },
    message: () => {
      const messageId = `7000000000000${(count += 1)}`;
      stores.inbox.append(
        {
          ...{ id: `discord:${messageId}`, session, source: 'discord', channel: channelOne, messageId },
          ...{ authorId: undefined, authorName: 'Ann', text: 'later', sentAt: 1, receivedAt: 1 },
        },
        'held',
      );
      return messageId;
    },
  });
  const person = (change: Partial<Author> = {}): Author => ({
    ...{ kind: 'human', id: `9000000000000${(count += 1)}`, name: 'Ann', roles: ['49', team] },
    ...change,
  });
  /** Does it in the channel of session 1, and tells what changed of all that somebody could have changed. */
  const act = async (author: Author, deed: ChatDeed, channel = channelOne) => {
    const before = traces();
    const answer = await acts.take({
      ...{ id: `act-${(count += 1)}`, author, channel, parent: undefined, direct: false, deed },
    });
    await Promise.resolve();
    return { answer, hasChanged: traces() !== before, noted: audited.at(-1) };
  };
  const traces = (): string =>
    JSON.stringify([
      ...driver.agents.map(({ answers }) => answers),
      ...stores.prompts.listOpen().map(({ id, draft }) => [id, draft]),
      ...[channelOne, channelTwo].map((channel) => textsFor(stores, channel).length),
      outgoing.copies.size,
      [one, two].map((session) => stores.inbox.unsettled(session).length),
    ]);
  return { act, thingsOf, person, setPolicy, audited };
}

const secretRefusals = [words.prompts.mayNotDecide(), offerWords.mayNot, commandWords.mayNot()];
const isRefusal = (answer: ActAnswer): boolean => answer.kind === 'private' && secretRefusals.includes(answer.text);

describe('I9, BX-09: every deed × every role × with and without the right to decide × own and foreign session', () => {
  for (const [how, grant] of Object.entries(grants)) {
    for (const role of roles) {
      for (const decide of [undefined, true, false]) {
        const standing: Standing = { role, ...(decide === undefined ? {} : { decide }) };
        it(`${role}${decide === undefined ? '' : `, decide: ${decide}`}, ${how}`, async () => {
          const { act, thingsOf, person, setPolicy } = await world();
          for (const { name, way } of meant) {
            for (const session of [one, two]) {
              const where = `${name}, session ${session}`;
              const author = person();
              const { policy, counts } = grant(author.id, standing);
              setPolicy(policy);
              const expected = counts.includes(session) && isAllowed(way, standing);
              const deed = way.deed(thingsOf(session));
              const channel = way.isHere === true && session === two ? channelTwo : channelOne;
              const { answer, hasChanged, noted } = await act(author, deed, channel);
              expect(isRefusal(answer), where).toBe(!expected);
              expect(hasChanged, where).toBe(expected && way.isHarmless !== true);
              // What changes and decides nothing is not kept.
              if (expected && way.asks.startsWith('read')) continue;
              expect(noted, where).toMatchObject({
                ...{ who: `user ${author.id}`, surface: deed.kind, action: way.asks, session, channel },
                outcome: expected ? 'allowed' : 'refused',
              });
            }
          }
        });
      }
    }
  }

  it('the most precise word counts: an owner everywhere who only looks on in session 1, and the other way round', async () => {
    const { act, thingsOf, person, setPolicy } = await world();
    for (const [everywhere, inOne] of [
      ['owner', 'viewer'],
      ['viewer', 'owner'],
    ] as const satisfies readonly (readonly [Role, Role])[]) {
      for (const { name, way } of meant) {
        for (const session of [one, two]) {
          const author = person();
          setPolicy({
            everywhere: rules({ users: new Map([[author.id, { role: everywhere }]]) }),
            sessions: new Map([[one, rules({ roles: new Map([[team, { role: inOne }]]) })]]),
          });
          const { answer } = await act(
            author,
            way.deed(thingsOf(session)),
            way.isHere === true && session === two ? channelTwo : channelOne,
          );
          const role = session === one ? inOne : everywhere;
          expect(isRefusal(answer), `${name}, session ${session}`).toBe(!isAllowed(way, { role }));
        }
      }
    }
  });

  it.each(['bot', 'webhook'] as const)('a %s that has the id and the roles of an owner is nobody', async (kind) => {
    const { act, thingsOf, person, setPolicy } = await world();
    for (const { name, way } of meant) {
      const author = person({ kind });
      setPolicy({
        owners: [author.id],
        everywhere: rules({
          users: new Map([[author.id, { role: 'owner' }]]),
          roles: new Map([[team, { role: 'owner' }]]),
        }),
      });
      const { answer, hasChanged, noted } = await act(author, way.deed(thingsOf(one)));
      expect([isRefusal(answer), hasChanged], name).toEqual([true, false]);
      expect(noted, name).toMatchObject({ who: `${kind} ${author.id}`, outcome: 'refused' });
    }
  });

  it.each(nonsense)('nothing comes of nonsense, not even from an owner, and it is told: $name', async ({ way }) => {
    const { act, thingsOf, person, setPolicy } = await world();
    const author = person();
    setPolicy({ owners: [author.id] });
    const { answer, hasChanged } = await act(author, way.nonsense(thingsOf(one)));
    expect([answer.kind, hasChanged]).toEqual(['private', false]);
  });
});

describe('I9: who takes what people do', () => {
  const source = join(import.meta.dirname, '../../../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(source, name), 'utf8')] as const);
  const takers = files.filter(([name, text]) => name !== 'bridge/acts.ts' && /\bact\([^)]*: ChatAct\)/.test(text));

  it('is put together in one place, and everybody is tried above', () => {
    expect(files.filter(([, text]) => /new Acts\(/.test(text)).map(([name]) => name)).toEqual(['compose/acts.ts']);
    expect(takers).toHaveLength(Object.keys(ways).length);
  });

  it.each(takers)('%s asks the gate, by the way in which it was done', (_, text) => {
    expect(text).toMatch(/\bgate\.(?:decide|demand)\(/);
    expect(text).toMatch(/surface: (?:act\.)?deed\.kind/);
  });
});
