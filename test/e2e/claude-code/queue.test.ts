import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import type { RunningAgent } from '../../../src/contracts/agent.ts';
import type { TerminalKey } from '../../../src/contracts/terminal.ts';
import { whyNoClaude } from '../support/claude.ts';
import { until } from '../support/until.ts';
import { message, openLab } from './claude-lab.ts';
import type { ClaudeLab } from './claude-lab.ts';

describe.skipIf(whyNoClaude())('BX-06: the queue of the real Claude Code', () => {
  let lab: ClaudeLab;
  let agent: RunningAgent;

  async function open(allowed: readonly string[] = [], submitHook?: string): Promise<void> {
    lab = await openLab({ allowed, ...(submitHook === undefined ? {} : { submitHook }) });
    agent = await lab.launch();
  }
  afterEach(async () => {
    await lab.close();
  });

  async function press(...keys: readonly TerminalKey[]): Promise<void> {
    for (const key of keys) {
      await systemClock.sleep(400);
      await lab.terminal.keys(lab.spec.terminal, [key]);
    }
  }

  /** A whole turn; what was said in it. */
  async function say(text: string): Promise<string> {
    await lab.idle(agent);
    const { turn } = await agent.deliver(message(text));
    await lab.heard('turn-ended', (event) => event.turn === turn, 30_000);
    return lab.events.flatMap((event) => (event.kind === 'text' && event.turn === turn ? [event.text] : [])).join('\n');
  }

  /** The turn that a message became part of, however that was told. */
  const turnOf = (id: string): Promise<string> =>
    until(
      () =>
        lab.events.flatMap((event) => {
          const isIts = (event.kind === 'turn-started' && event.by === 'bridge') || event.kind === 'message-taken';
          return isIts && event.message === id ? [event.turn] : [];
        })[0],
      { what: `the turn of ${id}` },
    );
  const ended = (turn: string): Promise<string> =>
    until(
      () =>
        lab.events.flatMap((event) => (event.kind === 'turn-ended' && event.turn === turn ? [event.outcome] : []))[0],
      { what: `the end of ${turn}` },
    );

  /** How often the model was told these words by now. */
  const told = (words: string): number => (lab.api.requests().at(-1)?.body ?? '').split(words).length - 1;

  it('Escape at the desk runs the queue; the first turn is interrupted and each message is told', async () => {
    await open();
    const { turn } = await agent.deliver(message('slow 60'));
    await agent.deliver(message('say alpha', 'q1'));
    await agent.deliver(message('say omega', 'q2'));
    await press('Escape');
    expect(await lab.heard('turn-ended', (event) => event.turn === turn)).toMatchObject({ outcome: 'interrupted' });
    for (const id of ['q1', 'q2']) {
      const next = await turnOf(id);
      expect(next).not.toBe(turn);
      expect(await ended(next)).toBe('completed');
    }
    expect([told('say alpha'), told('say omega')]).toEqual([1, 1]);
    expect(await say('say on')).toBe('on');
  });

  it('what a person takes out of it is given back, and is not in the way of the next message', async () => {
    await open();
    const { turn } = await agent.deliver(message('slow 8'));
    await agent.deliver(message('say alpha', 'q1'));
    await press('Up');
    expect(await lab.heard('message-returned')).toEqual({ kind: 'message-returned', message: 'q1' });
    expect(await agent.wasDelivered('q1', 'say alpha')).toEqual({ delivered: 'no' });
    expect(await lab.heard('turn-ended')).toMatchObject({ turn, outcome: 'completed' });
    expect(await say('say on')).toBe('on');
    expect(told('say alpha')).toBe(0);
  });

  it('an interrupt and then a message: the message is a turn of its own', async () => {
    await open(['Bash(sleep:*)']);
    for (const text of ['slow 60', 'bash sleep 15', 'hang']) {
      await lab.idle(agent);
      const { turn } = await agent.deliver(message(text));
      await systemClock.sleep(1000);
      await agent.interrupt();
      expect(agent.state.activity).toBe('idle');
      expect(await lab.heard('turn-ended', (event) => event.turn === turn)).toMatchObject({ outcome: 'interrupted' });
      expect(await say('say on')).toBe('on');
    }
  });

  it('an interrupt in the middle of a tool stops what is queued as well', async () => {
    await open(['Bash(sleep:*)']);
    const { turn } = await agent.deliver(message('bash sleep 15'));
    await agent.deliver(message('slow 60', 'q1'));
    await agent.interrupt();
    expect(agent.state.activity).toBe('idle');
    expect(await lab.heard('turn-ended', (event) => event.turn === turn)).toMatchObject({ outcome: 'interrupted' });
    expect(await ended(await turnOf('q1'))).toBe('interrupted');
    expect(await say('say on')).toBe('on');
  });

  describe('behind a prompt that a hook of the user’s holds up, so that no hook tells what is queued', () => {
    const slowly = (seconds: number): string => `grep -q 'bash sleep' && sleep ${seconds}; true`;

    it('waits until the agent has the prompt: then a hook tells', async () => {
      await open(['Bash(sleep:*)'], slowly(1));
      const { turn } = await agent.deliver(message('bash sleep 3'));
      expect(await agent.deliver(message('say alpha', 'q1'))).toMatchObject({ by: 'hook', turn, queued: true });
      await ended(await turnOf('q1'));
      expect(told('say alpha')).toBe(1);
    });

    it('I4: one that does not end in time: the screen proves it, and each message is told with its turn, once', async () => {
      await open(['Bash(sleep:*)'], slowly(9));
      const { turn } = await agent.deliver(message('bash sleep 3'));
      expect(await agent.deliver(message('say alpha', 'q1'))).toMatchObject({ by: 'screen', turn, queued: true });
      expect(await agent.wasDelivered('q1', 'say alpha')).toEqual({ delivered: 'yes', turn: undefined, queued: true });
      await agent.deliver(message('say omega', 'q2'));
      for (const id of ['q1', 'q2']) {
        const next = await turnOf(id);
        expect(next).not.toBe(turn);
        expect(await ended(next)).toBe('completed');
        expect(await agent.wasDelivered(id, '')).toEqual({ delivered: 'yes', turn: next });
      }
      expect([told('say alpha'), told('say omega')]).toEqual([1, 1]);
      const begun = lab.events.flatMap((event) => (event.kind === 'turn-started' ? [event.by] : []));
      expect(new Set(begun)).toEqual(new Set(['bridge']));
      expect(await say('say on')).toBe('on');
    });

    it('I4: a later daemon that looks for such a message knows that it lies in the queue', async () => {
      await open(['Bash(sleep:*)'], slowly(9));
      await agent.deliver(message('bash sleep 3'));
      const stopped = agent.deliver(message('say alpha', 'q1')).catch(() => undefined);
      await until(async () => (await lab.screen()).includes('Queued'), { what: 'the message in the queue' });
      await agent.detach();
      await stopped;
      // As if it had been killed before it could write anything down.
      rmSync(join(lab.spec.directory, 'queue.json'), { force: true });
      const later = await lab.recover(agent.handle);
      expect(await later?.wasDelivered('q1', 'say alpha')).toEqual({ delivered: 'yes', turn: undefined, queued: true });
      expect(await ended(await turnOf('q1'))).toBe('completed');
      expect(told('say alpha')).toBe(1);
    });

    it('what a person takes out of the queue is given back, and an interrupt stops it', async () => {
      await open(['Bash(sleep:*)'], slowly(7));
      const { turn } = await agent.deliver(message('bash sleep 20'));
      await agent.deliver(message('say alpha', 'q1'));
      await press('Up');
      expect(await lab.heard('message-returned')).toEqual({ kind: 'message-returned', message: 'q1' });
      await agent.deliver(message('slow 60', 'q2'));
      await agent.interrupt();
      expect(agent.state.activity).toBe('idle');
      expect(await ended(turn)).toBe('interrupted');
      expect(await ended(await turnOf('q2'))).toBe('interrupted');
      expect(await say('say on')).toBe('on');
    });
  });

  it('BX-03: a request that opens while a long text is typed gets none of it', async () => {
    await open(['Bash(sleep:*)']);
    const { turn } = await agent.deliver(message(`write ${lab.spec.workDir}/new.txt`));
    // The request comes within a second; so much text takes longer.
    const typing = agent.deliver(message('y1 '.repeat(10_000)));
    await expect(typing).rejects.toMatchObject({ happened: 'not-done' });
    await lab.heard('prompt-opened');
    await systemClock.sleep(500);
    expect(lab.events.filter(({ kind }) => kind === 'prompt-closed')).toEqual([]);
    await agent.interrupt();
    expect(await lab.heard('turn-ended')).toMatchObject({ turn, outcome: 'interrupted' });
    await until(() => agent.state.activity === 'idle', { what: 'an idle agent' });
    expect(await say('say on')).toBe('on');
  });

  it('I4: the same words twice are two messages', async () => {
    await open();
    const { turn } = await agent.deliver(message('slow 8'));
    await agent.deliver(message('say again', 'q1'));
    await agent.deliver(message('say again', 'q2'));
    for (const id of ['q1', 'q2']) {
      const next = await turnOf(id);
      expect(next).not.toBe(turn);
      expect(await ended(next)).toBe('completed');
    }
    expect(told('say again')).toBe(2);
  });
});
