import type {
  HeldMessage,
  MessageTrace,
  OutboxListing,
  PromptListing,
  QueuedMessage,
} from '../../src/contracts/bridge-api.ts';
import type { Metrics } from '../../src/contracts/metrics.ts';
import { parseChannelId, parseSessionNumber } from '../../src/model/session.ts';

export const one = parseSessionNumber(1)!;
export const firstChannel = parseChannelId('111111111111111111')!;

/** A prompt that waits in session 1, as a test may put it into `openPrompts`. */
export const permission: PromptListing = {
  id: 'k3f9',
  session: one,
  kind: 'permission',
  tool: 'Write',
  input: { file_path: '/x', content: 'y' },
  grants: [],
  questions: [],
  since: '2025-01-01T00:00:00.000Z',
};

/** A message that waits in session 1, as a test may put it into `queued`. */
export const waiting: QueuedMessage = {
  id: 'discord:1200000000000000001',
  state: 'queued',
  source: 'discord',
  author: 'Olga',
  sentAt: '2025-01-01T00:00:00.000Z',
  beginning: 'please run the tests',
  waitsFor: 'busy',
};

/** A message that was missed for too long, as a test may put it into `held`. */
export const late: HeldMessage = {
  id: 'discord:1200000000000000009',
  channel: firstChannel,
  author: 'Olga',
  sentAt: '2025-01-01T00:00:00.000Z',
  beginning: 'deploy it tonight',
};

/** The life of that message after it was answered. */
export const answered: MessageTrace = {
  id: waiting.id,
  session: one,
  source: 'discord',
  channel: firstChannel,
  messageId: '1200000000000000001',
  author: 'Olga',
  state: 'acknowledged',
  beginning: waiting.beginning,
  sentAt: '2025-01-01T00:00:00.000Z',
  confirmed: { by: 'hook', afterMs: 23 },
  turn: { id: 't1', startedAt: '2025-01-01T00:00:05.000Z', outcome: 'completed' },
  durations: { storedMs: 120, deliveredMs: 5_000, endedMs: 65_000 },
  steps: [
    { at: '2025-01-01T00:00:00.120Z', afterMs: 0, event: 'inbox:new', detail: { state: 'queued' } },
    { at: '2025-01-01T00:00:04.000Z', afterMs: 3_880, event: 'inbox:queued>sending', detail: { waitedFor: 'busy' } },
    { at: '2025-01-01T00:00:05.000Z', afterMs: 1_000, event: 'confirmed', detail: { by: 'hook', afterMs: 23 } },
    {
      at: '2025-01-01T00:01:05.000Z',
      afterMs: 60_000,
      event: 'turn:end',
      detail: { turn: 't1', outcome: 'completed' },
    },
  ],
  posted: [
    { key: 'text:1:a', kind: 'text', state: 'posted', messageIds: ['1200000000000000002'] },
    { key: 'reaction:answered:x', kind: 'reaction', state: 'pending', messageIds: [] },
  ],
};

/** What sessions take, as a test may put it into `measured`. */
export const measured: Metrics = {
  latest: {
    timestamp: '2025-01-01T00:00:00.000Z',
    sessions: [
      {
        number: one,
        status: 'busy',
        memory: 450_000_000,
        processes: 7,
        cpu: 12.5,
        disk: 3_000_000,
        response: { mean: 2_100, p95: 4_000, count: 3 },
        queued: 2,
        throttled: 'memory over its limit',
      },
    ],
    system: {
      totalMemory: 8_000_000_000,
      usedMemory: 3_000_000_000,
      cpu: 20,
      totalDisk: 100_000_000_000,
      usedDisk: 40_000_000_000,
      bridgeMemory: 120_000_000,
      bridgeCpu: 0.5,
    },
  },
  alerts: [{ session: one, kind: 'memory', since: '2025-01-01T00:00:00.000Z', value: 450_000_000, limit: 429_496_730 }],
};

/** A channel that refuses the bot, and what waits for it; a test may put it into `outgoing`. */
export const refused: OutboxListing = {
  parked: [
    {
      channel: firstChannel,
      channelName: 'work',
      code: 'chat-forbidden',
      since: '2025-01-01T00:00:00.000Z',
      pending: 2,
    },
  ],
  total: 2,
  items: [
    {
      key: 'text:1:a',
      channel: firstChannel,
      channelName: 'work',
      kind: 'text',
      beginning: 'the answer',
      files: 1,
      parts: 3,
      sent: 1,
      message: waiting.id,
      createdAt: '2025-01-01T00:00:00.000Z',
    },
    {
      key: 'reaction:answered:x',
      channel: firstChannel,
      kind: 'reaction',
      beginning: 'answered',
      createdAt: '2025-01-01T00:00:00.000Z',
    },
  ],
};
