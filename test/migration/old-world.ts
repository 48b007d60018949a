import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { migrateBeside } from '../../migration/migrate.ts';
import type { Place } from '../../migration/step.ts';
import { resolvePaths } from '../../src/config/paths.ts';
import type { BridgePaths } from '../../src/config/paths.ts';
import type { MigrationReport, MigrationStepReport } from '../../src/contracts/migration.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

export const tokenThere = 'token-of-the-bot-over-there.abc.def';
export const channels = {
  first: '111111111111111111',
  second: '222222222222222222',
  third: '333333333333333333',
} as const;

interface MigrateOptions {
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly running?: Place['running'];
}

/** A user's home with a Python bridge in it, and an installation of this one. `close` leaves nothing behind. */
export class OldWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'bridge-migration-'));
  readonly clock = new ManualClock();
  readonly environment: Readonly<Record<string, string>>;
  readonly paths: BridgePaths;
  /** Where the Python bridge is. */
  readonly old: string;

  /** @param environment instead of the usual one: of an installation that has been made already. */
  constructor(environment?: Readonly<Record<string, string>>) {
    this.environment = environment ?? {
      HOME: join(this.directory, 'user'),
      BRIDGE_HOME: join(this.directory, 'home'),
      XDG_RUNTIME_DIR: this.directory,
      TMUX_TMPDIR: this.directory,
      PATH: process.env['PATH'] ?? '',
    };
    this.paths = resolvePaths({ environment: this.environment });
    this.old = join(this.environment['HOME'] ?? '', '.claude-discord-bridge');
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The Python bridge as its installer and a year of use leave it. */
  makePredecessor({ token = tokenThere }: { readonly token?: string } = {}): void {
    this.put(
      this.old,
      '.env',
      '# Claude-Discord Bridge Configuration\n# This file contains sensitive information. Do not share!\n\n' +
        `DISCORD_BOT_TOKEN=${token}\nDEFAULT_SESSION=2\nFLASK_PORT=5001\n` +
        'CLAUDE_OPTIONS=--append-system-prompt "Be #1" --model opus\nSOMETHING_ELSE=x\n',
    );
    this.put(this.old, 'sessions.json', JSON.stringify({ 1: channels.first, 2: channels.second }, null, 2));
    this.put(this.old, 'attachments/IMG_20261121_101500_a1b2c3.png', 'one');
    this.put(this.old, 'attachments/IMG_20261121_101501_a1b2c4.jpg', 'two');
    this.put(this.old, 'attachments/session_2/IMG_20261121_101502_a1b2c5.png', 'three');
    this.put(this.old, 'run/flask_app.pid', '1');
  }

  /** An earlier installation of this one. */
  makeOwn(): void {
    this.put(this.paths.home, 'config/.env', '# mine\nLOG_LEVEL=debug\nFLASK_PORT=6000\n');
    this.put(this.paths.home, 'config/sessions.json', JSON.stringify({ 3: channels.third }));
    this.put(this.paths.home, 'attachments/IMG_20261120_090000_ffffff.png', 'flat');
    this.put(this.paths.home, 'attachments/FILE_20261120_090000_eeeeee.pdf', 'another');
    this.put(this.paths.home, 'attachments/session_1/IMG_20261120_090000_ffffff.png', 'of the same name');
    this.put(this.paths.home, 'attachments/.gitkeep', '');
  }

  put(directory: string, name: string, content: string): void {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content);
  }

  /** What of the Python bridge runs on this machine is none of a test's business, unless it says so. */
  migrate({ from, dryRun = false, running }: MigrateOptions = {}): Promise<MigrationReport> {
    const { environment, clock } = this;
    return migrateBeside(running ?? { programs: [], terminals: [] }, { environment, clock, from, dryRun });
  }

  /** What is below a directory: text by path, without what changes with every run. */
  filesIn(directory: string): Readonly<Record<string, string>> {
    if (!existsSync(directory)) return {};
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
    const isFile = (name: string): boolean =>
      !/^state\/(?:daemon\.lock|backup\.lock|migrations\/backup-)/.test(name) &&
      statSync(join(directory, name)).isFile();
    return Object.fromEntries(names.filter(isFile).map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  }

  own(): Readonly<Record<string, string>> {
    return this.filesIn(this.paths.home);
  }
}

/** One of a report's steps, by its number. */
export function stepOf({ steps }: MigrationReport, number: '001' | '002'): MigrationStepReport {
  const step = steps.find(({ id }) => id.startsWith(number));
  if (!step) throw new Error(`no step ${number}`);
  return step;
}
