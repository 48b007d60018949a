import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ActAnswer, ChatDeed, ChatTransport } from '../../src/contracts/chat.ts';
import type { Controls } from '../../src/model/controls.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { eventually } from '../eventually.ts';
import { Listener } from './listener.ts';
import { openLocalWorld, wordsOfActs } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';
import { Person } from './person.ts';

const controls: Controls = [{ kind: 'buttons', buttons: [{ id: 'go', label: 'Go', look: 'primary' }] }];
const form: ActAnswer = {
  kind: 'form',
  form: { id: 'form', title: 'Say', fields: [{ id: 'why', label: 'Why?', isLong: false, isRequired: true }] },
};
const callbacks = { method: 'POST', path: /^\/interactions\/\d+\/[^/]+\/callback$/ } as const;
const followUps = { method: 'POST', path: /^\/webhooks\/\d+\/[^/]+$/ } as const;

describe('what people do', () => {
  let world: LocalWorld;
  let transport: ChatTransport;
  let listener: Listener;
  let clock: ManualClock;
  let log: RecordingLog;
  let person: Person;
  let messageId: string;

  beforeEach(async () => {
    world = await openLocalWorld();
    world.faults.interactionDeadlineMs = enoughMs;
    clock = new ManualClock();
    log = new RecordingLog();
    listener = new Listener();
    transport = world.transport({ clock, log });
    await transport.connect(listener);
    person = await Person.open(world);
    messageId = await transport.send({ channel: world.channel, text: 'Go?', nonce: 'go', controls });
  });

  afterEach(async () => {
    person.close();
    await world.close();
  });

  /** The patience of the server goes by the machine's own time, and is not what most tests here are about. */
  const enoughMs = 30_000;
  const press = (): ChatDeed => ({ kind: 'press', control: 'go', messageId });
  const stop: ChatDeed = { kind: 'command', name: 'stop', options: {} };
  const addStop = (): Promise<void> =>
    transport.setCommands([{ name: 'stop', kind: 'command', description: 'Stops', options: [] }]);
  /** The handler's answer, in the hands of the test. */
  const held = (): { answer: (what: ActAnswer) => void; asked: () => Promise<void> } => {
    const { promise, resolve } = Promise.withResolvers<ActAnswer>();
    listener.answer = () => promise;
    return { answer: resolve, asked: () => eventually(() => expect(listener.acts).not.toEqual([])) };
  };
  const complaints = (): string[] => log.lines.filter(({ level }) => level !== 'debug').map(({ sentence }) => sentence);

  it('BX-05: a slow answer to a button: nothing is to be seen at first, and then the answer', async () => {
    const { answer, asked } = held();
    const nonce = await person.act(press());
    await asked();
    expect(person.seen(nonce)).toEqual({ kind: 'waiting' });
    await clock.advance(1_500);
    expect(await person.outcome(nonce)).toEqual({ kind: 'done' });
    answer({ kind: 'private', text: 'It took a while.' });
    await eventually(() => expect(person.seen(nonce)).toEqual({ kind: 'private', text: 'It took a while.' }));
    expect(await world.messages()).toHaveLength(1);
    expect(complaints()).toEqual([]);
  });

  it('BX-05: a slow answer to a command: the bot is thinking, and then the answer', async () => {
    await addStop();
    const { answer, asked } = held();
    const nonce = await person.act(stop);
    await asked();
    await clock.advance(1_500);
    await eventually(() => expect(person.seen(nonce)).toEqual({ kind: 'thinking' }));
    answer({ kind: 'private', text: 'Stopped.' });
    expect(await person.outcome(nonce)).toEqual({ kind: 'private', text: 'Stopped.' });
    expect(await world.messages()).toHaveLength(1);
  });

  it('a slow command with nothing to say leaves nothing behind', async () => {
    await addStop();
    const { answer, asked } = held();
    const nonce = await person.act(stop);
    await asked();
    await clock.advance(1_500);
    await eventually(() => expect(person.seen(nonce)).toEqual({ kind: 'thinking' }));
    answer({ kind: 'done' });
    expect(await person.outcome(nonce)).toEqual({ kind: 'done' });
  });

  it('a form that comes too late is said to be late', async () => {
    const { answer, asked } = held();
    const nonce = await person.act(press());
    await asked();
    await clock.advance(1_500);
    expect(await person.outcome(nonce)).toEqual({ kind: 'done' });
    answer(form);
    const late = { kind: 'private', text: wordsOfActs.formTooLate };
    await eventually(() => expect(person.seen(nonce)).toEqual(late));
  });

  it('a form is no answer to a form', async () => {
    listener.answer = () => form;
    await person.outcome(await person.act(press()));
    const nonce = await person.act({ kind: 'submit', form: 'form', fields: { why: 'x' } });
    expect(await person.outcome(nonce)).toEqual({ kind: 'private', text: wordsOfActs.failed });
  });

  it('BX-05: an answer after the server’s patience is logged, and the next act is answered', async () => {
    world.faults.interactionDeadlineMs = 60;
    const { answer, asked } = held();
    const nonce = await person.act(press());
    await asked();
    expect(await person.outcome(nonce)).toEqual({ kind: 'failed' });
    answer({ kind: 'done' });
    await eventually(() => expect(complaints()).toEqual(['an act could not be answered']));
    expect(log.lines.find(({ sentence }) => sentence === 'an act could not be answered')?.fields).toMatchObject({
      code: 10062,
    });
    world.faults.interactionDeadlineMs = enoughMs;
    listener.answer = () => ({ kind: 'private', text: 'Here.' });
    expect(await person.outcome(await person.act(press()))).toEqual({ kind: 'private', text: 'Here.' });
    expect(listener.acts).toHaveLength(2);
  });

  it('an act that somebody else has answered is logged', async () => {
    const taken = { status: 400, body: { message: 'Interaction has already been acknowledged.', code: 40060 } };
    world.faults.failRequests(callbacks, taken);
    await person.act(press());
    await eventually(() => expect(complaints()).toEqual(['an act could not be answered']));
  });

  it.each(['before', 'after'] as const)('the line breaks %s the first answer: it is given again', async (when) => {
    world.faults.resetRequests(callbacks, when);
    listener.answer = () => ({ kind: 'private', text: 'Here.' });
    const nonce = await person.act(press());
    await eventually(async () => {
      await clock.advance(150);
      expect(person.seen(nonce)).toEqual({ kind: 'private', text: 'Here.' });
    });
    expect(complaints()).toEqual([]);
    expect(listener.acts).toHaveLength(1);
  });

  it('a later answer is tried again, and is worth some patience', async () => {
    const { answer, asked } = held();
    const nonce = await person.act(press());
    await asked();
    await clock.advance(1_500);
    expect(await person.outcome(nonce)).toEqual({ kind: 'done' });
    world.faults.failRequests({ ...followUps, times: 2 }, { status: 502, body: '<html>bad gateway</html>' });
    answer({ kind: 'private', text: 'At last.' });
    await eventually(async () => {
      await clock.advance(500);
      expect(person.seen(nonce)).toEqual({ kind: 'private', text: 'At last.' });
    });
  });

  it('what cannot be said later is logged without its secret', async () => {
    const { answer, asked } = held();
    const nonce = await person.act(press());
    await asked();
    await clock.advance(1_500);
    expect(await person.outcome(nonce)).toEqual({ kind: 'done' });
    world.faults.interactionTokenMs = 0;
    answer({ kind: 'private', text: 'Too late.' });
    await eventually(() => expect(complaints()).toEqual(['an act was answered too late']));
    expect(JSON.stringify(log.lines)).not.toMatch(/[A-Za-z0-9_-]{32,}/);
    expect(transport.state.connection).toBe('ready');
  });

  it('I10: the gateway tells twice of one act: it is done once', async () => {
    // The person's own client is told under the same name.
    world.faults.duplicateDispatches(2, 'INTERACTION_CREATE');
    expect(await person.outcome(await person.act(press()))).toEqual({ kind: 'done' });
    await world.say('afterwards');
    await eventually(() => expect(listener.texts).toEqual(['afterwards']));
    expect(listener.acts).toHaveLength(1);
    expect(complaints()).toEqual([]);
  });

  it('BX-05: what was pressed while the line was broken is told when it is back, once', async () => {
    world.faults.dropConnections();
    await person.act(press());
    await eventually(async () => {
      await clock.advance(500);
      expect(listener.acts).toHaveLength(1);
    });
    await world.say('afterwards');
    await eventually(() => expect(listener.texts).toEqual(['afterwards']));
    expect(listener.acts).toHaveLength(1);
    expect(listener.gaps).toBe(1);
  }, 20_000);

  it('BX-05: many at once are all answered in time, whatever else is to be sent', async () => {
    world.faults.limitRate({ method: 'POST', path: /^\/channels\/\d+\/messages$/, limit: 1, windowMs: 60_000 });
    for (let index = 0; index < 5; index += 1) {
      void transport.send({ channel: world.channel, text: 'more', nonce: `more-${index}` }).catch(() => undefined);
    }
    const nonces = await Promise.all(Array.from({ length: 20 }, () => person.act(press())));
    for (const nonce of nonces) expect(await person.outcome(nonce)).toEqual({ kind: 'done' });
    expect(listener.acts).toHaveLength(20);
  });

  it('BX-09: says who it was, with their roles, and where: a thread, or alone with the bot', async () => {
    const role = world.server.addRole({ name: 'Team' });
    const bob = world.server.addUser({ name: 'Bob', nick: 'Bobby', roles: [role] });
    const other = await Person.open(world, bob.token);
    await other.outcome(await other.act(press()));
    expect(listener.acts.at(-1)?.author).toEqual({ id: bob.id, name: 'Bobby', kind: 'human', roles: [role] });

    const made = await world.request('POST', `/channels/${world.channel}/threads`, { name: 'aside', type: 11 });
    const thread = (made as { id: ChannelId }).id;
    const inThread = await transport.send({ channel: thread, text: 'Go?', nonce: 'in-thread', controls });
    await other.outcome(await other.act({ kind: 'press', control: 'go', messageId: inThread }, thread));
    expect(listener.acts.at(-1)).toMatchObject({ channel: thread, parent: world.channel, direct: false });

    const direct = await transport.directChannel(bob.id);
    const alone = await transport.send({ channel: direct, text: 'Go?', nonce: 'alone', controls });
    await other.outcome(await other.act({ kind: 'press', control: 'go', messageId: alone }, direct));
    const last = listener.acts.at(-1);
    expect(last).toMatchObject({ channel: direct, parent: undefined, direct: true });
    expect(last?.author).toEqual({ id: bob.id, name: 'Bob', kind: 'human' });
    other.close();
  });
});

describe('commands of the bot', () => {
  it('are set only where they differ', async () => {
    const world = await openLocalWorld();
    const transport = world.transport();
    await transport.connect(new Listener());
    const commands = [
      { name: 'status', kind: 'command', description: 'How it is', options: [] },
      { name: 'Take out', kind: 'message-command', description: '', options: [] },
    ] as const;
    await transport.setCommands(commands);
    world.faults.failRequests(
      { method: 'PUT', times: Infinity },
      { status: 403, body: { message: 'No', code: 50001 } },
    );
    await transport.setCommands([...commands].reverse());
    await expect(transport.setCommands(commands.slice(1))).rejects.toMatchObject({ code: 'chat-forbidden' });
    await world.close();
  });
});
