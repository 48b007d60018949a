import type { Delivered } from '../../contracts/agent.ts';
import type { AgentFiles } from './agent-files.ts';
import { readHistoryFile } from './program-events.ts';
import type { TypedMessages } from './typed-messages.ts';

/**
 * What became of a message: by what was heard of it, by the conversation, by the queue of the process that lives.
 * Nothing is typed before it is written down, so what is not written down never was.
 */
export function lookUp(
  {
    typed,
    files,
    agentSession,
    pid,
  }: {
    readonly typed: TypedMessages;
    readonly files: AgentFiles;
    readonly agentSession: string;
    /** The living process. */
    readonly pid: number | undefined;
  },
  message: string,
): Delivered {
  const known = typed.get(message);
  if (!known) return { delivered: 'no' };
  if (known.turn !== null) return { delivered: 'yes', turn: known.turn };
  const history = readHistoryFile(files, agentSession);
  // The same words may have been typed before: what is known to be of another message is not of this one.
  const read = (history?.messages ?? []).filter(({ hash }) => hash === known.hash);
  for (const { turn } of typed.others(known)) {
    const index = read.findIndex((one) => one.turn === turn);
    if (index >= 0) read.splice(index, 1);
  }
  const found = read.find(({ at }) => at >= known.at);
  if (found) return { delivered: 'yes', turn: found.turn };
  // What a living process queued lies there until it is part of a turn; a queue is gone with its process.
  const waits = known.queued !== null && pid !== undefined && known.queued.split('-')[1] === String(pid);
  return waits ? { delivered: 'yes', turn: undefined, queued: true } : { delivered: 'no' };
}
