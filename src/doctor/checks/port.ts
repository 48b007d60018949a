import { BridgeError } from '../../base/errors.ts';
import { describeSource } from '../../config/load-config.ts';
import { whyNotFree } from '../free-port.ts';
import { fault, good } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** The port of the built-in chat page: ours, or free. */
export function portCheck({ configuration, daemon, paths }: Surroundings): Check {
  return {
    name: 'the port of the chat page',
    group: 'machine',
    run: async () => {
      if (configuration instanceof BridgeError) return [];
      const { localPort, discordToken } = configuration.config;
      if (discordToken !== undefined || localPort === 0) return [];
      const place = describeSource(configuration.sources.localPort);
      const view = await daemon();
      if (view.kind === 'silent') return []; // It may be the one who has it.
      const url = view.kind === 'running' ? view.status.chat.url : undefined;
      if (url !== undefined && portOf(url) === localPort) {
        return [good('machine', `Port ${localPort} is the bridge's own.`)];
      }
      const error = await whyNotFree(localPort, '127.0.0.1');
      if (error === undefined) return [good('machine', `Port ${localPort} for the chat page is free.`)];
      if (error === 'EACCES') {
        return [
          fault(
            'port-forbidden',
            `Port ${localPort} for the chat page is reserved for root.`,
            `Set LOCAL_PORT in ${paths.envFile} to a port above 1023, e.g. 8787; now it comes from ${place}.`,
          ),
        ];
      }
      return [
        fault(
          'port-taken',
          `Port ${localPort} for the chat page cannot be used (${error}): another program has it.`,
          `Which one: ss -ltnp 'sport = :${localPort}'. End it, or set another LOCAL_PORT in ${paths.envFile}; now it comes from ${place}.`,
        ),
      ];
    },
  };
}

/** An address of http leaves out its usual port. */
function portOf(url: string): number {
  return Number(new URL(url).port || 80);
}
