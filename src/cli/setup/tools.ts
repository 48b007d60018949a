import type { Clock } from '../../base/clock.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { BridgePaths } from '../../config/paths.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import type { DiscordInquiry } from '../../discord/diagnosis.ts';
import type { Asker } from './asker.ts';

/** A channel that shall have a session. */
export interface WantedSession {
  readonly channel: string;
  /** Absolute; default: a directory of its own. */
  readonly workDir?: string;
  /** The owner's consent that the agent may trust that directory. */
  readonly trusted?: boolean;
}

/** The running bridge, as setup needs it. */
export interface RunningBridge {
  /** Undefined when none runs. */
  status(): Promise<BridgeStatus | undefined>;
  addSession(wanted: WantedSession): Promise<number>;
  pair(): Promise<{ readonly code: string; readonly expires: string }>;
  /** Starts it, or stops it first when it runs; the agents run on. */
  restart(): Promise<void>;
}

/** What every step of the setup works with. */
export interface SetupTools extends QuietTools {
  readonly asker: Asker;
}

/** The same without a person. */
export interface QuietTools {
  readonly clock: Clock;
  readonly paths: BridgePaths;
  /** How `vai` is typed in this shell. */
  readonly vai: string;
  /** The settings as they are now. @throws BridgeError `config-invalid`. */
  readonly config: () => LoadedConfig;
  /** Asks the chat server as the bot of a token. Each one asks afresh. */
  readonly inquire: (token: string) => DiscordInquiry;
  readonly bridge: RunningBridge;
  /** The example that a new `.env` begins with. */
  readonly envExample: string;
}
