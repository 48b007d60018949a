import { join } from 'node:path';

import { loadConfig } from '../../config/load-config.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { packageRoot } from '../../config/paths.ts';
import { DiscordInquiry } from '../../discord/diagnosis.ts';
import type { CliContext } from '../context.ts';
import type { Asker } from './asker.ts';
import { runningBridge } from './running-bridge.ts';
import type { SetupTools } from './tools.ts';

/** The tools for this installation. @throws BridgeError `config-invalid`. */
export function makeTools(context: CliContext, asker: Asker): SetupTools {
  const { paths, environment, clock, vai } = context;
  const config = (): LoadedConfig => loadConfig({ environment, envFile: paths.envFile, bridgeJson: paths.bridgeJson });
  const apiUrl = config().config.discordApiUrl;
  return {
    asker,
    clock,
    paths,
    vai,
    config,
    inquire: (token) => new DiscordInquiry({ token, apiUrl, clock }),
    bridge: runningBridge(context),
    envExample: join(packageRoot(), 'config', '.env.example'),
  };
}

/** Nobody is there to be asked. */
export const noAsker: Asker = {
  say: nobody,
  explain: nobody,
  secret: nobody,
  text: nobody,
  confirm: nobody,
  choose: nobody,
  wait: nobody,
};

function nobody(): never {
  throw new Error('setup asked a question although nobody is there');
}
