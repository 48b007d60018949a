import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { HookEventOf } from '../../../src/agents/claude-code/hook-events.ts';
import { OpenTurnsFile } from '../../../src/agents/claude-code/open-turns.ts';
import { Teller } from '../../../src/agents/claude-code/teller.ts';
import type { TranscriptEntry } from '../../../src/agents/claude-code/transcript.ts';
import { TurnBook } from '../../../src/agents/claude-code/turn-book.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const turn = 'turn-1';

describe('TurnBook', () => {
  let directory: string;
  let clock: ManualClock;
  let told: AgentEvent[];
  let forgotten: string[];
  let transcript: TranscriptEntry[];
  let diskIsFull: boolean;
  let goesOn: boolean;
  let book: TurnBook;
  let sequence: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-turns-'));
    clock = new ManualClock();
    told = [];
    forgotten = [];
    transcript = [];
    diskIsFull = false;
    goesOn = false;
    sequence = 0;
    book = makeBook();
  });
  afterEach(() => {
    book.close();
    rmSync(directory, { recursive: true });
  });

  function makeBook(): TurnBook {
    const listener = {
      onEvent: (event: AgentEvent) => {
        if (diskIsFull) throw new Error('the disk is full');
        told.push(event);
      },
      flush: () => undefined,
    };
    const forget = (ids: readonly string[]): void => void forgotten.push(...ids);
    return new TurnBook({
      teller: new Teller({ listener, forget, clock, log: silentLog }),
      file: new OpenTurnsFile(directory),
      clock,
      log: silentLog,
      transcriptSize: () => 0,
      readTranscript: () => transcript,
      goesOn: () => goesOn,
      onChange: () => undefined,
    });
  }

  const common = { session_id: 's', prompt_id: turn };
  const envelope = (id: string): { id: string; pid: number; at: number } => ({ id, pid: 1, at: clock.now() });
  function begin(): void {
    book.begin(turn, { by: 'bridge', message: 'm1' }, { id: 'prompt', at: clock.now() });
  }
  function display(message: string, index: number, final: boolean, delta: string): HookEventOf<'MessageDisplay'> {
    const data = { ...common, message_id: message, index, final, delta };
    return { kind: 'MessageDisplay', ...envelope(`piece-${++sequence}`), data };
  }
  function stop(text: string | null): HookEventOf<'Stop'> {
    return { kind: 'Stop', ...envelope('stop'), data: { ...common, last_assistant_message: text } };
  }
  const story = (): readonly string[] =>
    told.map((event) =>
      event.kind === 'text' ? event.text : event.kind === 'turn-ended' ? event.outcome : event.kind,
    );

  it('tells a turn from its start to its end, and forgets its events', async () => {
    begin();
    book.display(display('a', 0, true, 'hello'));
    book.stop(stop('hello'));
    expect(book.open).toMatchObject([{ id: turn, isEnding: true }]);
    await clock.advance(200);
    expect(told).toEqual([
      { kind: 'turn-started', turn, by: 'bridge', message: 'm1' },
      { kind: 'text', turn, key: 'text:a', text: 'hello' },
      { kind: 'turn-ended', turn, outcome: 'completed' },
    ]);
    expect(forgotten).toEqual(['prompt', 'piece-1', 'stop']);
    expect(book.open).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('BX-06: a turn is under way once its record or a hook says so, and not any more when it says that it ends', async () => {
    expect(book.isUnderway).toBe(true);
    begin();
    expect(book.isUnderway).toBe(false);
    transcript = [{ kind: 'prompt', turn: 'another', text: 'hi' }];
    expect(book.isUnderway).toBe(false);
    transcript = [{ kind: 'prompt', turn, text: 'hi' }];
    expect(book.isUnderway).toBe(true);
    transcript = [];
    expect(book.isUnderway).toBe(true);
    book.stop(stop('done'));
    expect(book.isUnderway).toBe(false);
    await clock.advance(300);
    expect(book.isUnderway).toBe(true);

    book.begin('turn-2', { by: 'bridge', message: 'm2' }, undefined);
    expect(book.isUnderway).toBe(false);
    book.toolsRan('turn-2');
    expect(book.isUnderway).toBe(true);
  });

  it('joins pieces that come in any order', () => {
    begin();
    book.display(display('a', 2, true, 'three'));
    book.display(display('a', 0, false, 'one '));
    book.display(display('a', 1, false, 'two '));
    book.display(display('a', 1, false, 'two '));
    expect(story()).toEqual(['turn-started', 'one two three']);
  });

  it('BX-04: tells the final text when its pieces never came', async () => {
    begin();
    book.stop(stop('only here'));
    await clock.advance(200);
    expect(story()).toEqual(['turn-started', 'only here', 'completed']);
  });

  it('BX-04: tells the final text once when its pieces come after the end', async () => {
    begin();
    book.stop(stop('said  once\n'));
    await clock.advance(100);
    book.display(display('a', 0, true, 'said once'));
    await clock.advance(200);
    book.display(display('b', 0, true, 'said once'));
    expect(story()).toEqual(['turn-started', 'said once', 'completed', 'said once']);
  });

  it('BX-04: pieces that come long after the end was told are not told again', async () => {
    begin();
    book.stop(stop('said once'));
    await clock.advance(200);
    book.display(display('a', 0, true, 'said once'));
    expect(story()).toEqual(['turn-started', 'said once', 'completed']);
    expect(forgotten).toContain('piece-1');
  });

  it('the same words before and after a tool are two texts', async () => {
    begin();
    book.display(display('a', 0, true, 'ok'));
    book.toolsRan(turn);
    book.stop(stop('ok'));
    await clock.advance(200);
    expect(story()).toEqual(['turn-started', 'ok', 'ok', 'completed']);
  });

  it('BX-04: completes from the transcript what the hooks lost', async () => {
    transcript = [
      { kind: 'prompt', turn, text: 'x' },
      { kind: 'text', id: 't1', text: 'first, lost' },
      { kind: 'text', id: 't2', text: 'second, half of it lost' },
      { kind: 'text', id: 't3', text: 'last' },
    ];
    begin();
    book.display(display('b', 0, false, 'second, '));
    book.display(display('c', 0, true, 'last'));
    book.stop(stop('last'));
    await clock.advance(200);
    expect(story()).toEqual(['turn-started', 'last', 'second, half of it lost', 'first, lost', 'completed']);
  });

  it('tells what there is of a message when the turn is interrupted', () => {
    begin();
    book.display(display('a', 0, false, 'half a'));
    book.interrupt(turn, 'why');
    expect(story()).toEqual(['turn-started', 'half a', 'interrupted']);
    expect(told.at(-1)).toMatchObject({ reason: 'why' });
  });

  it('tells why a turn failed', async () => {
    begin();
    const data = { ...common, error: 'server_error', last_assistant_message: 'API Error: 529' };
    book.fail({ kind: 'StopFailure', ...envelope('failure'), data });
    await clock.advance(200);
    expect(told.at(-1)).toEqual({ kind: 'turn-ended', turn, outcome: 'failed', reason: 'API Error: 529' });
  });

  it('waits while the agent goes on, but not for ever', async () => {
    begin();
    goesOn = true;
    book.stop(stop('not yet'));
    await clock.advance(1000);
    expect(story()).toEqual(['turn-started']);
    await clock.advance(2000);
    expect(story()).toEqual(['turn-started', 'not yet', 'completed']);
  });

  it('a turn whose beginning nobody saw was begun by the agent', () => {
    book.display(display('a', 0, true, 'by myself'));
    expect(told[0]).toEqual({ kind: 'turn-started', turn, by: 'agent' });
  });

  it('BX-02: after a restart tells only what was not told, and the end', async () => {
    begin();
    book.display(display('a', 0, true, 'told before'));
    book.display(display('b', 0, false, 'half '));
    book = makeBook();
    expect(book.open).toMatchObject([{ id: turn }]);
    told = [];
    // The pieces that were on disk are read again.
    book.display(display('a', 0, true, 'told before'));
    book.display(display('b', 0, false, 'half '));
    book.display(display('b', 1, true, 'whole'));
    book.stop(stop('half whole'));
    await clock.advance(200);
    expect(story()).toEqual(['half whole', 'completed']);
    expect(makeBook().open).toEqual([]);
  });

  it('BX-02: a final text whose message was told by an earlier process is not told again', async () => {
    begin();
    book.display(display('a', 0, true, 'the answer'));
    book = makeBook();
    told = [];
    book.stop(stop('the answer'));
    await clock.advance(200);
    expect(story()).toEqual(['completed']);
  });

  it('I1: forgets nothing that could not be told, and tells it later in order', async () => {
    diskIsFull = true;
    begin();
    book.display(display('a', 0, true, 'hello'));
    book.stop(stop('hello'));
    await clock.advance(500);
    expect(forgotten).toEqual([]);
    expect(new OpenTurnsFile(directory).read()).toEqual([]);
    diskIsFull = false;
    await clock.advance(1000);
    expect(story()).toEqual(['turn-started', 'hello', 'completed']);
    expect(forgotten).toEqual(['prompt', 'piece-1', 'stop']);
  });

  it('the agent is gone: what was said is told, the turn is left to the bridge', () => {
    begin();
    book.display(display('a', 0, false, 'half a'));
    book.abandon();
    expect(story()).toEqual(['turn-started', 'half a']);
    expect(book.open).toEqual([]);
  });

  it('what said long ago that it ended is ended at once', () => {
    begin();
    const old = stop('hello');
    book.stop({ ...old, at: clock.now() - 1000 });
    book.settleOld();
    expect(story()).toEqual(['turn-started', 'hello', 'completed']);
  });
});
