import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** As package.json asks for. */
const oldest = [22, 19] as const;

/** The Node that runs this program, and what changes it. */
export function nodeCheck({ node, environment, vai }: Surroundings): Check {
  return {
    name: 'Node',
    group: 'node',
    run: () => {
      const [major = 0, minor = 0] = node.version.split('.').map(Number);
      const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
      const findings: Finding[] = [
        isOld
          ? fault(
              'node-too-old',
              `Node ${node.version} (${node.path}) runs this program; ${oldest.join('.')} or newer is needed.`,
              `Use ${vai}: it finds or fetches a Node that is new enough. If it does not, install a newer Node.`,
            )
          : good('node', `Node ${node.version} runs this program (${node.path}).`),
      ];
      const options = environment['NODE_OPTIONS'];
      if (options) {
        findings.push(
          fault(
            'node-options-set',
            `NODE_OPTIONS is "${options}": the bridge and every agent's Node start with it.`,
            'If you did not mean that: unset NODE_OPTIONS',
          ),
        );
      }
      return findings;
    },
  };
}
