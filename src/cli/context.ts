import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { resolvePaths } from '../config/paths.ts';
import type { BridgePaths } from '../config/paths.ts';
import { connectControl } from '../control/client.ts';
import type { ControlClient } from '../control/client.ts';
import { visible } from './failure.ts';
import { ownCommand } from './own-command.ts';
import { paneToken, reachDaemon } from './reach-daemon.ts';

/** What commands share: where the installation is, how to reach its daemon, how to say something. */
export class CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** What the program ends with unless something is thrown. */
  exitCode = 0;
  #paths: BridgePaths | undefined;

  constructor(environment: Readonly<Record<string, string | undefined>>, clock: Clock = systemClock) {
    this.environment = environment;
    this.clock = clock;
  }

  get paths(): BridgePaths {
    this.#paths ??= resolvePaths({ environment: this.environment });
    return this.#paths;
  }

  /** Whether this program runs inside a session's terminal. */
  get inPane(): boolean {
    return paneToken(this.environment) !== undefined;
  }

  /** How `vai` is typed in this shell. */
  get vai(): string {
    return ownCommand('vai', this.environment);
  }

  /** Writes lines for a person. */
  print(...lines: readonly string[]): void {
    process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(''));
  }

  /** Writes a value for a program. */
  printJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Says something beside the result. */
  note(line: string): void {
    process.stderr.write(`${visible(line)}\n`);
  }

  /** Connects, as the person at the machine or as the pane this runs in, and hangs up afterwards. */
  async withBridge<T>(use: (bridge: ControlClient) => Promise<T>): Promise<T> {
    const token = paneToken(this.environment);
    const bridge = await reachDaemon(this.paths, (socket) =>
      connectControl({ socket, clock: this.clock, ...(token === undefined ? {} : { token }) }),
    );
    try {
      return await use(bridge);
    } finally {
      bridge.close();
    }
  }
}
