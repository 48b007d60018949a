import * as z from 'zod/mini';

import type {
  AccessEntry,
  BridgeStatus,
  HeldMessage,
  MessageTrace,
  OutboxListing,
  PromptListing,
  SessionListing,
  SessionQueue,
  SessionStart,
  SessionStatus,
  SessionStop,
} from '../contracts/bridge-api.ts';
import type { Metrics, Sample } from '../contracts/metrics.ts';
import type { Recovery } from '../contracts/recovery.ts';
import { accessKinds, roles } from '../model/access.ts';
import { waitingFors } from '../model/agent.ts';
import { inboxMoves } from '../model/message.ts';
import { outboxMoves } from '../model/outbound.ts';
import { promptKinds } from '../model/prompt.ts';
import type { PromptGrant, PromptQuestion } from '../model/prompt.ts';
import { busyModes, parseChannelId, parseSessionNumber, staysDowns } from '../model/session.ts';
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
const promptKind = z.enum(promptKinds);

const sessionStatus = z.object({
  number: sessionNumber,
  channel: channelId,
  channelName: z.exactOptional(z.string()),
  tmux: z.string(),
  agent: z.string(),
  lifecycle: z.enum(['starting', 'running', 'lost', 'failed', 'stopped']),
  staysDown: z.exactOptional(z.enum(staysDowns)),
  state: z.enum(['unknown', 'initializing', 'idle', 'busy', 'waiting', 'error']),
  waitingFor: z.nullable(z.enum(waitingFors)),
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
  outbox: z.object({ pending: z.number(), parked: z.number() }),
  metrics: z.exactOptional(z.object({ url: z.exactOptional(z.string()), detail: z.exactOptional(z.string()) })),
  foreignSessions: z.readonly(z.array(z.string())),
  logTroubles: z.exactOptional(
    z.readonly(z.array(z.object({ file: z.string(), error: z.string(), since: z.string(), lost: z.number() }))),
  ),
}) satisfies z.ZodMiniType<BridgeStatus>;

const sessionListing = z.object({
  number: sessionNumber,
  channel: channelId,
  channelName: z.exactOptional(z.string()),
  workDir: z.string(),
  agent: z.string(),
}) satisfies z.ZodMiniType<SessionListing>;

const sessionStart = z.object({
  session: sessionNumber,
  outcome: z.enum(['started', 'was-running', 'failed']),
  problem: z.exactOptional(z.string()),
}) satisfies z.ZodMiniType<SessionStart>;

const sessionStop = z.object({
  session: sessionNumber,
  outcome: z.enum(['stopped', 'was-stopped', 'failed']),
  problem: z.exactOptional(z.string()),
}) satisfies z.ZodMiniType<SessionStop>;

const texts = z.readonly(z.array(z.string()));
const promptGrant = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rules'),
    id: z.string(),
    rules: texts,
    effect: z.enum(['allow', 'deny', 'ask']),
    where: z.string(),
  }),
  z.object({ kind: z.literal('mode'), id: z.string(), mode: z.string(), where: z.string() }),
  z.object({ kind: z.literal('directories'), id: z.string(), directories: texts, where: z.string() }),
]) satisfies z.ZodMiniType<PromptGrant>;
const promptQuestion = z.object({
  id: z.string(),
  text: z.string(),
  header: z.exactOptional(z.string()),
  options: z.readonly(z.array(z.object({ label: z.string(), description: z.exactOptional(z.string()) }))),
  isMultiple: z.boolean(),
  takesText: z.boolean(),
  isOptional: z.exactOptional(z.boolean()),
}) satisfies z.ZodMiniType<PromptQuestion>;

const promptListing = z.object({
  id: z.string(),
  session: sessionNumber,
  kind: promptKind,
  tool: z.string(),
  input: object,
  grants: z.readonly(z.array(promptGrant)),
  questions: z.readonly(z.array(promptQuestion)),
  since: z.string(),
  channel: z.exactOptional(channelId),
  messageId: z.exactOptional(z.string()),
}) satisfies z.ZodMiniType<PromptListing>;

const messageSource = z.enum(['discord', 'cli']);
const busyMode = z.enum(busyModes);

const sessionQueue = z.object({
  session: sessionNumber,
  agent: z.string(),
  mode: busyMode,
  effective: busyMode,
  messages: z.readonly(
    z.array(
      z.object({
        id: z.string(),
        state: z.enum(['queued', 'held', 'sending', 'steered', 'uncertain']),
        source: messageSource,
        author: z.string(),
        sentAt: z.string(),
        beginning: z.string(),
        waitsFor: z.exactOptional(z.string()),
      }),
    ),
  ),
}) satisfies z.ZodMiniType<SessionQueue>;

const outboundKind = z.enum(['text', 'edit', 'reaction']);

