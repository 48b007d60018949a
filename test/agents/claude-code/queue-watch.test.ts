import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { OpenTurnsFile } from '../../../src/agents/claude-code/open-turns.ts';
import { PromptQueue } from '../../../src/agents/claude-code/prompt-queue.ts';
import { QueueWatch } from '../../../src/agents/claude-code/queue-watch.ts';
import { Teller } from '../../../src/agents/claude-code/teller.ts';
import { parseTranscriptLine } from '../../../src/agents/claude-code/transcript.ts';
import type { LocatedEntry } from '../../../src/agents/claude-code/transcript.ts';
import { TurnBook } from '../../../src/agents/claude-code/turn-book.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const running = 'turn-1';

describe('QueueWatch', () => {
  let directory: string;
  let clock: ManualClock;
  let told: AgentEvent[];
  let diskIsFull: boolean;
  let record: LocatedEntry[];
  let turns: TurnBook;
  let queue: QueueWatch;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-queue-'));
    clock = new ManualClock();
    told = [];
    diskIsFull = false;
    record = [];
    start();
    turns.begin(running, { by: 'bridge', message: 'm0' }, { id: 'prompt-0', at: clock.now() });
    told.length = 0;
  });
  afterEach(() => {
    turns.close();
    rmSync(directory, { recursive: true });
  });

  /** A daemon: also one after the other. */
  function start(): void {
    const listener = {
      onEvent: (event: AgentEvent) => {
        if (diskIsFull) throw new Error('the disk is full');
        told.push(event);
      },
      flush: () => undefined,
    };
    const teller = new Teller({ listener, forget: () => undefined, clock, log: silentLog });
    turns = new TurnBook({
      teller,
      file: new OpenTurnsFile(directory),
      clock,
      log: silentLog,
      transcriptSize: () => record.length,
      readTranscript: () => record.map(({ entry }) => entry),
      goesOn: () => true,
      onChange: () => undefined,
    });
    queue = new QueueWatch({
      queue: new PromptQueue(directory),
      turns,
      teller,
      transcriptSize: () => record.length,
      locateEntries: (from) => record.slice(from),
      whyInterrupted: () => 'stopped',
    });
  }

  function add(message: string | undefined, text: string): void {
    queue.add({ id: `event-${text}-${message}`, text, turn: running, ...(message === undefined ? {} : { message }) });
  }

  /** What the agent writes down, in its own words. */
  function writes(...lines: readonly object[]): void {
    for (const line of lines) {
      for (const entry of parseTranscriptLine(JSON.stringify(line))) record.push({ entry, end: record.length + 1 });
    }
    queue.observe();
  }
  const operation = (name: string, more: object = {}): object => ({
    type: 'queue-operation',
    operation: name,
    timestamp: '2026-01-01T00:00:00.000Z',
    sessionId: 's',
    ...more,
  });
  const prompt = (promptId: string, content: string): object => ({
    type: 'user',
    promptId,
    promptSource: 'queued',
    message: { role: 'user', content },
  });
  const said = (text: string): object => ({
    type: 'assistant',
    uuid: text,
    message: { content: [{ type: 'text', text }] },
  });

  it('BX-06: a turn that begins with the queue has the id of the last prompt, and each message is told', () => {
    add('m1', 'one');
    add('m2', 'two');
    writes(operation('enqueue', { content: 'one' }), operation('enqueue', { content: 'two' }), said('done'));
    expect(told).toEqual([]);
    writes(operation('dequeue'), operation('dequeue'), prompt('turn-2', 'one'));
    // The other one is on its way: nobody knows the turn yet.
    expect(told).toEqual([]);
    writes(prompt('turn-3', 'two'));
    expect(told.filter(({ kind }) => kind !== 'text')).toEqual([
      { kind: 'turn-ended', turn: running, outcome: 'interrupted', reason: 'stopped' },
      { kind: 'turn-started', turn: 'turn-3', by: 'bridge', message: 'm1' },
      { kind: 'message-taken', turn: 'turn-3', message: 'm2' },
    ]);
    expect(queue.isEmpty).toBe(true);
  });

  it('BX-06: what says that it ended is told as that, before the turn of the queue begins', () => {
    add('m1', 'one');
    const common = { session_id: 's', prompt_id: running };
    const at = { id: 'stop', pid: 1, at: clock.now() };
    turns.stop({ kind: 'Stop', ...at, data: { ...common, last_assistant_message: 'the first answer' } });
    writes(operation('dequeue'), prompt('turn-2', 'one'));
    expect(told.map(({ kind }) => kind)).toEqual(['text', 'turn-ended', 'turn-started']);
    expect(told[1]).toMatchObject({ turn: running, outcome: 'completed' });
  });

  it('BX-06: what is absorbed becomes part of the turn that runs', () => {
    add('m1', 'one');
    add(undefined, 'of the desk');
    writes(operation('enqueue', { content: 'one' }));
    writes(operation('remove', { content: 'one', reason: 'absorbed_mid_turn' }));
    writes(operation('remove', { content: 'of the desk', reason: 'absorbed_mid_turn' }));
    expect(told).toEqual([{ kind: 'message-taken', turn: running, message: 'm1' }]);
    expect(queue.isEmpty).toBe(true);
  });

  it('BX-06: equal words are equal messages, one for one', () => {
    add('m1', 'again');
    writes(operation('remove', { content: 'again', reason: 'absorbed_mid_turn' }));
    add('m2', 'again');
    queue.observe();
    expect(told).toEqual([{ kind: 'message-taken', turn: running, message: 'm1' }]);
    writes(operation('dequeue'), prompt('turn-2', 'again'));
    expect(told.at(-1)).toEqual({ kind: 'turn-started', turn: 'turn-2', by: 'bridge', message: 'm2' });
  });

  it('BX-06: the prompt of the running turn, recorded late, is not taken for one of the queue', () => {
    add('m1', 'again');
    writes(prompt(running, 'again'));
    expect(told).toEqual([]);
    expect(queue.isEmpty).toBe(false);
  });

  it('BX-06: what a person takes out at the terminal is given back', () => {
    add('m1', 'one');
    add('m2', 'two');
    writes(operation('popAll', { content: 'one' }), operation('popAll', { content: 'two' }));
    expect(told).toEqual([
      { kind: 'message-returned', message: 'm1' },
      { kind: 'message-returned', message: 'm2' },
    ]);
  });

  it('BX-06: what went in without a hook is heard when it leaves, and an event that is told again adds nothing', () => {
    queue.add({ id: 'transcript:m1', message: 'm1', text: 'one', turn: running, unheard: true });
    expect(queue.hear('hook-1', 'two', 'unheard')).toBe(false);
    expect(queue.hear('hook-1', 'one', 'unheard')).toBe(true);
    start();
    expect(queue.hear('hook-1', 'one', 'unheard')).toBe(false);
    queue.add({ id: 'hook-1', text: 'one', turn: running });
    writes(operation('dequeue'), prompt('turn-2', 'one'));
    expect(told.at(-1)).toEqual({ kind: 'turn-started', turn: 'turn-2', by: 'bridge', message: 'm1' });
    expect(queue.isEmpty).toBe(true);
  });

  it('BX-06: a prompt that was stopped while its hook ran is told of by a hook once more, and is the same prompt', () => {
    add('m1', 'one');
    expect(queue.hear('hook-2', 'one', 'any')).toBe(true);
    writes(operation('dequeue'), prompt('turn-2', 'one'));
    expect(told.at(-1)).toEqual({ kind: 'turn-started', turn: 'turn-2', by: 'bridge', message: 'm1' });
    expect(queue.isEmpty).toBe(true);
  });

  it('BX-06: what went in without a hook may have left before anybody looked', () => {
    writes(operation('enqueue'), operation('dequeue'), prompt('turn-2', 'one'));
    queue.add({ id: 'transcript:m1', message: 'm1', text: 'one', turn: running, unheard: true }, 0);
    queue.observe();
    expect(told.at(-1)).toEqual({ kind: 'turn-started', turn: 'turn-2', by: 'bridge', message: 'm1' });
  });

  it('BX-06: what a person takes out is given back, also when no hook told of it', () => {
    add('m1', 'one');
    queue.add({ id: 'transcript:m2', message: 'm2', text: 'two', turn: running, unheard: true });
    writes(operation('popAll', { content: 'one' }), operation('popAll'));
    expect(told).toEqual([
      { kind: 'message-returned', message: 'm1' },
      { kind: 'message-returned', message: 'm2' },
    ]);
  });

  it('BX-06: a turn that was stopped before it was recorded is told all the same, once', () => {
    add('m1', 'one');
    writes(operation('dequeue'));
    queue.idleFor(500);
    expect(told).toEqual([]);
    queue.idleFor(1100);
    queue.idleFor(1200);
    const own = told.filter((event) => 'turn' in event && event.turn !== running);
    expect(own.map(({ kind }) => kind)).toEqual(['turn-started', 'turn-ended']);
    expect(own[0]).toMatchObject({ by: 'bridge', message: 'm1' });
    expect(own[1]).toMatchObject({ outcome: 'interrupted', reason: 'stopped' });
  });

  it('BX-06: an agent that has been idle for long has nothing in its queue', () => {
    add('m1', 'one');
    queue.idleFor(4000);
    expect(told).toEqual([]);
    queue.idleFor(6000);
    expect(told).toEqual([{ kind: 'message-returned', message: 'm1' }]);
    expect(queue.isEmpty).toBe(true);
  });

  it('BX-06: a later daemon knows which message each prompt is, and an event that is told again adds nothing', () => {
    add('m1', 'one');
    start();
    add('m1', 'one');
    writes(operation('dequeue'), prompt('turn-2', 'one'));
    expect(told.filter(({ kind }) => kind === 'turn-started')).toHaveLength(1);
    add('m1', 'one');
    expect(queue.isEmpty).toBe(true);
    expect(new PromptQueue(directory).find('m1')).toEqual({ lies: false, turn: 'turn-2' });
  });

  it('I1: a message stays in the queue until its fate is on the disk of the bridge', async () => {
    add('m1', 'one');
    diskIsFull = true;
    writes(operation('remove', { content: 'one', reason: 'absorbed_mid_turn' }));
    queue.observe();
    expect(new PromptQueue(directory).find('m1')).toMatchObject({ lies: true });
    diskIsFull = false;
    await clock.advance(1000);
    expect(told).toEqual([{ kind: 'message-taken', turn: running, message: 'm1' }]);
    expect(new PromptQueue(directory).find('m1')).toEqual({ lies: false, turn: running });
  });
});
