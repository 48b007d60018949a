import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunningAgent } from '../../src/contracts/agent.ts';
import { canAcceptMessage } from '../../src/model/agent.ts';
import type { TurnInput } from '../../src/model/message.ts';
import { until } from '../e2e/support/until.ts';
import { AgentRecorder } from './agent-harness.ts';
import type { AgentHarness } from './agent-harness.ts';

/**
 * What every driver must do whose agents take messages into a queue of their own while they are busy.
 *
 * @param makeHarness makes a fresh place, with no agent running in it.
 */
export function agentQueueContract(name: string, makeHarness: () => AgentHarness | Promise<AgentHarness>): void {
  describe(`agent queue contract: ${name}`, () => {
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

    /** A turn of so many seconds, and messages that are queued meanwhile. */
    async function queueBehind(text: string, ...texts: readonly string[]): Promise<{ turn: string; ids: string[] }> {
      const { turn } = await agent.deliver(message(text));
      await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
      const ids: string[] = [];
      for (const one of texts) {
        const input = message(one);
        ids.push(input.message);
        expect(await agent.deliver(input)).toMatchObject({ turn, queued: true });
        const lies = { delivered: 'yes', turn: undefined, queued: true };
        expect(await agent.wasDelivered(input.message, input.text)).toEqual(lies);
      }
      return { turn, ids };
    }

    /** The turn that a queued message became part of, as it was told. */
    async function turnOf(id: string, listener = heard): Promise<string> {
      const { turn } = await until(
        () =>
          [...listener.of('message-taken'), ...listener.of('turn-started')].find(
            (event) => 'message' in event && event.message === id,
          ),
        { what: `the turn of message ${id}` },
      );
      return turn;
    }

    it('BX-06: what is queued runs after the turn, in order, in one turn or several, and each message is told', async () => {
      const { turn, ids } = await queueBehind(
        harness.words.slowly(6),
        harness.words.plainly('anemone'),
        harness.words.plainly('bluebell'),
      );
      const turns = [await turnOf(ids[0] ?? ''), await turnOf(ids[1] ?? '')];
      for (const one of [turn, ...turns]) expect((await heard.ended(one)).outcome).toBe('completed');
      expect(turns).not.toContain(turn);
      // A turn is told as begun by its first message; every other one as taken into it.
      const begun = [...new Set(turns)];
      expect(heard.of('turn-started').slice(1)).toEqual(
        begun.map((one) => ({ kind: 'turn-started', turn: one, by: 'bridge', message: ids[turns.indexOf(one)] })),
      );
      expect(heard.of('message-taken')).toEqual(
        begun.length === 2 ? [] : [{ kind: 'message-taken', turn: turns[0], message: ids[1] }],
      );
      // In order: what belongs to one turn is told before the next one begins.
      const told = heard.events.flatMap((event) => ('turn' in event && event.turn !== undefined ? [event.turn] : []));
      expect(told.filter((one, index) => one !== told[index - 1])).toEqual([turn, ...begun]);
      await idle();
      for (const [index, id] of ids.entries()) {
        expect(await agent.wasDelivered(id, '')).toEqual({ delivered: 'yes', turn: turns[index] });
      }
      expect([await harness.remembers('anemone'), await harness.remembers('bluebell')]).toEqual([true, true]);
      const before = heard.of('turn-started').length;
      await say(harness.words.plainly('afterwards'));
      expect(heard.of('turn-started')).toHaveLength(before + 1);
    });

    it('BX-06: what is queued while tools run becomes part of that turn', async () => {
      const { turn, ids } = await queueBehind(harness.words.usingTools(8), harness.words.plainly('celandine'));
      const [id = ''] = ids;
      expect(await turnOf(id)).toBe(turn);
      expect((await heard.ended(turn)).outcome).toBe('completed');
      expect(heard.story(turn).filter((word) => word !== 'text')).toEqual([
        'turn-started',
        'message-taken',
        'turn-ended:completed',
      ]);
      await idle();
      expect(await agent.wasDelivered(id, '')).toEqual({ delivered: 'yes', turn });
      expect(await harness.remembers('celandine')).toBe(true);
      await say(harness.words.plainly('afterwards'));
      expect(heard.of('turn-started')).toHaveLength(2);
    });

    it('BX-06: an interrupt stops what runs and what is queued, and each has its own outcome', async () => {
      const { turn, ids } = await queueBehind(harness.words.slowly(30), harness.words.slowly(30));
      await agent.interrupt();
      expect(canAcceptMessage(agent.state)).toBe(true);
      expect((await heard.ended(turn)).outcome).toBe('interrupted');
      const next = await turnOf(ids[0] ?? '');
      expect((await heard.ended(next)).outcome).toBe('interrupted');
      const after = await say(harness.words.plainly('afterwards'));
      expect(heard.textOf(after)).toContain('afterwards');
      expect(heard.of('turn-started')).toHaveLength(3);
    });

    it('BX-06: what was queued before a restart is told after it', async () => {
      const { turn, ids } = await queueBehind(harness.words.slowly(4), harness.words.plainly('daffodil'));
      const [id = ''] = ids;
      const { handle } = agent;
      await agent.detach();
      await harness.finished();
      const later = new AgentRecorder();
      agent = (await (await harness.restarted()).recover(harness.spec, handle, later))!;
      const next = await turnOf(id, later);
      expect((await later.ended(next)).outcome).toBe('completed');
      expect((await later.ended(turn)).outcome).toBe('completed');
      expect(next).not.toBe(turn);
      expect(later.textOf(next)).toContain('daffodil');
      expect(await agent.wasDelivered(id, '')).toEqual({ delivered: 'yes', turn: next });
    });

    it('BX-06: a queue is gone with its agent, and its turn is lost', async () => {
      const { turn, ids } = await queueBehind(harness.words.slowly(30), harness.words.plainly('eglantine'));
      const [id = ''] = ids;
      await harness.crash(agent);
      await until(() => heard.of('died')[0], { what: 'the death' });
      expect(heard.story(turn).at(-1)).toBe('turn-ended:lost');
      expect(heard.events.at(-1)).toMatchObject({ kind: 'died', asked: false });
      const { agentSession } = agent;
      await agent.detach();
      agent = await harness.driver.launch({ ...harness.spec, generation: 2 }, agentSession, heard);
      expect(await agent.wasDelivered(id, harness.words.plainly('eglantine'))).toEqual({ delivered: 'no' });
      await say(harness.words.plainly('afterwards'));
      expect(heard.of('message-taken')).toEqual([]);
      expect(heard.of('turn-started')).toHaveLength(2);
    });

    it('BX-06: what is queued at the desk is told as the desk', async () => {
      const { turn } = await queueBehind(harness.words.slowly(3));
      const text = harness.words.plainly('foxglove');
      await harness.desk.type(text);
      await heard.ended(turn);
      const next = await until(() => heard.of('turn-started')[1], { what: 'the next turn' });
      expect(next).toEqual({ kind: 'turn-started', turn: next.turn, by: 'desk', text });
      expect((await heard.ended(next.turn)).outcome).toBe('completed');
    });
  });
}
