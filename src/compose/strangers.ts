import { existsSync, readFileSync } from 'node:fs';

import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Terminal } from '../contracts/terminal.ts';

export interface StrangersOptions {
  readonly terminal: Pick<Terminal, 'list' | 'kill'>;
  /** Names of the terminals of this map's sessions whose agents can be found again. */
  readonly known: ReadonlySet<string>;
  /** Where the kind of the chat server that was used last is remembered. */
  readonly serverFile: string;
  /** The kind of chat server that is used now. */
  readonly server: string;
}

/**
 * Ends agents that this map does not know: their line was taken out by hand, the last daemon ended before it wrote down
 * how to find them again, or they belong to the other chat server's map, where they are resumed when it is used again. Both maps count their sessions with the same numbers, so
 * after a change of the server no terminal is one of ours.
 */
export async function endStrangers({ terminal, known, serverFile, server }: StrangersOptions): Promise<void> {
  const lastServer = existsSync(serverFile) ? readFileSync(serverFile, 'utf8').trim() : server;
  for (const { name } of await terminal.list()) {
    if (lastServer !== server || !known.has(name)) await terminal.kill(name);
  }
  writeFileAtomic(serverFile, `${server}\n`);
}
