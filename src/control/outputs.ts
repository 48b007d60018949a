import * as z from 'zod/mini';

import { accessKinds } from '../model/access.ts';
import { results } from './results.ts';

const number = z.number();
const recoveryLine = z.looseObject({
  at: z.string(),
  session: number,
  generation: number,
  by: z.enum(['bridge', 'person']),
  finding: z.string(),
  evidence: z.readonly(z.record(z.string(), z.union([z.string(), number]))),
  step: z.string(),
  attempt: number,
  outcome: z.string(),
  reason: z.exactOptional(z.string()),
});
const running = z.extend(results.status, { running: z.literal(true) });

/** What commands print with `--json`, by command. Keys may be added to objects; none changes its meaning or goes away. */
export const outputs = {
  /** With what it made of the sessions that were asked for by number. */
  start: z.extend(running, { starts: z.exactOptional(results.startSessions) }),
  restart: z.union([running, z.object({ restarted: z.readonly(z.array(number)) })]),
  stop: z.union([
    z.object({ pid: number, sessions: z.readonly(z.array(number)), kept: z.boolean() }),
    z.object({ stops: results.stopSessions }),
  ]),
  /** A line each, with `--watch`. */
  status: z.discriminatedUnion('running', [running, z.object({ running: z.literal(false) })]),
  top: results.metrics,
  'list-sessions': results.listSessions,
  'add-session': results.addSession,
  'remove-session': z.object({ removed: number }),
  /** A list of attempts with `--history`. */
  recover: z.union([z.extend(results.recover, { session: number }), z.readonly(z.array(recoveryLine))]),
  send: z.extend(results.send, { session: number }),
  outbox: z.extend(results.outbox, {
    retried: z.exactOptional(results.retryOutbox.shape.channels),
    dropped: z.exactOptional(z.string()),
  }),
  prompts: results.prompts,
  answer: z.object({
    id: z.string(),
    answer: z.object({
      behavior: z.enum(['allow', 'deny', 'choose']),
      grant: z.exactOptional(z.string()),
      message: z.exactOptional(z.string()),
      answers: z.exactOptional(z.readonly(z.record(z.string(), z.string()))),
    }),
  }),
  'catch-up': z.object({
    session: number,
    messages: results.catchUp,
    decision: z.exactOptional(z.enum(['run', 'drop'])),
  }),
  queue: z.extend(results.queue, { removed: z.exactOptional(z.string()) }),
  interrupt: z.object({ session: number, outcome: results.interrupt }),
  trace: results.trace,
  /** The list, with what was done when something was. */
  access: z.object({
    entries: results.access,
    granted: z.exactOptional(results.grantAccess),
    revoked: z.exactOptional(
      z.object({ kind: z.enum(accessKinds), id: z.string(), session: z.exactOptional(z.number()) }),
    ),
  }),
  pair: results.pair,
  /** The lines as they are in the files. */
  audit: z.readonly(z.array(z.looseObject({ at: z.string() }))),
  'audit verify': z.object({
    isWhole: z.boolean(),
    files: number,
    lines: number,
    last: z.nullable(z.object({ seq: number, hash: z.string() })),
    findings: z.readonly(
      z.array(
        z.object({
          file: z.string(),
          line: number,
          kind: z.enum(['changed', 'missing', 'misplaced', 'foreign']),
          says: z.string(),
        }),
      ),
    ),
    notes: z.readonly(z.array(z.string())),
  }),
  migrate: z.object({
    outcome: z.enum(['nothing', 'planned', 'done']),
    healed: z.nullable(z.enum(['undone', 'finished'])),
    steps: z.readonly(
      z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          files: z.readonly(z.array(z.object({ from: z.string(), to: z.string(), bytes: number }))),
          settings: z.readonly(z.array(z.string())),
          sessions: z.readonly(z.array(z.object({ number, channel: z.string(), was: number }))),
          notes: z.readonly(z.array(z.string())),
        }),
      ),
    ),
    verified: z.object({ files: number, bytes: number }),
    backup: z.nullable(z.string()),
  }),
  backup: z.union([
    z.object({
      file: z.string(),
      bytes: number,
      sha256: z.string(),
      version: z.string(),
      createdAt: z.string(),
      files: number,
      left: z.readonly(z.array(z.object({ path: z.string(), why: z.string() }))),
      removed: z.readonly(z.array(z.string())),
    }),
    z.object({
      backups: z.readonly(z.array(z.object({ file: z.string(), bytes: number, createdAt: z.string() }))),
    }),
  ]),
  /** Only the first three when an interrupted one was finished. */
  restore: z.object({
    file: z.string(),
    restored: z.boolean(),
    replaced: z.readonly(z.array(z.string())),
    version: z.exactOptional(z.string()),
    createdAt: z.exactOptional(z.string()),
    files: z.exactOptional(number),
    warnings: z.exactOptional(z.readonly(z.array(z.string()))),
  }),
  dp: results.post,
} as const;

/** What one of the commands prints with `--json`. */
export type Output<Name extends keyof typeof outputs> = z.infer<(typeof outputs)[Name]>;
