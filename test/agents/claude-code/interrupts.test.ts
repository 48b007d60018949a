import { beforeEach, describe, expect, it } from 'vitest';

import { Interrupts } from '../../../src/agents/claude-code/interrupts.ts';
import type { StateFile } from '../../../src/agents/claude-code/state-file.ts';
import type { TranscriptEntry } from '../../../src/agents/claude-code/transcript.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

let clock: ManualClock;
let open: { id: string; at: number; isEnding: boolean }[];
let found: [string, string][];
let transcript: TranscriptEntry[];
let onSweep: () => void;
let interrupts: Interrupts;

beforeEach(() => {
  clock = new ManualClock();
  open = [{ id: 'turn', at: 100, isEnding: false }];
  found = [];
  transcript = [];
  onSweep = () => undefined;
  interrupts = new Interrupts({
    turns: {
      get open() {
        return open;
      },
      interrupt: (id, reason) => {
        found.push([id, reason]);
        open = open.filter((turn) => turn.id !== id);
      },
    },
    clock,
    sweep: () => onSweep(),
    readTranscript: () => transcript,
  });
});

function file(status: StateFile['status'], statusUpdatedAt = 200): StateFile {
  return { path: '/x', pid: 5, procStart: '1', sessionId: 's', status, waitingFor: undefined, statusUpdatedAt };
}

async function lookFor(milliseconds: number, at: StateFile | undefined): Promise<void> {
  for (let passed = 0; passed <= milliseconds; passed += 100) {
    interrupts.observe(at);
    await clock.advance(100);
  }
}

describe('Interrupts', () => {
  it('finds a turn interrupted when the agent says idle for 300 ms and no hook ended it', async () => {
    await lookFor(200, file('idle'));
    expect(found).toEqual([]);
    interrupts.observe(file('idle'));
    expect(found).toEqual([['turn', 'The turn was stopped at the terminal.']]);
  });

  it('tells the reason while it is us', async () => {
    interrupts.expect('on request');
    await lookFor(300, file('idle'));
    interrupts.expect(undefined);
    open = [{ id: 'next', at: 100, isEnding: false }];
    await lookFor(300, file('idle'));
    expect(found).toEqual([
      ['turn', 'on request'],
      ['next', 'The turn was stopped at the terminal.'],
    ]);
  });

  it('starts anew when the agent was busy in between', async () => {
    await lookFor(200, file('idle'));
    interrupts.observe(file('busy'));
    await lookFor(200, file('idle'));
    expect(found).toEqual([]);
  });

  it('does not take an idle from before the turn for its end', async () => {
    await lookFor(1000, file('idle', 50));
    expect(found).toEqual([]);
  });

  it('leaves a turn alone whose end is on its way, or comes with the last look into the mailbox', async () => {
    open = [{ id: 'turn', at: 100, isEnding: true }];
    await lookFor(1000, file('idle'));
    open = [{ id: 'turn', at: 100, isEnding: false }];
    onSweep = () => (open = [{ id: 'turn', at: 100, isEnding: true }]);
    await lookFor(400, file('idle'));
    expect(found).toEqual([]);
  });

  it('asks the transcript when there is no state file', async () => {
    await lookFor(1000, undefined);
    expect(found).toEqual([]);
    transcript = [{ kind: 'interrupted', turn: 'turn' }];
    await lookFor(300, undefined);
    expect(found).toHaveLength(1);
  });
});
