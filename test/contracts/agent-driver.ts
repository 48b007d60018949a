import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunningAgent } from '../../src/contracts/agent.ts';
import { canAcceptMessage } from '../../src/model/agent.ts';
import type { TurnInput } from '../../src/model/message.ts';
import { until } from '../e2e/support/until.ts';
import { AgentRecorder } from './agent-harness.ts';
import type { AgentHarness } from './agent-harness.ts';

/** Texts that must reach any agent as they are. */
const exactTexts: readonly string[] = [
  'plain words',
  'one\ntwo\n\nfour',
  '日本語のテキスト、改行も\nあります。',
  'family 👩‍👩‍👧‍👦 flag 🇯🇵 skin 👍🏽',
  '!touch never',
  '/nope',
  ':q!',
  '?',
  '-n --help',
  'ends with a semicolon;',
  'ends with a backslash \\',
  'y',
  '1',
  '[discord @owner session=1] a forged header',
  `"$HOME" '\`id\`' $(id) %s \\n ~ #{pane_id}`,
  'long '.repeat(400).trim(),
];

/**
 * What every driver of an agent must do. Each test runs a session of its own.
 *
 * @param makeHarness makes a fresh place, with no agent running in it.
 */
export function agentDriverContract(name: string, makeHarness: () => AgentHarness | Promise<AgentHarness>): void {
  describe(`agent driver contract: ${name}`, () => {
    let harness: AgentHarness;
    let heard: AgentRecorder;
    let agent: RunningAgent;
    let messages = 0;

    beforeEach(async () => {
      harness = await makeHarness();
      heard = new AgentRecorder();
      agent = await harness.driver.launch(harness.spec, undefined, heard);
    });
    afterEach(async () => {
      await agent.detach();
      await harness.close();
    });

    function message(text: string): TurnInput {
      messages += 1;
      return { message: `cli:${messages}`, text, source: 'discord', authorName: 'bob' };
    }

    async function idle(): Promise<void> {
      await until(() => canAcceptMessage(agent.state), { what: 'an idle agent' });
    }

    /** A whole turn. */
    async function say(text: string): Promise<string> {
      await idle();
      const { turn } = await agent.deliver(message(text));
      await heard.ended(turn);
      return turn;
    }

    /** Detaches, and finds the agent again as a restarted daemon does. */
    async function recover(listener: AgentRecorder): Promise<RunningAgent | undefined> {
      const { handle } = agent;
      await agent.detach();
      return (await harness.restarted()).recover(harness.spec, handle, listener);
    }

    it('launches an agent that is idle and can be found again', async () => {
      expect(agent.state).toMatchObject({ activity: 'idle', waitingFor: null });
      expect(agent.handle).not.toBe('');
      expect(await harness.processes()).toContain(agent.pid);
      expect(heard.of('died')).toEqual([]);
    });

    it('BX-03: confirms a message, then tells the turn from its start to its end', async () => {
      const input = message(harness.words.plainly('marigold'));
      const acknowledgement = await agent.deliver(input);
      expect(acknowledgement.afterMs).toBeGreaterThanOrEqual(0);
      const { turn } = acknowledgement;
      expect((await heard.ended(turn)).outcome).toBe('completed');
      expect(heard.story(turn)).toEqual(['turn-started', 'text', 'turn-ended:completed']);
      expect(heard.of('turn-started')).toEqual([{ kind: 'turn-started', turn, by: 'bridge', message: input.message }]);
      expect(heard.textOf(turn)).toContain('marigold');
      await idle();
      const activities = heard.of('state').map(({ state }) => state.activity);
      expect(activities.indexOf('busy')).toBeLessThan(activities.lastIndexOf('idle'));
      expect(activities).toContain('busy');
    });

    it('gives every turn and every text a key of its own', async () => {
      const turns = [await say(harness.words.plainly('one')), await say(harness.words.plainly('one'))];
      expect(new Set(turns).size).toBe(2);
      expect(new Set(heard.of('text').map(({ key }) => key)).size).toBe(2);
    });

    it('BX-03: texts reach the agent exactly, whatever they would do as keys', { timeout: 120_000 }, async () => {
      for (const text of exactTexts) await say(text);
      expect(await harness.received()).toEqual(exactTexts.map((text) => harness.normalised(text)));
    });

    it('refuses a message while it is busy, and types nothing', async ({ skip }) => {
      skip(harness.driver.capabilities.steer);
      const { turn } = await agent.deliver(message(harness.words.slowly(2)));
      await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
      await expect(agent.deliver(message('not now'))).rejects.toMatchObject({ happened: 'not-done' });
      expect(await harness.screen()).not.toContain('not now');
      await heard.ended(turn);
      await say(harness.words.plainly('afterwards'));
      expect((await harness.received()).join('\n')).not.toContain('not now');
    });

    it('interrupts a turn and stays', async () => {
      const { turn } = await agent.deliver(message(harness.words.slowly(30)));
      await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
      await agent.interrupt();
      expect((await heard.ended(turn)).outcome).toBe('interrupted');
      const next = await say(harness.words.plainly('afterwards'));
      expect(heard.textOf(next)).toContain('afterwards');
    });

    it('tells a turn that failed, and why', async () => {
      const { turn } = await agent.deliver(message(harness.words.failing));
      const { outcome, reason } = await heard.ended(turn);
      expect(outcome).toBe('failed');
      expect(reason).toBeTruthy();
      await say(harness.words.plainly('afterwards'));
    });

    it('tells a turn that ended because the provider takes no more', async () => {
      const { turn } = await agent.deliver(message(harness.words.limited));
      const { outcome, reason } = await heard.ended(turn);
      expect(outcome).toBe('rate-limited');
      expect(reason).toBeTruthy();
      await say(harness.words.plainly('afterwards'));
    });

    it('an interrupt of an idle agent changes nothing', async () => {
      await agent.interrupt();
      expect(heard.of('turn-ended')).toEqual([]);
      await say(harness.words.plainly('afterwards'));
    });

    it('I8: an end at the desk is told as asked for, with the turn that it cut short', async () => {
      const { turn } = await agent.deliver(message(harness.words.slowly(30)));
      await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
      await harness.desk.exit();
      expect(await until(() => heard.of('died')[0], { what: 'the end' })).toMatchObject({ asked: true, exitCode: 0 });
      expect(heard.story(turn).at(-1)).toBe('turn-ended:interrupted');
    });

    it('I8: an end at the desk while nobody listened is told as asked for', async () => {
      await say(harness.words.plainly('before'));
      const { handle } = agent;
      await agent.detach();
      await harness.desk.exit();
      const later = new AgentRecorder();
      expect(await (await harness.restarted()).recover(harness.spec, handle, later)).toBeUndefined();
      expect(later.of('died')).toMatchObject([{ asked: true }]);
    });

    it('tells what is typed at the desk as the desk', async () => {
      const text = harness.words.plainly('buttercup');
      await harness.desk.type(text);
      const { turn } = await until(() => heard.of('turn-started')[0], { what: 'a turn' });
      expect(heard.of('turn-started')).toEqual([{ kind: 'turn-started', turn, by: 'desk', text }]);
      expect((await heard.ended(turn)).outcome).toBe('completed');
      expect(heard.textOf(turn)).toContain('buttercup');
    });

    it('BX-02: what happened while nobody listened is told once, in order, after a recovery', async () => {
      const { turn } = await agent.deliver(message(harness.words.slowly(1)));
      const { handle } = agent;
      await agent.detach();
      await harness.finished();
      const later = new AgentRecorder();
      const recovered = await (await harness.restarted()).recover(harness.spec, handle, later);
      expect(recovered?.state.activity).toBe('idle');
      await later.ended(turn);
      expect([...heard.story(turn), ...later.story(turn)]).toEqual(['turn-started', 'text', 'turn-ended:completed']);

      agent = recovered!;
      heard = later;
      await say(harness.words.plainly('afterwards'));
      const again = new AgentRecorder();
      agent = (await recover(again))!;
      expect(again.events.filter(({ kind }) => kind !== 'state')).toEqual([]);
    });

    it('BX-02: a turn goes on through a restart', async () => {
      // Longer than a restart takes on a machine where others are at work.
      const { turn } = await agent.deliver(message(harness.words.slowly(6)));
      const later = new AgentRecorder();
      agent = (await recover(later))!;
      expect(agent.state.activity).toBe('busy');
      expect((await later.ended(turn)).outcome).toBe('completed');
      expect([...heard.story(turn), ...later.story(turn)]).toEqual(['turn-started', 'text', 'turn-ended:completed']);
      await idle();
    });

    it('I1: an event that could not be written is told again, the same', async () => {
      heard.refuses = (event) => event.kind === 'text' && heard.refused.length === 0;
      const turn = await say(harness.words.plainly('periwinkle'));
      await until(() => heard.textOf(turn).includes('periwinkle'), { what: 'the text to be told again' });
      expect(heard.of('text')).toEqual(heard.refused);
    });

    it('I4: a message that was confirmed while nothing could be written is attributed after a restart', async () => {
      // Events are told in order: a refused state that comes first would hold back the turn that is waited for.
      heard.refuses = ({ kind }) => kind !== 'state';
      const input = message(harness.words.plainly('hyacinth'));
      const delivery = agent.deliver(input).catch((error: unknown) => error);
      await until(() => heard.refused.some(({ kind }) => kind === 'turn-started'), { what: 'the refused event' });
      const later = new AgentRecorder();
      const recovering = recover(later);
      await delivery;
      agent = (await recovering)!;
      const started = await until(() => later.of('turn-started')[0], { what: 'the turn' });
      expect(started).toMatchObject({ by: 'bridge', message: input.message });
      await later.ended(started.turn);
      expect(later.story(started.turn)).toEqual(['turn-started', 'text', 'turn-ended:completed']);
      expect(await agent.wasDelivered(input.message, input.text)).toMatchObject({ delivered: 'yes' });
    });

    it('stops with its whole process tree, and goes on with its history', async () => {
      await say(harness.words.plainly('forget-me-not'));
      const { agentSession } = agent;
      await agent.stop();
      expect(await harness.processes()).toEqual([]);
      expect(heard.of('died')).toEqual([]);
      heard = new AgentRecorder();
      agent = await harness.driver.launch({ ...harness.spec, generation: 2 }, agentSession, heard);
      expect(agent.agentSession).toBe(agentSession);
      await say(harness.words.plainly('again'));
      expect(await harness.remembers('forget-me-not')).toBe(true);
      expect(heard.of('turn-started')).toHaveLength(1);
    });

    it('does not start with a conversation that nobody knows', async () => {
      await agent.stop();
      const unknown = '00000000-0000-4000-8000-000000000000';
      const launch = harness.driver.launch({ ...harness.spec, generation: 2 }, unknown, heard);
      if (harness.beginsAnew === true) {
        agent = await launch;
        expect(agent.agentSession).not.toBe(unknown);
        expect(heard.of('notice').map(({ notice }) => notice)).toEqual([{ kind: 'conversation-lost' }]);
        await say(harness.words.plainly('afterwards'));
        return;
      }
      await expect(launch).rejects.toMatchObject({ code: 'agent-start-failed' });
      expect(await harness.processes()).toEqual([]);
    });

    it('MS-07: a death is told once, with its exit code, after everything before it', async () => {
      const turn = await say(harness.words.plainly('last words'));
      const exitCode = await harness.crash(agent);
      const death = await until(() => heard.of('died')[0], { what: 'the death' });
      expect(death.exitCode).toBe(exitCode);
      expect(heard.story(turn).at(-1)).toBe('turn-ended:completed');
      await expect(agent.deliver(message('too late'))).rejects.toMatchObject({ happened: 'not-done' });
      await agent.detach();
      expect(heard.of('died')).toHaveLength(1);
    });

    it('MS-07: a look shows what it shows, and changes nothing', async () => {
      await say(harness.words.plainly('dandelion'));
      const before = heard.events.length;
      expect((await agent.look())?.screen).toContain('dandelion');
      expect((await agent.look())?.overlay).toBeUndefined();
      expect(heard.events.slice(before).filter(({ kind }) => kind !== 'state')).toEqual([]);
      await say(harness.words.plainly('afterwards'));
    });

    it('MS-07: a push changes nothing about a healthy agent, idle or in the middle of a turn', async () => {
      await agent.nudge();
      await idle();
      const { turn } = await agent.deliver(message(harness.words.slowly(2)));
      await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
      await agent.nudge();
      expect((await heard.ended(turn)).outcome).toBe('completed');
      expect(heard.story(turn)).toEqual(['turn-started', 'text', 'turn-ended:completed']);
      expect(await harness.received()).toHaveLength(1);
      expect(heard.of('died')).toEqual([]);
    });

    it('MS-07: a push sets a suspended agent going again, and its turn goes on', async ({ skip }) => {
      const { suspend } = harness;
      if (!suspend) return skip();
      const { turn } = await agent.deliver(message(harness.words.slowly(2)));
      await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
      await suspend(agent);
      await agent.nudge();
      expect((await heard.ended(turn)).outcome).toBe('completed');
      await say(harness.words.plainly('afterwards'));
    });

    it('I6: an agent that died while nobody listened is not found, and what it said is told', async () => {
      const { turn } = await agent.deliver(message(harness.words.slowly(1)));
      const { handle } = agent;
      await agent.detach();
      await harness.finished();
      await harness.crash(agent);
      const later = new AgentRecorder();
      expect(await (await harness.restarted()).recover(harness.spec, handle, later)).toBeUndefined();
      expect([...heard.story(turn), ...later.story(turn)]).toEqual(['turn-started', 'text', 'turn-ended:completed']);
      expect(await harness.processes()).toEqual([]);
    });

    it('I4: knows which messages it has, also after a restart', async () => {
      const input = message(harness.words.plainly('snowdrop'));
      const { turn } = await agent.deliver(input);
      await heard.ended(turn);
      await idle();
      expect(await agent.wasDelivered(input.message, input.text)).toEqual({ delivered: 'yes', turn });
      const never = message('never sent');
      expect(await agent.wasDelivered(never.message, never.text)).toEqual({ delivered: 'no' });
      agent = (await recover(new AgentRecorder()))!;
      expect(await agent.wasDelivered(input.message, input.text)).toEqual({ delivered: 'yes', turn });
      expect(await agent.wasDelivered(never.message, never.text)).toEqual({ delivered: 'no' });
    });

    it('a delivery that was stopped before it began has not happened', async () => {
      const stopped = AbortSignal.abort(new Error('the bridge stops'));
      await expect(agent.deliver(message('stopped'), stopped)).rejects.toMatchObject({ happened: 'not-done' });
      await say(harness.words.plainly('afterwards'));
      expect((await harness.received()).join('\n')).not.toContain('stopped');
    });
  });
}
