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

/** Every hook event of a recorded session, in order. */
export function recordedHooks(file = 'hook-events.jsonl'): readonly HookEvent[] {
  return fixture(file)
    .trim()
    .split('\n')
    .map((line) => parseHookEvent(parseMailboxEvent(/"id":"([^"]+)"/.exec(line)?.[1] ?? '', line)));
}

export function recorded<Kind extends HookEvent['kind']>(kind: Kind, nth = 0): HookEventOf<Kind> {
  const found = recordedHooks().filter((event): event is HookEventOf<Kind> => event.kind === kind)[nth];
  if (!found) throw new Error(`no ${kind} number ${nth} was recorded`);
  return found;
}

/** The requests for a decision of a recorded session, by what they are for. */
export const recordedRequests = {
  command: () => request(0),
  /** Its command holds parentheses. */
  quotedCommand: () => request(1),
  outside: () => request(2),
  mcpTool: () => request(3),
  questions: () => request(4),
  plan: () => request(5),
  form: () => prompts('Elicitation')[0]!,
};

/** The end of a tool that was asked for in that session. */
export function recordedEnd(tool: string): HookEventOf<'PostToolUse'> {
  const found = prompts('PostToolUse').find(({ data }) => data.tool_name === tool);
  if (!found) throw new Error(`no end of ${tool} was recorded`);
  return found;
}

function request(nth: number): HookEventOf<'PermissionRequest'> {
  const found = prompts('PermissionRequest')[nth];
  if (!found) throw new Error(`no request number ${nth} was recorded`);
  return found;
}

function prompts<Kind extends HookEvent['kind']>(kind: Kind): readonly HookEventOf<Kind>[] {
  return recordedHooks('prompt-events.jsonl').filter((event): event is HookEventOf<Kind> => event.kind === kind);
}
