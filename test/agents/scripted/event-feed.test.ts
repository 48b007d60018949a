import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import { EventFeed } from '../../../src/agents/scripted/event-feed.ts';
import type { EventHandlers } from '../../../src/agents/scripted/event-feed.ts';
import { silentLog } from '../../../src/base/log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

it('I1: an event goes once it is flushed; while the disk refuses, it stays, and the later ones wait behind it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-feed-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const clock = new ManualClock();
  const mailbox = openMailbox({ directory, clock, log: silentLog });
  const left = (): readonly string[] => readdirSync(join(directory, 'events')).sort();
  for (const turn of ['turn-1', 'turn-2']) {
    const id = `${turn.slice(-1)}000000000-7-text`;
    const event = { id, kind: 'text', pid: 7, event: { turn, text: 'a text', generation: 1 } };
    writeFileSync(join(directory, 'events', `${id}.json`), JSON.stringify(event));
  }
  const handled: string[] = [];
  const disk = { isBroken: true };
  const feed = new EventFeed({
    mailbox,
    log: silentLog,
    keeps: () => false,
    handlers: { text: (_event, { turn }) => void handled.push(turn) } as Partial<EventHandlers> as EventHandlers,
    listener: {
      flush: () => {
        if (disk.isBroken) throw new Error('the disk is broken');
      },
    },
  });
  const stop = feed.listen();
  expect([handled, left().length, feed.isHeldUp]).toEqual([['turn-1'], 2, true]);
  disk.isBroken = false;
  await clock.advance(1000);
  expect([handled, left(), feed.isHeldUp]).toEqual([['turn-1', 'turn-1', 'turn-2'], [], false]);
  stop();
  await mailbox.close();
});
