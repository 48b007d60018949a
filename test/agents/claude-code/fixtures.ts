import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseHookEvent } from '../../../src/agents/claude-code/hook-events.ts';
import type { HookEvent, HookEventOf } from '../../../src/agents/claude-code/hook-events.ts';
import { parseMailboxEvent } from '../../../src/agents/mailbox/mailbox-event.ts';

const directory = join(import.meta.dirname, '../../fixtures/claude-code');

/** A recording of Claude Code 2.1.329 at 120 x 40. */
export function fixture(name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

export function screen(name: string): string {
  return fixture(`screens/${name}.txt`);
}

/** Every hook event of the recorded session, in order. */
export function recordedHooks(): readonly HookEvent[] {
  return fixture('hook-events.jsonl')
    .trim()
    .split('\n')
    .map((line) => parseHookEvent(parseMailboxEvent(/"id":"([^"]+)"/.exec(line)?.[1] ?? '', line)));
}

export function recorded<Kind extends HookEvent['kind']>(kind: Kind, nth = 0): HookEventOf<Kind> {
  const found = recordedHooks().filter((event): event is HookEventOf<Kind> => event.kind === kind)[nth];
  if (!found) throw new Error(`no ${kind} number ${nth} was recorded`);
  return found;
}
