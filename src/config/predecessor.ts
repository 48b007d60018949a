import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of the Python bridge of the same name, as its start script runs them. */
const programs = /(?:^|\/)(discord_bot|flask_app)\.py$/;

/** What the Python bridge keeps at the top of its directory, and this one does not. */
const traces = ['.env', 'sessions.json', 'src/discord_bot.py'];

/** Where the Python bridge keeps its settings, unless its owner moved it. */
export function predecessorDirectory(userHome: string): string {
  return join(userHome, '.claude-discord-bridge');
}

/** What shows that the Python bridge is installed in a directory; empty when nothing does. */
export function predecessorTraces(directory: string): readonly string[] {
  return traces.filter((name) => existsSync(join(directory, name)));
}

/** Whether two paths lead to one directory. */
export function isSameDirectory(one: string, other: string): boolean {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}

export interface RunningProgram {
  readonly pid: number;
  /** Its path, as it was started. */
  readonly program: string;
}

/** Processes of the Python bridge, wherever it is installed. Empty where the system does not tell (no `/proc`). */
export function runningPredecessors(): readonly RunningProgram[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      const program = /python/.test(words[0] ?? '') ? words.find((word) => programs.test(word)) : undefined;
      return program === undefined ? [] : [{ pid: Number(entry), program }];
    } catch {
      return []; // It ended while we looked.
    }
  });
}
