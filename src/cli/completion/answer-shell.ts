import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { openWire } from '../../control/wire.ts';
import type { CliContext } from '../context.ts';
import { visible } from '../failure.ts';
import { reachDaemon } from '../reach-daemon.ts';
import { channelLabel } from '../status-text.ts';
import { complete } from './complete.ts';
import type { Candidate, Lookups } from './complete.ts';

/** A person waits at the keyboard: a bridge that is slower than this has nothing to say, in milliseconds. */
const patienceMs = 300;

/**
 * What a shell is told: in the first line what of the disk fits (`nothing`, `directories`, `files`), then one candidate
 * in each line, its description behind a tab.
 *
 * @param program the definition of the program whose words are completed.
 */
export async function answerShell(context: CliContext, program: Command, words: readonly string[]): Promise<string> {
  const { candidates, disk } = await complete(program, words, daemonLookups(context));
  return [disk, ...candidates.map(candidateLine)].map((line) => `${line}\n`).join('');
}

function candidateLine({ value, description }: Candidate): string {
  const clean = (text: string): string => visible(text).replace(/\s+/g, ' ').trim();
  return description === '' ? clean(value) : `${clean(value)}\t${clean(description)}`;
}

/** Asks the daemon without the schema library: every key counts, and what does not fit is left out. */
function daemonLookups(context: CliContext): Lookups {
  return {
    sessions: async () =>
      (await ask(context, 'listSessions')).flatMap((item) => {
        const { number, channel, channelName } = item;
        if (typeof number !== 'number' || typeof channel !== 'string') return [];
        const label = channelLabel({ channel, ...(typeof channelName === 'string' ? { channelName } : {}) });
        return [{ value: String(number), description: label }];
      }),
    access: async () =>
      (await ask(context, 'access')).flatMap(({ kind, id, role }) =>
        typeof id === 'string' ? [{ value: id, description: `${String(kind)}, ${String(role)}` }] : [],
      ),
    prompts: async () =>
      (await ask(context, 'prompts')).flatMap(({ id, tool, session }) =>
        typeof id === 'string' ? [{ value: id, description: `${String(tool)}, session ${String(session)}` }] : [],
      ),
  };
}

async function ask(context: CliContext, method: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { paths, environment, clock } = context;
  try {
    const wire = await reachDaemon(paths, environment, (address) =>
      openWire({ ...address, clock, connectTimeoutMs: patienceMs }),
    );
    try {
      const result = await wire.call(method, {}, patienceMs);
      return Array.isArray(result) ? result.filter(isObject) : [];
    } finally {
      wire.close();
    }
  } catch (error) {
    // No bridge, or a slow one: the shell completes what it can without, and says nothing about it.
    if (error instanceof BridgeError) return [];
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
