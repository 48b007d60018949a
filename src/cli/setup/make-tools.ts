import { join } from 'node:path';

import { packageRoot } from '../../base/own-files.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { DiscordInquiry } from '../../discord/diagnosis.ts';
import type { CliContext } from '../context.ts';
import { runningBridge } from './running-bridge.ts';
import type { QuietTools } from './tools.ts';

/** The tools for this installation. @throws BridgeError `config-invalid`. */
export function makeTools(context: CliContext): QuietTools {
  const { paths, environment, clock, vai } = context;
  const config = (): LoadedConfig => loadConfig({ environment, envFile: paths.envFile, bridgeJson: paths.bridgeJson });
  const apiUrl = config().config.discordApiUrl;
  return {
    clock,
    paths,
    vai,
    config,
    inquire: (token) => new DiscordInquiry({ token, apiUrl, clock }),
    bridge: runningBridge(context),
    envExample: join(packageRoot(), 'config', '.env.example'),
  };
}
