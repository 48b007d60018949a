import { BridgeError } from '../../base/errors.ts';
import { describeSource } from '../../config/load-config.ts';
import { whyNotFree } from '../free-port.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** The port for health and figures, where one is wanted: ours, or free, and for this machine only. */
export function metricsPortCheck({ configuration, daemon, paths }: Surroundings): Check {
  return {
    name: 'the port for health and figures',
    group: 'machine',
    run: async () => {
      if (configuration instanceof BridgeError) return [];
      const { metricsPort: port, metricsHost: host } = configuration.config;
      if (port === undefined) return [];
      const view = await daemon();
      if (view.kind === 'silent') return []; // It may be the one who has it.
      const findings: Finding[] = isOfThisMachine(host)
        ? []
        : [
            fault(
              'metrics-port-public',
              `The port for health and figures listens on ${host}: everybody who reaches it can read them.`,
              `Put it behind a firewall, or take METRICS_HOST out of ${paths.envFile}.`,
            ),
          ];
      const metrics = view.kind === 'running' ? view.status.metrics : undefined;
      if (metrics?.url !== undefined) return [...findings, good('machine', `Figures can be read at ${metrics.url}.`)];
      if (metrics?.detail !== undefined) return [...findings, taken(metrics.detail)];
      // Of a bridge that was started with other settings, the check of the bridge tells.
      const error = port === 0 || view.kind === 'running' ? undefined : await whyNotFree(port, host);
      if (error === undefined) return [...findings, good('machine', 'The port for health and figures is free.')];
      return [...findings, taken(`Port ${port} on ${host} cannot be used (${error}).`)];

      function taken(says: string): Finding {
        const from = configuration instanceof BridgeError ? '' : describeSource(configuration.sources.metricsPort);
        return fault(
          'metrics-port-taken',
          `Health and figures cannot be read: ${says}`,
          `Which program has it: ss -ltnp 'sport = :${port}'. End it, or set another METRICS_PORT in ${paths.envFile}; now it comes from ${from}.`,
        );
      }
    },
  };
}

function isOfThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
