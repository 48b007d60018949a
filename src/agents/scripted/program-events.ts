import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { systemErrorCode } from '../../base/errors.ts';
import { promptKinds } from '../../model/prompt.ts';
import type { PromptGrant, PromptQuestion } from '../../model/prompt.ts';
import type { AgentFiles, AgentStateFile, HistoryFile } from './agent-files.ts';

const generation = z.int();
const turn = z.string();

const where = z.string();

const grant: z.ZodType<PromptGrant> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rules'),
    id: z.string(),
    rules: z.array(z.string()),
    effect: z.enum(['allow', 'deny', 'ask']),
    where,
  }),
  z.object({ kind: z.literal('mode'), id: z.string(), mode: z.string(), where }),
  z.object({ kind: z.literal('directories'), id: z.string(), directories: z.array(z.string()), where }),
]);

const question: z.ZodType<PromptQuestion> = z.object({
  id: z.string(),
  text: z.string(),
  header: z.string().exactOptional(),
  options: z.array(z.object({ label: z.string(), description: z.string().exactOptional() })),
  isMultiple: z.boolean(),
  takesText: z.boolean(),
  isOptional: z.boolean().exactOptional(),
});

// An agent of an earlier version tells neither, or tells questions in another way.
const grants = z.array(grant).default([]).catch([]);
const questions = z.array(question).default([]).catch([]);

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
    grants,
    questions,
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
      grants,
      questions,
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
