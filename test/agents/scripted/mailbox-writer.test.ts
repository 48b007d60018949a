import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { MailboxWriter } from '../../../src/agents/scripted/mailbox-writer.ts';
import { systemClock } from '../../../src/base/clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'mailbox-writer-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('gives ids that sort in the order of the calls, and tell the time of a clock that is set forward or back', () => {
  let time = 1_700_000_000_000;
  const writer = new MailboxWriter({ directory, clock: { ...systemClock, now: () => time } });
  const ids = [writer.leave('one', {}), writer.leave('two', {})];
  time += 3_600_000;
  ids.push(writer.leave('three', {}));
  expect(ids.at(-1)).toMatch(/^1700003600000000000-/);
  time -= 7_200_000;
  ids.push(writer.leave('four', {}));
  expect(ids.toSorted()).toEqual(ids);
  expect(readdirSync(join(directory, 'events')).sort()).toEqual(ids.map((id) => `${id}.json`));
});
