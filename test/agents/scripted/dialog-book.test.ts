import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import type { AgentStateFile } from '../../../src/agents/scripted/agent-files.ts';
import { DialogBook } from '../../../src/agents/scripted/dialog-book.ts';
import { practiceDialogs } from '../../../src/agents/scripted/practice-dialogs.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';

const event = '1700000000000000001-4711-dialog';
const pid = 4711;

let directory: string;
let book: DialogBook;
let command: string;

function showing(command: string): AgentStateFile {
  const { prompt, grants, questions } = practiceDialogs.get(command)!;
  const dialog = { id: event, prompt, grants, questions };
  return { pid, agentSession: 'a', generation: 1, status: 'waiting', since: 0, draft: false, turn: null, dialog };
}

function answers(): readonly string[] {
  return readdirSync(join(directory, 'answers'));
}

beforeEach(() => {
  command = 'question';
  directory = mkdtempSync(join(tmpdir(), 'bridge-dialogs-'));
  const mailbox = openMailbox({ directory, clock: systemClock, log: silentLog });
  book = new DialogBook({ directory, mailbox, readState: () => showing(command) });
  book.opened(event);
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the dialog of the practice agent', () => {
  it('I10: is answered once, and not after its end', () => {
    const id = book.promptId(event);
    book.answer(id, { behavior: 'choose', answers: { 'Which colour?': 'Red' } }, pid);
    expect(answers()).toEqual([`${event}.json`]);
    expect(() => book.answer(id, { behavior: 'deny' }, pid)).toThrow(/does not wait for prompt/);
  });

  it('takes no choice for what it did not ask, and waits on', () => {
    const id = book.promptId(event);
    const strange = { behavior: 'choose', answers: { 'Which sound?': 'Loud' } } as const;
    expect(() => book.answer(id, strange, pid)).toThrow(
      expect.objectContaining({ code: 'answer-does-not-fit', happened: 'not-done' }),
    );
    expect(answers()).toEqual([]);
    book.answer(id, { behavior: 'deny' }, pid);
    expect(answers()).toHaveLength(1);
  });

  it('takes no grant that it did not offer, and waits on', () => {
    command = 'ask';
    const id = book.promptId(event);
    expect(() => book.answer(id, { behavior: 'allow', grant: 'everything' }, pid)).toThrow(
      expect.objectContaining({ code: 'answer-does-not-fit', happened: 'not-done' }),
    );
    expect(answers()).toEqual([]);
    book.answer(id, { behavior: 'allow', grant: 'always' }, pid);
    expect(readFileSync(join(directory, 'answers', `${event}.json`), 'utf8')).toContain('"grant":"always"');
  });
});
