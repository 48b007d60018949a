import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { resolvePaths } from '../../src/config/paths.ts';
import type { BridgePaths } from '../../src/config/paths.ts';
import { makeBackup } from '../../src/backup/make-backup.ts';
import type { Backup, BackupOptions } from '../../src/backup/make-backup.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import type { Restored, RestoreOptions } from '../../src/backup/restore.ts';
import { Database } from '../../src/storage/database.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

export const environment = { PATH: process.env['PATH'] ?? '' };

/** 2026-11-20T02:10:00Z */
const start = 1_795_140_600_000;

/** An installation on the disk, without a bridge. */
export class Place {
  readonly paths: BridgePaths;
  readonly clock = new ManualClock(start);

  constructor(home = join(temporaryDirectory(), 'home')) {
    this.paths = resolvePaths({ environment: { BRIDGE_HOME: home, XDG_RUNTIME_DIR: dirname(home) } });
  }

  /** Writes a file under the home. */
  write(path: string, content: string, mode = 0o600): void {
    const at = join(this.paths.home, path);
    mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
    writeFileSync(at, content, { mode });
  }

  read(path: string): string {
    return readFileSync(join(this.paths.home, path), 'utf8');
  }

  /** Every file under a root but what is never restored, by its path: its bytes. */
  contents(...roots: readonly string[]): Readonly<Record<string, string>> {
    const own = /^state\/(?:backup\.lock|daemon\.lock)/;
    const found = roots.flatMap((root) =>
      readdirSync(join(this.paths.home, root), { recursive: true })
        .map((name) => join(root, String(name)))
        .filter((path) => !own.test(path) && statSync(join(this.paths.home, path)).isFile()),
    );
    return Object.fromEntries(found.sort().map((path) => [path, readFileSync(join(this.paths.home, path), 'latin1')]));
  }

  /** The facts in a state file; it is made when it is not there. */
  facts(add?: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    mkdirSync(this.paths.state, { recursive: true, mode: 0o700 });
    const database = Database.open(this.paths.discord.database);
    try {
      for (const [name, value] of Object.entries(add ?? {})) {
        database.run('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)', name, value);
      }
      const rows = database.all('SELECT name, value FROM facts ORDER BY name');
      return Object.fromEntries(rows.map(({ name, value }) => [String(name), String(value)]));
    } finally {
      database.close();
    }
  }

  backUp(options: Partial<BackupOptions> = {}): Promise<Backup> {
    const { paths, clock } = this;
    return makeBackup({
      paths,
      clock,
      version: '1.2.3',
      withWorkspace: false,
      keep: 10,
      say: () => undefined,
      ...options,
    });
  }

  restore(file: string, options: Partial<RestoreOptions> = {}): Promise<Restored> {
    const { paths, clock } = this;
    return restoreBackup({
      paths,
      environment,
      clock,
      file,
      dryRun: false,
      endAgents: false,
      say: () => undefined,
      ...options,
    });
  }
}

/** One with something of everything. */
export function furnished(home?: string): Place {
  const place = new Place(home);
  place.write('config/.env', 'DISCORD_BOT_TOKEN=secret\n');
  place.write('config/bridge.json', '{}\n');
  place.write('config/sessions.json', '{"1": "123456789012345678"}\n');
  place.write('config/bridge.json.example', 'of the program');
  place.write('state/sessions/1/mailbox/events/a.json', '{}');
  place.write('state/server', 'discord\n');
  place.write('attachments/session_1/IMG_1.png', 'a picture');
  place.write('workspace/session_1/run.sh', '#!/bin/sh\n', 0o755);
  place.write('logs/bridge.log', 'a line');
  place.facts({ kept: 'yes' });
  return place;
}
