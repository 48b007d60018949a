import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeFileUnlessSame } from '../../base/atomic-file.ts';
import { ownFile } from '../../base/own-files.ts';

/** Whom a hook waits for: nobody, the daemon (2 s), or a person (24 h). */
export type HookPatience = 'none' | 'daemon' | 'person';

/** Seconds: a prompt is confirmed within milliseconds, and its agent must not be held up for long. */
const daemonDeadline = 2;
/** Seconds: a day for a person to decide. */
export const personDeadline = 86_400;

/**
 * Puts the hook script into a session's directory, replacing an older one as one step: a hook that runs at this
 * moment keeps reading its own copy.
 *
 * @returns the script's path.
 */
export function installHookScript(directory: string): string {
  const path = join(directory, 'hook.sh');
  writeFileUnlessSame(path, shipped(), 0o700);
  return path;
}

let script: string | undefined;

function shipped(): string {
  script ??= readFileSync(ownFile('agents/mailbox/hook.sh'), 'utf8');
  return script;
}

/** The arguments that run the hook script for a kind of event. */
export function hookArguments(mailbox: string, kind: string, patience: HookPatience): readonly string[] {
  switch (patience) {
    case 'none':
      return [mailbox, kind, 'tell'];
    case 'daemon':
      return [mailbox, kind, 'ask', String(daemonDeadline)];
    case 'person':
      return [mailbox, kind, 'ask', String(personDeadline)];
  }
}
