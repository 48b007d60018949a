import { z } from 'zod';

import type {
  AddSessionRequest,
  BridgeStatus,
  PostTarget,
  PromptListing,
  SessionListing,
  SessionStatus,
} from '../contracts/bridge-api.ts';
import type { PromptAnswer } from '../model/prompt.ts';
import { parseChannelId, parseSessionNumber } from '../model/session.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';

/**
 * What is said over the control socket: one JSON text per line, UTF-8. A request is answered by exactly one response
 * with its id; the requests of one connection are answered in order.
 */

const sessionNumber = z.custom<SessionNumber>(
  (value) => typeof value === 'number' && parseSessionNumber(value) !== undefined,
  'must be a session number',
);
const channelId = z.custom<ChannelId>(
  (value) => typeof value === 'string' && parseChannelId(value) !== undefined,
  'must be a channel id',
);
const object = z.record(z.string(), z.unknown()).readonly();
const nothing = z.null();
const noParams = z.strictObject({});

const promptKind = z.enum(['permission', 'question', 'plan']);

const sessionStatus = z.object({
  number: sessionNumber,
  channel: channelId,
  channelName: z.string().exactOptional(),
  tmux: z.string(),
  agent: z.string(),
  lifecycle: z.enum(['starting', 'running', 'lost', 'failed', 'stopped']),
  state: z.enum(['unknown', 'initializing', 'idle', 'busy', 'waiting', 'error']),
  waitingFor: z.enum(['permission', 'question', 'plan', 'trust', 'login']).nullable(),
  detail: z.string().exactOptional(),
  since: z.string(),
  pid: z.number().nullable(),
  generation: z.number(),
  queued: z.number(),
  agentSession: z.string().nullable(),
  attach: z.string(),
}) satisfies z.ZodType<SessionStatus>;

const bridgeStatus = z.object({
  version: z.string(),
  pid: z.number(),
  home: z.string(),
  tmuxSocket: z.string(),
  chat: z.object({
    kind: z.enum(['local', 'discord']),
    state: z.enum(['connecting', 'ready', 'reconnecting', 'failed']),
    detail: z.string().exactOptional(),
    url: z.string().exactOptional(),
    api: z.string().exactOptional(),
    userToken: z.string().exactOptional(),
    owned: z.boolean(),
  }),
  agent: z.object({ name: z.string(), why: z.string() }),
  sessions: z.array(sessionStatus).readonly(),
  foreignSessions: z.array(z.string()).readonly(),
}) satisfies z.ZodType<BridgeStatus>;

const sessionListing = z.object({
  number: sessionNumber,
  channel: channelId,
  channelName: z.string().exactOptional(),
  workDir: z.string(),
  agent: z.string(),
}) satisfies z.ZodType<SessionListing>;

const promptListing = z.object({
  id: z.string(),
  session: sessionNumber,
  kind: promptKind,
  tool: z.string(),
  input: object,
  since: z.string(),
}) satisfies z.ZodType<PromptListing>;

const addSessionRequest = z.strictObject({
  channel: z.string(),
  workDir: z.string().exactOptional(),
  agent: z.string().exactOptional(),
  trust: z.boolean().exactOptional(),
}) satisfies z.ZodType<AddSessionRequest>;

const postTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('session'), session: z.number() }),
  z.strictObject({ kind: z.literal('channel'), channel: z.string() }),
]) satisfies z.ZodType<PostTarget>;

const promptAnswer = z.discriminatedUnion('behavior', [
  z.strictObject({ behavior: z.literal('allow') }),
  z.strictObject({ behavior: z.literal('deny'), message: z.string().exactOptional() }),
  z.strictObject({ behavior: z.literal('choose'), answers: z.record(z.string(), z.string()).readonly() }),
]) satisfies z.ZodType<PromptAnswer>;

/** Every method: what it takes and what it gives. The values of a session number or channel are judged by the bridge. */
export const methods = {
  status: { params: noParams, result: bridgeStatus },
  listSessions: { params: noParams, result: z.array(sessionListing).readonly() },
  addSession: { params: addSessionRequest, result: sessionListing },
  removeSession: { params: z.strictObject({ session: z.number() }), result: nothing },
  recover: { params: z.strictObject({ session: z.number() }), result: z.enum(['running', 'restarted']) },
  send: {
    params: z.strictObject({ session: z.number(), text: z.string() }),
    result: z.object({ id: z.string(), obstacle: z.string().exactOptional() }),
  },
  post: {
    params: z.strictObject({ target: postTarget, text: z.string() }),
    result: z.object({ channel: channelId, obstacle: z.string().exactOptional() }),
  },
  prompts: { params: noParams, result: z.array(promptListing).readonly() },
  answer: { params: z.strictObject({ prompt: z.string(), answer: promptAnswer }), result: nothing },
  pair: { params: noParams, result: z.object({ code: z.string(), expires: z.string() }) },
  stop: { params: z.strictObject({ keepSessions: z.boolean() }), result: nothing },
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
  z.strictObject({ ...envelope, method: z.literal('send'), params: methods.send.params }),
  z.strictObject({ ...envelope, method: z.literal('post'), params: methods.post.params }),
  z.strictObject({ ...envelope, method: z.literal('prompts'), params: methods.prompts.params }),
  z.strictObject({ ...envelope, method: z.literal('answer'), params: methods.answer.params }),
  z.strictObject({ ...envelope, method: z.literal('pair'), params: methods.pair.params }),
  z.strictObject({ ...envelope, method: z.literal('stop'), params: methods.stop.params }),
]);

export type Request = z.infer<typeof requestSchema>;

/** What went wrong, as BridgeError has it. */
export const wireErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().exactOptional(),
  happened: z.enum(['done', 'not-done', 'unknown']),
});

export type WireError = z.infer<typeof wireErrorSchema>;

/** The answer to a request; `id` is null when the request's own could not be read. */
export const responseSchema = z.discriminatedUnion('ok', [
  z.object({ id: z.string(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.string().nullable(), ok: z.literal(false), error: wireErrorSchema }),
]);

export type Response = z.infer<typeof responseSchema>;

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
