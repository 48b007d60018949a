import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { OpenDialog } from '../../../src/agents/scripted/dialogs.ts';
import { MailboxWriter } from '../../../src/agents/scripted/mailbox-writer.ts';
import { practiceDialogs } from '../../../src/agents/scripted/practice-dialogs.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

let directory: string;
let clock: ManualClock;
let told: string[];
let open: OpenDialog;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-dialog-'));
  clock = new ManualClock();
  told = [];
  const mailbox = new MailboxWriter({ directory, clock });
  open = new OpenDialog({
    ...{ dialog: practiceDialogs.get('ask')!, id: mailbox.newId('dialog'), mailbox, clock },
    onDecided: ({ kind }, by) => told.push(`${kind} by ${by}`),
  });
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('an open dialog of the practice agent', () => {
  it('a text that meets it by a hair is not read, and the next one is', async () => {
    await clock.advance(149);
    open.press({ key: 'text', text: 'by a hair: y' });
    open.press({ key: 'enter' });
    expect(told).toEqual([]);
    await clock.advance(1);
    open.press({ key: 'text', text: 'hello, why not' });
    expect(told).toEqual(['allow by desk']);
  });

  it('Escape counts from the first moment on, and nothing after what was decided', async () => {
    open.press({ key: 'escape' });
    await clock.advance(1000);
    open.press({ key: 'enter' });
    expect(told).toEqual(['deny by desk']);
  });
});
