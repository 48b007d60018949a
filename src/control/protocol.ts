import { z } from 'zod';

import type { ErrorCode } from '../error-policy/policy.ts';
import type { Happened } from '../error-policy/row.ts';
import type { AccessGrant, AccessTarget, AddSessionRequest, PostTarget } from '../contracts/bridge-api.ts';
import type { PromptAnswer } from '../model/prompt.ts';
import { busyModes } from '../model/session.ts';
import { accessKinds, roles } from '../model/access.ts';
import { results } from './results.ts';

/**
 * What is said over the control socket: one JSON text per line, UTF-8. A request is answered by exactly one response
 * with its id; the requests of one connection are answered in order.
 */

const noParams = z.strictObject({});

const addSessionRequest = z.strictObject({
  channel: z.string(),
  workDir: z.string().exactOptional(),
  agent: z.string().exactOptional(),
  trust: z.boolean().exactOptional(),
  whileBusy: z.enum(busyModes).exactOptional(),
}) satisfies z.ZodType<AddSessionRequest>;

const postTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('session'), session: z.number() }),
  z.strictObject({ kind: z.literal('channel'), channel: z.string() }),
]) satisfies z.ZodType<PostTarget>;

const promptAnswer = z.discriminatedUnion('behavior', [
  z.strictObject({ behavior: z.literal('allow'), grant: z.string().exactOptional() }),
  z.strictObject({ behavior: z.literal('deny'), message: z.string().exactOptional() }),
  z.strictObject({ behavior: z.literal('choose'), answers: z.record(z.string(), z.string()).readonly() }),
]) satisfies z.ZodType<PromptAnswer>;

const accessTarget = z.strictObject({
  kind: z.enum(accessKinds),
  id: z.string(),
  session: z.number().exactOptional(),
}) satisfies z.ZodType<AccessTarget>;

const accessGrant = accessTarget.extend({
  role: z.enum(roles),
  decide: z.boolean().exactOptional(),
}) satisfies z.ZodType<AccessGrant>;

const sessionList = z.array(z.number()).min(1).max(10_000).readonly();

/** Every method: what it takes and what it gives. The values of a session number or channel are judged by the bridge. */
export const methods = {
  status: { params: noParams, result: results.status },
  listSessions: { params: noParams, result: results.listSessions },
  addSession: { params: addSessionRequest, result: results.addSession },
  removeSession: { params: z.strictObject({ session: z.number() }), result: results.removeSession },
  recover: { params: z.strictObject({ session: z.number() }), result: results.recover },
  startSessions: {
    params: z.strictObject({ sessions: sessionList.exactOptional() }),
    result: results.startSessions,
  },
  stopSessions: { params: z.strictObject({ sessions: sessionList }), result: results.stopSessions },
  restartSession: {
    params: z.strictObject({ session: z.number(), whenIdle: z.boolean() }),
    result: results.restartSession,
  },
  send: { params: z.strictObject({ session: z.number(), text: z.string() }), result: results.send },
  post: {
    params: z.strictObject({
      target: postTarget,
      text: z.string(),
      files: z.array(z.string()).max(100).readonly().exactOptional(),
    }),
    result: results.post,
  },
  outbox: { params: noParams, result: results.outbox },
  retryOutbox: { params: z.strictObject({ channel: z.string().exactOptional() }), result: results.retryOutbox },
  dropOutbox: { params: z.strictObject({ key: z.string() }), result: results.dropOutbox },
  prompts: { params: noParams, result: results.prompts },
  answer: { params: z.strictObject({ prompt: z.string(), answer: promptAnswer }), result: results.answer },
  catchUp: {
    params: z.strictObject({ session: z.number(), decision: z.enum(['run', 'drop']).exactOptional() }),
    result: results.catchUp,
  },
  queue: { params: z.strictObject({ session: z.number() }), result: results.queue },
  withdraw: { params: z.strictObject({ session: z.number(), message: z.string() }), result: results.withdraw },
  setBusyMode: {
    params: z.strictObject({ session: z.number(), mode: z.enum(busyModes) }),
    result: results.setBusyMode,
  },
  interrupt: { params: z.strictObject({ session: z.number() }), result: results.interrupt },
  trace: { params: z.strictObject({ message: z.string() }), result: results.trace },
  metrics: { params: noParams, result: results.metrics },
  pair: { params: noParams, result: results.pair },
  access: { params: noParams, result: results.access },
  grantAccess: { params: accessGrant, result: results.grantAccess },
  revokeAccess: { params: accessTarget, result: results.revokeAccess },
  stop: {
    params: z.strictObject({ keepSessions: z.boolean(), whenIdle: z.boolean().exactOptional() }),
    result: results.stop,
  },
} as const;

