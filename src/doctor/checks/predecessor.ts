import {
  isSameDirectory,
  predecessorDirectory,
  predecessorTraces,
  runningPredecessors,
} from '../../config/predecessor.ts';
import { fault } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** The Python bridge that this one succeeds: two of them on one bot answer everything twice. */
export function predecessorCheck({ paths, userHome, discord, vai }: Surroundings): Check {
  return {
    name: 'the predecessor',
    group: 'leftovers',
    run: () => {
      const findings: Finding[] = runningPredecessors().map(({ pid, program }) =>
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
      const directory = predecessorDirectory(userHome);
      const found = isSameDirectory(paths.home, directory) ? [] : predecessorTraces(directory);
      if (found.length > 0) {
        findings.push(
          fault(
            'predecessor-installed',
            `The Python bridge is installed in ${directory} (${found.join(', ')}).`,
            `Its settings, sessions and attachments are brought over with: ${vai} migrate; then remove it when you like.`,
          ),
        );
      }
      return findings;
    },
  };
}
