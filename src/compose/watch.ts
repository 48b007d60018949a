import type { Scope } from '../base/scope.ts';
import type { BridgeApi, BridgeStatus } from '../contracts/bridge-api.ts';
import type { Tally } from '../contracts/tally.ts';
import { createPageServer } from '../control/http/page-server.ts';
import { WatchPages } from '../control/http/watch-pages.ts';
import { WatchPort } from '../control/http/watch-port.ts';
import type { Ground } from './ground.ts';

/** Where programs watch the bridge, when the owner wants that. */
export interface Watch {
  /** Hears what is counted; undefined when nobody will read it. */
  readonly tally: Tally | undefined;
  /** For the status; undefined when it is not configured. */
  state(): BridgeStatus['metrics'];
  /** Opens the port, and closes it with the scope. */
  open(api: Pick<BridgeApi, 'status' | 'metrics'>, scope: Scope): Promise<void>;
}

/** Prepares what the settings ask for: nothing, unless there is a port. */
export async function prepareWatch({ config, clock, log }: Pick<Ground, 'config' | 'clock' | 'log'>): Promise<Watch> {
  const { metricsPort: port, metricsHost: host } = config;
  if (port === undefined) return { tally: undefined, state: () => undefined, open: () => Promise.resolve() };
  // Loaded only here: most bridges do without.
  const { Figures } = await import('../control/http/figures.ts');
  const figures = Figures.create();
  let opened: WatchPort | undefined;
  return {
    tally: figures,
    state: () => opened?.state ?? {},
    open: async (api, scope) => {
      const pages = new WatchPages({ api, figures, clock, log });
      const served = { '/health': () => pages.health(), '/metrics': () => pages.metrics() };
      const makeServer = () => createPageServer({ host, pages: served, log });
      opened = new WatchPort({ host, port, makeServer, clock, log });
      scope.own('the port for health and figures', opened, (watchPort) => watchPort.close());
      await opened.open();
    },
  };
}
