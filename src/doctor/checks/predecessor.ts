import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { fault } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** Programs of the Python bridge of the same name, as its start script runs them. */
const programs = /(?:^|\/)(discord_bot|flask_app)\.py$/;

/** What the Python bridge keeps at the top of its directory, and this one does not. */
const traces = ['.env', 'sessions.json', 'src/discord_bot.py'];

/** The Python bridge that this one succeeds: two of them on one bot answer everything twice. */
export function predecessorCheck({ paths, userHome, discord }: Surroundings): Check {
  return {
    name: 'the predecessor',
    group: 'leftovers',
    run: () => {
      const findings: Finding[] = runningPrograms().map(({ pid, program }) =>
        discord === undefined
          ? fault(
              'predecessor-beside',
              `The Python bridge is running (${program}, process ${pid}), beside the built-in chat of this one.`,
              'End it before this bridge uses the same bot.',
            )
          : fault(
              'predecessor-running',
              `The Python bridge is running (${program}, process ${pid}): with the same bot, both answer.`,
              `End it: vexit of that installation, or: kill ${pid}`,
            ),
      );
      const directory = join(userHome, '.claude-discord-bridge');
      const isOther =
        existsSync(directory) && !(existsSync(paths.home) && realpathSync(paths.home) === realpathSync(directory));
      const found = isOther ? traces.filter((name) => existsSync(join(directory, name))) : [];
      if (found.length > 0) {
        findings.push(
          fault(
            'predecessor-installed',
            `The Python bridge is installed in ${directory} (${found.join(', ')}).`,
            `Its .env and sessions.json can be copied into ${paths.config}; remove it when you do not need it.`,
          ),
        );
      }
      return findings;
    },
  };
}

function runningPrograms(): readonly { readonly pid: number; readonly program: string }[] {
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
