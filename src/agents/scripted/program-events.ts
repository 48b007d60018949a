import { z } from 'zod';

import type { AgentFiles, AgentStateFile, HistoryFile } from './agent-files.ts';
import { readFileSync } from 'node:fs';

import { systemErrorCode } from '../../base/errors.ts';
import { promptKinds } from '../../model/prompt.ts';

const generation = z.int();
const turn = z.string();

/** What the program tells, by the kind of its event. */
export const programEvents = {
  started: z.object({ agentSession: z.string(), generation, count: z.int() }),
  /** A prompt was read; `queued` when it went into the queue while `turn` ran. */
  prompt: z.object({ turn, text: z.string(), queued: z.boolean().default(false), generation }),
  /** Queued prompts became part of a turn: of one that begins with them (`fresh`), or of the one that runs. */
  taken: z.object({
    turn,
    fresh: z.boolean(),
    prompts: z.array(z.object({ id: z.string(), text: z.string() })),
    generation,
  }),
  text: z.object({ turn, text: z.string(), generation }),
  end: z.object({
    turn,
    outcome: z.enum(['completed', 'failed', 'interrupted', 'rate-limited']),
    reason: z.string().optional(),
    /** What was queued begins another turn at once. */
    next: z.boolean().default(false),
    generation,
  }),
  dialog: z.object({
    turn,
    prompt: z.enum(promptKinds),
    tool: z.string(),
    input: z.record(z.string(), z.json()),
    generation,
  }),
  'dialog-closed': z.object({ dialog: z.string(), by: z.enum(['bridge', 'desk', 'expired']), generation }),
  /** A person ends it at the terminal; `turn` runs and is cut short. */
  leaving: z.object({ turn: z.string().nullable(), generation }),
} as const;

export type ProgramEvents = { readonly [Kind in keyof typeof programEvents]: z.infer<(typeof programEvents)[Kind]> };

const stateFile = z.object({
  pid: z.int().positive(),
  agentSession: z.string(),
  generation,
  status: z.enum(['idle', 'busy', 'waiting']),
  since: z.number(),
  draft: z.boolean(),
  turn: z.string().nullable().default(null),
  dialog: z
    .object({
      id: z.string(),
      prompt: z.enum(promptKinds),
      // An agent of an earlier version wrote none.
      questions: z.array(z.string()).default([]),
    })
    .nullable(),
});

const historyFile = z.object({
  agentSession: z.string(),
  count: z.int(),
  messages: z.array(z.object({ turn, at: z.number(), hash: z.string(), text: z.string().nullable() })),
});

/** What the program does now; undefined when there is no such file. @throws when it is not one. */
export function readStateFile(files: AgentFiles): AgentStateFile | undefined {
  return readJson(files.state, stateFile);
}

/** The messages of a conversation; undefined when there is no such file. @throws when it is not one. */
export function readHistoryFile(files: AgentFiles, agentSession: string): HistoryFile | undefined {
  return readJson(files.history(agentSession), historyFile);
}

/** A JSON file; undefined when it is not there. @throws when it is not of this shape. */
export function readJson<Shape extends z.ZodType>(path: string, shape: Shape): z.infer<Shape> | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return shape.parse(JSON.parse(content));
}
