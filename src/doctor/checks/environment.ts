import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

const proxyNames = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];

/** What the shell hands on that gets in the way: proxies, the rights of root. */
export function environmentCheck({ environment, userId }: Surroundings): Check {
  return {
    name: 'the environment',
    group: 'machine',
    run: () => {
      const findings: Finding[] = [...proxyFindings(environment)];
      if (userId === 0) {
        findings.push(
          fault(
            'running-as-root',
            'This is root: every agent can do anything on this machine.',
            'Run the bridge as a user of its own, if the machine is not there for it alone.',
          ),
        );
      }
      return findings.length > 0 ? findings : [good('machine', 'The environment has no proxy that is in the way.')];
    },
  };
}

function proxyFindings(environment: Surroundings['environment']): readonly Finding[] {
  const name = proxyNames.find((one) => environment[one]);
  if (name === undefined) return [];
  const exempt = `${environment['no_proxy'] ?? ''},${environment['NO_PROXY'] ?? ''}`
    .split(',')
    .map((entry) => entry.trim().toLowerCase());
  if (exempt.includes('*') || ['127.0.0.1', 'localhost'].every((host) => exempt.includes(host))) return [];
  return [
    fault(
      'proxy-on-loopback',
      `${name} is set, and NO_PROXY does not name 127.0.0.1 and localhost: agents' programs ask the proxy for this machine's own pages.`,
      'export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost',
    ),
  ];
}
