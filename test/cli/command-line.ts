import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLog } from '../../src/base/log.ts';
import { runCommand } from '../../src/base/run-command.ts';
import type { CommandResult } from '../../src/base/run-command.ts';
import type { Scope } from '../../src/base/scope.ts';
import { resolvePaths } from '../../src/config/paths.ts';
import type { BridgePaths } from '../../src/config/paths.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { ControlServer } from '../../src/control/server.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';
import { compiledSources } from './compiled-sources.ts';

export interface RunOptions {
  /** What is piped in; nothing by default. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Directory that stands for `dist`. */
  readonly from?: string;
}

/** An installation in a directory of its own, and its commands as real processes. */
export class CommandLine {
  readonly api = new FakeBridgeApi();
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly paths: BridgePaths;
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-cli-')));
    scope.defer('directory', () => rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 }));
    const runtime = join(this.directory, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.directory,
      BRIDGE_HOME: join(this.directory, 'home'),
      XDG_RUNTIME_DIR: runtime,
    };
    this.paths = resolvePaths({ environment: this.environment });
  }

  /** Starts a control server with the bridge in memory behind it. */
  async serve(): Promise<ControlServer> {
    const server = await startControlServer({ socket: this.paths.controlSocket, api: this.api, log: silentLog });
    return this.#scope.own('control server', server, (it) => it.close());
  }

  vai(...args: readonly string[]): Promise<CommandResult> {
    return this.run('vai', args);
  }

  dp(...args: readonly string[]): Promise<CommandResult> {
    return this.run('dp', args);
  }

  run(program: 'vai' | 'vexit' | 'dp', args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const file = join(options.from ?? compiledSources(), 'cli', `${program}.js`);
    return runCommand(process.execPath, [file, ...args], {
      env: { ...this.environment, ...options.environment },
      cwd: options.cwd ?? this.directory,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  }
}

/** Environment of a process inside the pane of session 1. */
export const paneEnvironment = { BRIDGE_SESSION: '1', BRIDGE_SESSION_TOKEN: 'token-of-1' };