export type Method = keyof typeof methods;
export type Params<Name extends Method> = z.infer<(typeof methods)[Name]['params']>;
export type Result<Name extends Method> = z.infer<(typeof methods)[Name]['result']>;

const envelope = { id: z.string().min(1).max(100), token: z.string().min(1).max(500).exactOptional() };

/** One request, by method. */
export const requestSchema = z.discriminatedUnion('method', [
  z.strictObject({ ...envelope, method: z.literal('status'), params: methods.status.params }),
  z.strictObject({ ...envelope, method: z.literal('listSessions'), params: methods.listSessions.params }),
  z.strictObject({ ...envelope, method: z.literal('addSession'), params: methods.addSession.params }),
  z.strictObject({ ...envelope, method: z.literal('removeSession'), params: methods.removeSession.params }),
  z.strictObject({ ...envelope, method: z.literal('recover'), params: methods.recover.params }),
  z.strictObject({ ...envelope, method: z.literal('startSessions'), params: methods.startSessions.params }),
  z.strictObject({ ...envelope, method: z.literal('stopSessions'), params: methods.stopSessions.params }),
  z.strictObject({ ...envelope, method: z.literal('restartSession'), params: methods.restartSession.params }),
  z.strictObject({ ...envelope, method: z.literal('send'), params: methods.send.params }),
  z.strictObject({ ...envelope, method: z.literal('post'), params: methods.post.params }),
  z.strictObject({ ...envelope, method: z.literal('outbox'), params: methods.outbox.params }),
  z.strictObject({ ...envelope, method: z.literal('retryOutbox'), params: methods.retryOutbox.params }),
  z.strictObject({ ...envelope, method: z.literal('dropOutbox'), params: methods.dropOutbox.params }),
  z.strictObject({ ...envelope, method: z.literal('prompts'), params: methods.prompts.params }),
  z.strictObject({ ...envelope, method: z.literal('answer'), params: methods.answer.params }),
  z.strictObject({ ...envelope, method: z.literal('catchUp'), params: methods.catchUp.params }),
  z.strictObject({ ...envelope, method: z.literal('queue'), params: methods.queue.params }),
  z.strictObject({ ...envelope, method: z.literal('withdraw'), params: methods.withdraw.params }),
  z.strictObject({ ...envelope, method: z.literal('setBusyMode'), params: methods.setBusyMode.params }),
  z.strictObject({ ...envelope, method: z.literal('interrupt'), params: methods.interrupt.params }),
  z.strictObject({ ...envelope, method: z.literal('trace'), params: methods.trace.params }),
  z.strictObject({ ...envelope, method: z.literal('metrics'), params: methods.metrics.params }),
  z.strictObject({ ...envelope, method: z.literal('pair'), params: methods.pair.params }),
  z.strictObject({ ...envelope, method: z.literal('access'), params: methods.access.params }),
  z.strictObject({ ...envelope, method: z.literal('grantAccess'), params: methods.grantAccess.params }),
  z.strictObject({ ...envelope, method: z.literal('revokeAccess'), params: methods.revokeAccess.params }),
  z.strictObject({ ...envelope, method: z.literal('stop'), params: methods.stop.params }),
]);

export type Request = z.infer<typeof requestSchema>;

/** What went wrong, as BridgeError has it. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice?: string;
  readonly happened: Happened;
}

/**
 * The answer to a request; `id` is null when the request's own could not be read. The client reads it by hand (wire):
 * every command waits for that.
 */
export type Response =
  | { readonly id: string; readonly ok: true; readonly result: unknown }
  | { readonly id: string | null; readonly ok: false; readonly error: WireError };

/**
 * What a daemon started in the background tells the program that started it, once, over the IPC channel. It then
 * disconnects.
 */
export const startReportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('failed'),
    code: z.string(),
    message: z.string(),
    advice: z.string().exactOptional(),
  }),
]);

export type StartReport = z.infer<typeof startReportSchema>;
