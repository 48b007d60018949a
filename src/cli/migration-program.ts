import { extname } from 'node:path';

import { BridgeError } from '../base/errors.ts';
import type { Migrate } from '../contracts/migration.ts';

/** The steps are outside of `src/`: bundled beside the commands, or as much a source as this file is. */
const migrationUrl = new URL(
  { '.cjs': 'migration.cjs', '.js': '../bundle/migration.cjs', '.ts': '../../migration/migrate.ts' }[
    extname(import.meta.url)
  ] ?? '',
  import.meta.url,
);

/** Runs the steps: loaded when they are needed, for no other command needs what they bring along. */
export const runMigration: Migrate = async (request) => {
  const { migrate } = (await import(migrationUrl.href)) as { readonly migrate: Migrate };
  try {
    return await migrate(request);
  } catch (error) {
    if (!isOfTheirs(error)) throw error;
    const { code, message, happened, advice } = error;
    throw new BridgeError(code, message, { happened, advice, cause: error });
  }
};

/** A bundle of its own has a class of errors of its own: what it throws is no `BridgeError` here, and says the same. */
function isOfTheirs(error: unknown): error is BridgeError {
  return error instanceof Error && error.name === BridgeError.name && !(error instanceof BridgeError);
}
