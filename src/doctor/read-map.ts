import { BridgeError } from '../base/errors.ts';
import type { SessionEntry } from '../model/session.ts';
import { SessionsFile } from '../storage/sessions-file.ts';

/** The sessions of a map, or why it cannot be read: the check of maps tells that, and no other one. */
export async function readMap(path: string): Promise<readonly SessionEntry[] | BridgeError> {
  try {
    return await new SessionsFile({ path }).read();
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
}
