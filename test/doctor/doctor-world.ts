import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Scope } from '../../src/base/scope.ts';
import { resolvePaths } from '../../src/config/paths.ts';
import type { BridgePaths } from '../../src/config/paths.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { Finding } from '../../src/doctor/report.ts';
import type { Check } from '../../src/doctor/run-checks.ts';
import { lookAround } from '../../src/doctor/surroundings.ts';
import type { Surroundings, SurroundingsOptions } from '../../src/doctor/surroundings.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';

type Environment = Readonly<Record<string, string>>;

/** An installation in a directory of its own, to plant faults in. `close` leaves nothing behind. */
export class DoctorWorld {
  readonly directory: string;
  /** First on the PATH: fake programs go here. */
  readonly programs: string;
  readonly scope = new Scope();
  readonly #environment: Environment;

  constructor() {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-doctor-')));
    this.scope.defer('directory', () => rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 }));
    this.programs = join(this.directory, 'programs');
    for (const name of ['programs', 'user', 'run']) mkdirSync(join(this.directory, name), { mode: 0o700 });
    this.#environment = {
      PATH: `${this.programs}:${process.env['PATH'] ?? ''}`,
      HOME: join(this.directory, 'user'),
      LANG: 'C.UTF-8',
      BRIDGE_HOME: join(this.directory, 'home'),
      XDG_RUNTIME_DIR: join(this.directory, 'run'),
      TMPDIR: join(this.directory, 'run'),
      AGENT: 'scripted',
      LOCAL_PORT: '0',
    };
  }

  get paths(): BridgePaths {
    return resolvePaths({ environment: this.#environment });
  }

  /** What the checks see; a variable that is '' is not set. */
  look(environment: Environment = {}, options: Partial<SurroundingsOptions> = {}): Surroundings {
    const set = Object.entries({ ...this.#environment, ...environment }).filter(([, value]) => value !== '');
    const all = Object.fromEntries(set);
    return lookAround({
      environment: all,
      paths: resolvePaths({ environment: all }),
      clock: systemClock,
      vai: 'vai',
      userId: process.getuid?.(),
      ...options,
    });
  }

  /** Writes a file of the home, with its directories. */
  write(path: string, content: string, mode = 0o600): string {
    const file = join(this.paths.home, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, content, { mode });
    chmodSync(file, mode);
    return file;
  }

  /** Puts a program in front of the PATH. */
  program(name: string, script: string): string {
    const file = join(this.programs, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }

  /** A daemon's control socket with a bridge in memory behind it. */
  async serve(api: FakeBridgeApi = new FakeBridgeApi()): Promise<FakeBridgeApi> {
    mkdirSync(this.paths.state, { recursive: true, mode: 0o700 });
    const server = await startControlServer({ socket: this.paths.controlSocket, api, log: silentLog });
    this.scope.defer('control server', () => server.close());
    return api;
  }

  close(): Promise<void> {
    return this.scope.close();
  }
}

/** The findings of one check, without those that are well. */
export async function faultsOf(check: Check): Promise<readonly Finding[]> {
  return (await check.run()).filter(({ level }) => level !== 'ok');
}

/** Their ids. */
export async function idsOf(check: Check): Promise<readonly string[]> {
  return (await faultsOf(check)).map(({ id }) => id);
}
