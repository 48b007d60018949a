import * as z from 'zod/mini';

import type { BridgeStatus, PromptListing, SessionListing, SessionStatus } from '../contracts/bridge-api.ts';
import { parseChannelId, parseSessionNumber } from '../model/session.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';

/**
 * What the bridge answers over the control socket. In zod's small form: a shell command loads it each time, and the whole
 * library takes longer than everything else that it does.
 */

const sessionNumber = z.custom<SessionNumber>(
  (value) => typeof value === 'number' && parseSessionNumber(value) !== undefined,
  'must be a session number',
);
const channelId = z.custom<ChannelId>(
  (value) => typeof value === 'string' && parseChannelId(value) !== undefined,
  'must be a channel id',
);
const object = z.readonly(z.record(z.string(), z.unknown()));
const nothing = z.null();
const promptKind = z.enum(['permission', 'question', 'plan']);

const sessionStatus = z.object({
  number: sessionNumber,
  channel: channelId,
  channelName: z.exactOptional(z.string()),
  tmux: z.string(),
  agent: z.string(),
  lifecycle: z.enum(['starting', 'running', 'lost', 'failed', 'stopped']),
  state: z.enum(['unknown', 'initializing', 'idle', 'busy', 'waiting', 'error']),
  waitingFor: z.nullable(z.enum(['permission', 'question', 'plan', 'trust', 'login'])),
  detail: z.exactOptional(z.string()),
  since: z.string(),
  pid: z.nullable(z.number()),
  generation: z.number(),
  queued: z.number(),
  agentSession: z.nullable(z.string()),
  attach: z.string(),
}) satisfies z.ZodMiniType<SessionStatus>;

const bridgeStatus = z.object({
  version: z.string(),
  pid: z.number(),
  home: z.string(),
  tmuxSocket: z.string(),
  chat: z.object({
    kind: z.enum(['local', 'discord']),
    state: z.enum(['connecting', 'ready', 'reconnecting', 'failed']),
    detail: z.exactOptional(z.string()),
    url: z.exactOptional(z.string()),
    api: z.exactOptional(z.string()),
    userToken: z.exactOptional(z.string()),
    owned: z.boolean(),
  }),
  agent: z.object({ name: z.string(), why: z.string() }),
  sessions: z.readonly(z.array(sessionStatus)),
  foreignSessions: z.readonly(z.array(z.string())),
}) satisfies z.ZodMiniType<BridgeStatus>;

const sessionListing = z.object({
  number: sessionNumber,
  channel: channelId,
  channelName: z.exactOptional(z.string()),
  workDir: z.string(),
  agent: z.string(),
}) satisfies z.ZodMiniType<SessionListing>;

const promptListing = z.object({
  id: z.string(),
  session: sessionNumber,
  kind: promptKind,
  tool: z.string(),
  input: object,
  since: z.string(),
}) satisfies z.ZodMiniType<PromptListing>;

/** The result of every method. */
export const results = {
  status: bridgeStatus,
  listSessions: z.readonly(z.array(sessionListing)),
  addSession: sessionListing,
  removeSession: nothing,
  recover: z.enum(['running', 'restarted']),
  send: z.object({ id: z.string(), obstacle: z.exactOptional(z.string()) }),
  post: z.object({ channel: channelId, obstacle: z.exactOptional(z.string()) }),
  prompts: z.readonly(z.array(promptListing)),
  answer: nothing,
  pair: z.object({ code: z.string(), expires: z.string() }),
  stop: nothing,
} as const;
