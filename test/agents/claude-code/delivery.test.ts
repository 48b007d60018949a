import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Delivery } from '../../../src/agents/claude-code/delivery.ts';
import { ExpectationFile } from '../../../src/agents/claude-code/expectation.ts';
import { InputBoxTypist } from '../../../src/agents/claude-code/input-box.ts';
import type { TranscriptEntry } from '../../../src/agents/claude-code/transcript.ts';
import { BridgeError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Acknowledgement } from '../../../src/contracts/agent.ts';
import type { TurnInput } from '../../../src/model/message.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { FakeClaudeScreen } from './fake-claude-screen.ts';
import { screen as recordedScreen } from './fixtures.ts';

const header = '[discord @bob session=1] ';

describe('Delivery', () => {
  let directory: string;
  let clock: ManualClock;
  let screen: FakeClaudeScreen;
  let delivery: Delivery;
  let transcript: TranscriptEntry[];
  let notReady: BridgeError | undefined;
  /** What the agent's hook does with a prompt; its verdicts are kept. */
  let verdicts: string[];
  let turns: number;
  let runningTurn: string | undefined;
  let inQueue: { lies: boolean; turn: string | undefined } | undefined;
  let found: object[];
  let isUnderway: () => boolean;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-delivery-'));
    clock = new ManualClock();
    screen = new FakeClaudeScreen();
    transcript = [];
    notReady = undefined;
    verdicts = [];
    turns = 0;
    runningTurn = undefined;
    inQueue = undefined;
    found = [];
    isUnderway = () => true;
    screen.onEnter = (text) => hook(text);
    delivery = makeDelivery();
  });
  afterEach(() => {
    expect(clock.pending).toBe(0);
    rmSync(directory, { recursive: true });
  });

  function makeDelivery(): Delivery {
    return new Delivery({
      session: 1 as SessionNumber,
      typist: new InputBoxTypist({ terminal: screen.terminal, name: 't', clock }),
      expectation: new ExpectationFile(directory),
      clock,
      log: silentLog,
      assertReady: () => {
        if (notReady) throw notReady;
      },
      isReady: () => notReady === undefined,
      isBusy: () => runningTurn !== undefined,
      runningTurn: () => runningTurn,
      queue: { find: () => inQueue },
      sweep: () => undefined,
      transcriptSize: () => 0,
      readTranscript: () => transcript,
      isUnderway: () => isUnderway(),
      onFoundInTranscript: (turn, id) => void found.push({ turn, id }),
      onFoundInQueue: (id, { unheard }) => {
        found.push({ id, unheard });
        inQueue = { lies: true, turn: undefined };
      },
    });
  }

  /** The agent asks before it accepts a prompt; a refused one comes back into the box. */
  function hook(text: string, held = true): void {
    const verdict = delivery.judge(text.trim(), runningTurn ?? `turn-${++turns}`, held, runningTurn !== undefined);
    verdicts.push(verdict.kind);
    if (verdict.kind === 'altered') screen.box = text;
  }

  const message = (text: string): TurnInput => ({ message: 'm1', text, source: 'discord', authorName: 'bob' });

  /** Runs time until a delivery is decided. */
  async function decided<T>(promise: Promise<T>): Promise<T> {
    const progress = { isDone: false };
    const watched = promise.finally(() => (progress.isDone = true));
    watched.catch(() => undefined);
    for (let turn = 0; turn < 2000 && !progress.isDone; turn++) await clock.advance(10);
    return watched;
  }
  const deliver = (text: string, signal?: AbortSignal): Promise<Acknowledgement> =>
    decided(delivery.deliver(message(text), signal));

  it('MS-16: somebody who presses Enter on half of a text disturbs it, and that says so', async () => {
    let pieces = 0;
    screen.arrives = (piece) => {
      if ((pieces += 1) === 2) {
        const half = screen.box;
        screen.box = '';
        hook(half);
      }
      return piece;
    };
    await expect(deliver('x'.repeat(900))).rejects.toMatchObject({ code: 'delivery-disturbed', happened: 'not-done' });
  });

  it('BX-03: types header, text and a space, and believes the hook alone', async () => {
    let typed = '';
    screen.onEnter = (text) => {
      typed = text;
      hook(text);
    };
    expect(await deliver('hello')).toMatchObject({ by: 'hook', turn: 'turn-1' });
    expect(typed).toBe(`${header}hello `);
    expect(verdicts).toEqual(['ours']);
  });

  it('empties the box first, and takes a placeholder for what it is', async () => {
    screen.box = 'half a thought\nand more';
    await deliver('one');
    screen.placeholder = 'Try "fix the tests"';
    await deliver('two');
    expect(verdicts).toEqual(['ours', 'ours']);
  });

  it('BX-03: refuses what arrives altered and types it again', async () => {
    let pieces = 0;
    screen.arrives = (piece) => (pieces++ === 0 ? piece.slice(1) : piece);
    await deliver('hello');
    expect(verdicts).toEqual(['altered', 'ours']);
  });

  it('BX-03: gives up after three altered arrivals, with an empty box', async () => {
    screen.arrives = (piece) => piece.replace('e', '');
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'prompt-altered', happened: 'not-done' });
    expect(verdicts).toEqual(['altered', 'altered', 'altered']);
    expect(screen.box).toBe('');
  });

  it('BX-03: types nothing and presses nothing while the agent is not ready', async () => {
    notReady = new BridgeError('agent-busy', 'busy');
    await expect(deliver('hello')).rejects.toBe(notReady);
    expect([screen.box, screen.keys]).toEqual(['', []]);
  });

  it.each(['permission', 'question', 'trust', 'api-key'])('BX-03: never types into the dialog "%s"', async (name) => {
    screen.dialog = recordedScreen(name);
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'agent-dialog', happened: 'not-done' });
    expect([screen.box, screen.keys]).toEqual(['', []]);
  });

  it('looks again at a screen that is caught while it is drawn, and types nothing when it stays so', async () => {
    screen.dialog = 'line 38\nline 39';
    const cancel = clock.after(100, () => (screen.dialog = undefined));
    expect(await deliver('hello')).toMatchObject({ by: 'hook' });
    cancel();
    screen.keys.length = 0;
    screen.dialog = 'line 38\nline 39';
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'agent-dialog', happened: 'not-done' });
    expect(screen.keys).toEqual([]);
  });

  it('BX-03: stops in the middle when a dialog opens, without pressing Enter', async () => {
    screen.arrives = (piece) => {
      notReady = new BridgeError('agent-waiting', 'a dialog');
      return piece;
    };
    await expect(deliver('x'.repeat(1000))).rejects.toMatchObject({ code: 'agent-waiting', happened: 'not-done' });
    expect(screen.keys).not.toContain('Enter');
  });

  it('takes back what it typed when it is stopped', async () => {
    const stop = new AbortController();
    screen.arrives = (piece) => {
      stop.abort();
      return piece;
    };
    await expect(deliver('x'.repeat(1000), stop.signal)).rejects.toMatchObject({ code: 'delivery-stopped' });
    expect(screen.box).toBe('');
    expect(screen.keys).not.toContain('Enter');
  });

  it('presses Enter once more when the text is still in the box', async () => {
    let presses = 0;
    screen.onEnter = (text) => {
      if (++presses === 1) screen.box = text;
      else hook(text);
    };
    expect(await deliver('hello')).toMatchObject({ by: 'hook' });
    expect(presses).toBe(2);
  });

  it('I4: a text that the agent leaves in its box was not delivered, and is taken back', async () => {
    screen.onEnter = (text) => {
      screen.box = text;
    };
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'prompt-not-taken', happened: 'not-done' });
    expect(screen.box).toBe('');
  });

  it('I4: believes the transcript when no hook comes', async () => {
    screen.onEnter = (text) => {
      transcript = [{ kind: 'prompt', turn: 'turn-9', text: text.trim() }];
    };
    expect(await deliver('hello')).toMatchObject({ by: 'transcript', turn: 'turn-9' });
  });

  it('I4: says that it does not know when nobody says anything', async () => {
    screen.onEnter = () => undefined;
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'delivery-unconfirmed', happened: 'unknown' });
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'no' });
  });

  it('lets through what the agent and the desk say', () => {
    expect(delivery.judge('<task-notification>x', 't', true)).toEqual({ kind: 'other' });
    expect(delivery.judge('typed at the desk', 't', true)).toEqual({ kind: 'other' });
  });

  it('BX-02: knows its message again after a restart, once', async () => {
    screen.onEnter = () => undefined;
    await expect(deliver('hello')).rejects.toMatchObject({ happened: 'unknown' });
    delivery = makeDelivery();
    expect(delivery.judge(`${header}hello`, 'turn-5', false)).toEqual({ kind: 'ours', message: 'm1' });
    expect(delivery.judge(`${header}hello`, 'turn-5', false)).toEqual({ kind: 'ours', message: 'm1' });
    // The same words again, from the desk's history.
    expect(delivery.judge(`${header}hello`, 'turn-6', false)).toEqual({ kind: 'other' });
    expect(await delivery.wasDelivered('m1')).toEqual({ delivered: 'yes', turn: 'turn-5' });
    expect(await delivery.wasDelivered('m2')).toEqual({ delivered: 'no' });
  });

  it('accepts what nobody could refuse in time, rather than sending it twice', async () => {
    screen.onEnter = (text) => hook(text.slice(0, -3), false);
    expect(await deliver('hello')).toMatchObject({ by: 'hook' });
    expect(verdicts).toEqual(['ours']);
  });

  it('BX-06: types into the queue of a busy agent, and says so', async () => {
    runningTurn = 'turn-7';
    expect(await deliver('hello')).toMatchObject({ by: 'hook', turn: 'turn-7', queued: true });
    // Which turn it becomes part of is not known yet.
    inQueue = { lies: true, turn: undefined };
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'yes', turn: undefined, queued: true });
    inQueue = { lies: false, turn: 'turn-8' };
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'yes', turn: 'turn-8' });
    inQueue = { lies: false, turn: undefined };
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'no' });
  });

  it('BX-03: a dialog that a busy agent draws while it is typed to gets no Enter, and not one chunk more', async () => {
    runningTurn = 'turn-7';
    let chunks = 0;
    screen.arrives = (piece) => {
      chunks += 1;
      screen.dialog = recordedScreen('permission');
      return piece;
    };
    await expect(deliver('x'.repeat(1000))).rejects.toMatchObject({ code: 'agent-dialog', happened: 'not-done' });
    expect(chunks).toBe(1);
    expect(screen.keys).not.toContain('Enter');
  });

  it('I4: believes the transcript that a message lies in the queue, when no hook comes', async () => {
    runningTurn = 'turn-7';
    screen.onEnter = (text) => {
      transcript = [{ kind: 'queued', text: text.trim() }];
    };
    expect(await deliver('hello')).toMatchObject({ by: 'transcript', turn: 'turn-7', queued: true });
    expect(found).toEqual([{ id: 'm1', unheard: false }]);
  });

  it('BX-06: waits while the agent takes in another prompt, before it types and before Enter, but not for ever', async () => {
    runningTurn = 'turn-7';
    let pending = 3;
    isUnderway = () => pending-- <= 0;
    screen.arrives = (piece) => {
      expect(pending).toBeLessThan(0);
      pending = 3;
      return piece;
    };
    screen.onEnter = (text) => {
      expect(pending).toBeLessThan(0);
      hook(text);
    };
    expect(await deliver('hello')).toMatchObject({ by: 'hook', queued: true });

    screen.arrives = (piece) => piece;
    screen.onEnter = (text) => hook(text);
    isUnderway = () => false;
    const since = clock.monotonic();
    expect(await deliver('hello again')).toMatchObject({ by: 'hook', queued: true });
    expect(clock.monotonic() - since).toBeLessThan(4000);
  });

  it('BX-03: types nothing into a dialog that opens while it waits for the agent', async () => {
    runningTurn = 'turn-7';
    isUnderway = () => {
      screen.dialog = recordedScreen('permission');
      return false;
    };
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'agent-dialog', happened: 'not-done' });
    expect([screen.box, screen.keys]).toEqual(['', []]);
  });

  it('I4: believes the transcript that something lies in the queue, without a hook and without its text', async () => {
    runningTurn = 'turn-7';
    screen.onEnter = () => {
      transcript = [{ kind: 'queued-unheard' }];
    };
    expect(await deliver('hello')).toMatchObject({ by: 'transcript', turn: 'turn-7', queued: true });
    expect(found).toEqual([{ id: 'm1', unheard: true }]);
  });

  it('I4: believes the screen that a message lies in the queue, before the agent recorded anything', async () => {
    runningTurn = 'turn-7';
    screen.onEnter = (text) => {
      screen.queued = text;
    };
    expect(await deliver('hello')).toMatchObject({ by: 'screen', turn: 'turn-7', queued: true });
    expect(found).toEqual([{ id: 'm1', unheard: true }]);
    inQueue = undefined;
    found = [];
    await expect(deliver('hello again')).resolves.toMatchObject({ queued: true });
    screen.onEnter = () => undefined;
    inQueue = undefined;
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'delivery-unconfirmed' });
  });

  it('I4: a later daemon finds a message in the queue that no hook told of', async () => {
    runningTurn = 'turn-7';
    screen.onEnter = () => undefined;
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'delivery-unconfirmed', happened: 'unknown' });
    transcript = [{ kind: 'queued-unheard' }];
    delivery = makeDelivery();
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'yes', turn: undefined, queued: true });
    expect(found).toEqual([{ id: 'm1', unheard: true }]);
  });

  it('I4: what a person took out of the queue again, or what is still in the box, does not lie in it', async () => {
    runningTurn = 'turn-7';
    screen.onEnter = () => {
      transcript = [{ kind: 'queued-unheard' }, { kind: 'returned-unheard' }];
    };
    await expect(deliver('hello')).rejects.toMatchObject({ code: 'delivery-unconfirmed', happened: 'unknown' });
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'no' });
    transcript = [{ kind: 'queued-unheard' }];
    screen.box = `${header}hello`;
    expect(await decided(delivery.wasDelivered('m1'))).toEqual({ delivered: 'no' });
    expect([screen.box, found]).toEqual(['', []]);
  });

  it('I4: words that came once as a message and lie in the queue are the desk’s when they come again', async () => {
    runningTurn = 'turn-7';
    await deliver('hello');
    inQueue = { lies: true, turn: undefined };
    expect(delivery.judge(`${header}hello`, 'turn-7', true, true)).toEqual({ kind: 'other' });
  });

  it('refuses a message of which nothing is left', async () => {
    await expect(deliver('\u200b')).rejects.toMatchObject({ code: 'message-empty', happened: 'not-done' });
  });
});
