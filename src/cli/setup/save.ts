import { existsSync } from 'node:fs';

import { claimPrivateDirectory } from '../../base/atomic-file.ts';
import { BridgeError } from '../../base/errors.ts';
import { parseChannelId, parseSessionNumber } from '../../model/session.ts';
import type { SessionEntry } from '../../model/session.ts';
import { SessionDirectories } from '../../storage/session-directories.ts';
import { SessionsFile } from '../../storage/sessions-file.ts';
import { readOrBegin, replaceEnvFile, withVariable } from '../../config/env-file.ts';
import type { QuietTools, WantedSession } from './tools.ts';

/** Writes the token into `config/.env`. @returns what was done, for a person. */
export function saveToken({ paths, envExample }: Pick<QuietTools, 'paths' | 'envExample'>, token: string): string {
  const text = withVariable(readOrBegin(paths.envFile, envExample), 'DISCORD_BOT_TOKEN', token);
  const backup = replaceEnvFile(paths.envFile, text);
  return backup === undefined
    ? `The token is in ${paths.envFile} (readable for you alone).`
    : `The token is in ${paths.envFile}; what was there before is in ${backup}.`;
}

/** The sessions that Discord's map has. @throws BridgeError `sessions-file-invalid`. */
export function mappedSessions({ paths }: Pick<QuietTools, 'paths'>): Promise<readonly SessionEntry[]> {
  return mapOf(paths).read();
}

/**
 * Adds sessions to Discord's map: through the bridge when one runs on Discord, else into the file that it reads at its
 * next start. @returns their numbers.
 */
export async function saveSessions(tools: QuietTools, wanted: readonly WantedSession[]): Promise<readonly number[]> {
  if (wanted.length === 0) return [];
  const status = await tools.bridge.status();
  if (status?.chat.kind !== 'discord') return addToFile(tools, wanted);
  const numbers: number[] = [];
  for (const one of wanted) numbers.push(await tools.bridge.addSession(one));
  return numbers;
}

async function addToFile({ paths }: QuietTools, wanted: readonly WantedSession[]): Promise<readonly number[]> {
  claimPrivateDirectory(paths.config);
  const workspace = directoriesOf(paths);
  const given = Math.max(await highestRecorded(paths.discord.database), workspace.highestNumber());
  const added: SessionEntry[] = [];
  await mapOf(paths).update((entries) => {
    let highest = Math.max(given, ...entries.map(({ number }) => number));
    for (const { channel: text, ...settings } of wanted) {
      const channel = parseChannelId(text);
      if (channel === undefined) throw new BridgeError('channel-invalid', `"${text}" is not a channel id.`);
      if (entries.some((entry) => entry.channel === channel)) continue;
      const number = parseSessionNumber(highest + 1);
      if (number === undefined)
        throw new BridgeError('session-numbers-spent', `Session number ${highest + 1} is too large.`);
      highest = number;
      const entry = { number, channel, ...settings };
      workspace.prepare(entry);
      added.push(entry);
    }
    return [...entries, ...added];
  });
  return added.map(({ number }) => number);
}

/** A number is never given twice: the database of Discord's sessions remembers the highest. */
async function highestRecorded(file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  // Loaded only here: Node 22 warns of SQLite as soon as it is.
  const { openStores } = await import('../../storage/stores.ts');
  const stores = openStores(file);
  try {
    return stores.records.highestNumber();
  } finally {
    stores.close();
  }
}

/** Directories tell also of numbers that the built-in chat's map gave. */
function directoriesOf({ workspace, attachments, discord }: QuietTools['paths']): SessionDirectories {
  return new SessionDirectories({
    workspace,
    attachments,
    sessions: discord.sessions,
    defaultWorkDir: undefined,
  });
}

function mapOf({ discord }: QuietTools['paths']): SessionsFile {
  return new SessionsFile({ path: discord.map });
}