const messageTrace = z.object({
  id: z.string(),
  session: sessionNumber,
  source: messageSource,
  channel: channelId,
  messageId: z.exactOptional(z.string()),
  author: z.string(),
  state: z.enum(keysOf(inboxMoves)),
  beginning: z.string(),
  sentAt: z.string(),
  waitsFor: z.exactOptional(z.string()),
  confirmed: z.exactOptional(z.object({ by: z.string(), afterMs: z.number() })),
  turn: z.exactOptional(
    z.object({
      id: z.string(),
      startedAt: z.string(),
      outcome: z.exactOptional(z.enum(['completed', 'interrupted', 'failed', 'rate-limited', 'lost'])),
    }),
  ),
  durations: z.object({
    storedMs: z.number(),
    deliveredMs: z.exactOptional(z.number()),
    endedMs: z.exactOptional(z.number()),
  }),
  steps: z.readonly(
    z.array(
      z.object({
        at: z.string(),
        afterMs: z.number(),
        event: z.string(),
        detail: z.readonly(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
      }),
    ),
  ),
  posted: z.readonly(
    z.array(
      z.object({
        key: z.string(),
        kind: outboundKind,
        state: z.enum(keysOf(outboxMoves)),
        messageIds: z.readonly(z.array(z.string())),
      }),
    ),
  ),
}) satisfies z.ZodMiniType<MessageTrace>;

const named = { channel: channelId, channelName: z.exactOptional(z.string()) };

const outboxListing = z.object({
  parked: z.readonly(z.array(z.object({ ...named, code: z.string(), since: z.string(), pending: z.number() }))),
  total: z.number(),
  items: z.readonly(
    z.array(
      z.object({
        ...named,
        key: z.string(),
        kind: outboundKind,
        beginning: z.string(),
        files: z.exactOptional(z.number()),
        parts: z.exactOptional(z.number()),
        sent: z.exactOptional(z.number()),
        message: z.exactOptional(z.string()),
        createdAt: z.string(),
      }),
    ),
  ),
}) satisfies z.ZodMiniType<OutboxListing>;

const heldMessage = z.object({
  id: z.string(),
  channel: channelId,
  channelName: z.exactOptional(z.string()),
  author: z.string(),
  sentAt: z.string(),
  beginning: z.string(),
}) satisfies z.ZodMiniType<HeldMessage>;

const accessEntry = z.object({
  kind: z.enum(accessKinds),
  id: z.string(),
  role: z.enum(roles),
  decide: z.exactOptional(z.boolean()),
  session: z.exactOptional(z.number()),
  decides: z.boolean(),
  from: z.enum(['file', 'configured', 'paired']),
}) satisfies z.ZodMiniType<AccessEntry>;

const sample = z.object({
  timestamp: z.string(),
  sessions: z.readonly(
    z.array(
      z.object({
        number: sessionNumber,
        status: z.string(),
        memory: z.number(),
        processes: z.number(),
        cpu: z.number(),
        disk: z.number(),
        response: z.exactOptional(z.object({ mean: z.number(), p95: z.number(), count: z.number() })),
        queued: z.number(),
        throttled: z.exactOptional(z.string()),
      }),
    ),
  ),
  system: z.object({
    totalMemory: z.number(),
    usedMemory: z.number(),
    cpu: z.number(),
    totalDisk: z.number(),
    usedDisk: z.number(),
    bridgeMemory: z.number(),
    bridgeCpu: z.number(),
  }),
}) satisfies z.ZodMiniType<Sample>;

const metrics = z.object({
  latest: sample,
  alerts: z.readonly(
    z.array(
      z.object({
        session: z.exactOptional(sessionNumber),
        kind: z.enum(['memory', 'disk', 'response', 'total-memory', 'throttled']),
        since: z.string(),
        value: z.number(),
        limit: z.number(),
      }),
    ),
  ),
}) satisfies z.ZodMiniType<Metrics>;

const recovery = z.object({
  outcome: z.enum(['running', 'nudged', 'interrupted', 'restarted']),
  finding: z.enum([
    'healthy',
    'tool',
    'waiting',
    'underway',
    'stopped',
    'given-up',
    'died',
    'missing',
    'wedged',
    'deaf',
    'overlay',
  ]),
  helped: z.boolean(),
}) satisfies z.ZodMiniType<Recovery>;

/** The result of every method. */
export const results = {
  status: bridgeStatus,
  listSessions: z.readonly(z.array(sessionListing)),
  addSession: sessionListing,
  removeSession: nothing,
  recover: recovery,
  startSessions: z.readonly(z.array(sessionStart)),
  stopSessions: z.readonly(z.array(sessionStop)),
  restartSession: nothing,
  send: z.object({ id: z.string(), obstacle: z.exactOptional(z.string()) }),
  post: z.object({ channel: channelId, obstacle: z.exactOptional(z.string()) }),
  outbox: outboxListing,
  retryOutbox: z.object({ channels: z.readonly(z.array(channelId)) }),
  dropOutbox: nothing,
  prompts: z.readonly(z.array(promptListing)),
  answer: nothing,
  catchUp: z.readonly(z.array(heldMessage)),
  queue: sessionQueue,
  withdraw: z.object({ id: z.string() }),
  setBusyMode: nothing,
  interrupt: z.enum(['interrupted', 'idle']),
  trace: messageTrace,
  metrics,
  pair: z.object({ code: z.string(), expires: z.string() }),
  access: z.readonly(z.array(accessEntry)),
  grantAccess: accessEntry,
  revokeAccess: nothing,
  stop: nothing,
} as const;

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}
