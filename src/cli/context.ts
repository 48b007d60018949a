import { join } from 'node:path';

import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import { resolvePaths } from '../config/paths.ts';
import type { BridgePaths } from '../config/paths.ts';
import type { ControlClient } from '../control/client.ts';
import { ownCommand } from './own-command.ts';
import { withProgress } from './progress.ts';
import type { Say } from './progress.ts';
import { paneToken, reachDaemon } from './reach-daemon.ts';
import { isColoured, paint } from './style.ts';
import type { Line } from './style.ts';
import { terminalSize } from './terminal-size.ts';

/** What commands share: where the installation is, how to reach its daemon, how to say something. */
export class CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** What the program ends with unless something is thrown. */
  exitCode = 0;
  /** `--no-color` was given. */
  noColor = false;
  #paths: BridgePaths | undefined;

  constructor(environment: Readonly<Record<string, string | undefined>>, clock: Clock = systemClock) {
    this.environment = environment;
    this.clock = clock;
  }

  get paths(): BridgePaths {
    this.#paths ??= resolvePaths({ environment: this.environment });
    return this.#paths;
  }

  /** What the daemon said at its last start before its own log was open. */
  get startLog(): string {
    return join(this.paths.logs, 'start.log');
  }

  /**
   * Refuses what must not be done inside a session's terminal.
   *
   * @param refusal what cannot be done there, as a sentence.
   * @throws BridgeError `forbidden`.
   */
  demandOwnShell(refusal: string): void {
    if (paneToken(this.environment) === undefined) return;
    throw new BridgeError('forbidden', refusal, { advice: 'Use a shell of your own.' });
  }

  /** How `vai` is typed in this shell. */
  get vai(): string {
    return ownCommand('vai', this.environment);
  }

  /** Columns of the terminal that standard output is; undefined when it is none. */
  get columns(): number | undefined {
    return process.stdout.isTTY ? terminalSize(process.stdout).columns : undefined;
  }

  /** Whether standard output gets colours. */
  get coloured(): boolean {
    return isColoured(process.stdout, this.environment, this.noColor);
  }

  /** Writes lines for a person. */
  print(...lines: readonly Line[]): void {
    const { coloured } = this;
    process.stdout.write(lines.map((line) => `${paint(line, coloured)}\n`).join(''));
  }

  /** Writes a value for a program. */
  printJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Says something beside the result. */
  note(line: Line): void {
    process.stderr.write(`${paint(line, isColoured(process.stderr, this.environment, this.noColor))}\n`);
  }

  /** Runs something that may take more than a second; on a terminal a line says then what is being waited for. */
  progress<T>(subject: string, work: (say: Say) => Promise<T>, look?: () => Promise<string>): Promise<T> {
    const dumb = this.environment['TERM'] === 'dumb';
    return withProgress(subject, { stream: process.stderr, clock: this.clock, dumb, look }, work);
  }

  /**
   * Connects, as the person at the machine or as the pane this runs in, and hangs up afterwards.
   *
   * @param timeoutMs how long one answer may take; by default as long as fits the question.
   */
  async withBridge<T>(use: (bridge: ControlClient) => Promise<T>, timeoutMs?: number): Promise<T> {
    // Loaded only here: help, completion and mistakes need none of what it brings along.
    const { connectControl } = await import('../control/client.ts');
    const { paths, environment, clock } = this;
    const bridge = await reachDaemon(paths, environment, (address) =>
      connectControl({ ...address, clock, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    );
    try {
      return await use(bridge);
    } finally {
      bridge.close();
    }
  }
}
