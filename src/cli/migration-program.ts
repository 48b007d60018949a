import { extname } from 'node:path';

import type { Migrate } from '../contracts/migration.ts';

/** The steps are outside of `src/`: bundled beside the commands, or as much a source as this file is. */
const migrationUrl = new URL(
  { '.cjs': 'migration.cjs', '.js': '../bundle/migration.cjs', '.ts': '../../migration/migrate.ts' }[
    extname(import.meta.url)
  ] ?? '',
  import.meta.url,
);

/** Loaded when it is needed: no other command needs what it brings along. */
export async function loadMigration(): Promise<Migrate> {
  const { migrate } = (await import(migrationUrl.href)) as { readonly migrate: Migrate };
  return migrate;
}
