import { join } from 'node:path';

import type { Prompt } from '../../model/prompt.ts';

/**
 * Where the practice agent and its driver meet, under the session's private directory. Imported by the program, which
 * must start at once: nothing but node's own modules here.
 */
export function agentFiles(directory: string): AgentFiles {
  const own = join(directory, 'scripted');
  return {
    directory: own,
    mailbox: join(directory, 'mailbox'),
    state: join(own, 'state.json'),
    expected: join(own, 'expected.json'),
    rules: join(own, 'rules.json'),
    history: (agentSession) => join(own, `${agentSession}.json`),
  };
}

export interface AgentFiles {
  readonly directory: string;
  readonly mailbox: string;
  /** What the program does now: an AgentStateFile. Left behind by a program that was killed. */
  readonly state: string;
  /** What the driver typed and waits for. */
  readonly expected: string;
  /** What it was granted for ever. */
  readonly rules: string;
  /** The messages of one conversation: a HistoryFile. */
  readonly history: (agentSession: string) => string;
}

/** Rewritten by the program whenever one of these changes, before the event that says so: what was told holds here too. */
export interface AgentStateFile {
  readonly pid: number;
  readonly agentSession: string;
  readonly generation: number;
  readonly status: 'idle' | 'busy' | 'waiting';
  /** Epoch milliseconds of the last change of `status`. */
  readonly since: number;
  /** Whether something is in the input box. */
  readonly draft: boolean;
  /** The turn that runs; null when none does. */
  readonly turn: string | null;
  /** The dialog that is open, and the id of its event; null when none is. */
  readonly dialog:
    (Pick<Prompt, 'grants' | 'questions'> & { readonly id: string; readonly prompt: Prompt['kind'] }) | null;
}

export interface HistoryFile {
  readonly agentSession: string;
  /** How many messages it ever had. */
  readonly count: number;
  /** The last ones, oldest first. */
  readonly messages: readonly HistoryMessage[];
}

export interface HistoryMessage {
  readonly turn: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** SHA-256 of the text as it was read, in hexadecimal digits. */
  readonly hash: string;
  /** The text as it was read; null when it was dropped for its size. */
  readonly text: string | null;
}
