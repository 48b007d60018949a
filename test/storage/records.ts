import type { AttachmentRef, InboxMessage } from '../../src/model/message.ts';
import type { NewPrompt } from '../../src/model/prompt.ts';
import type { ChannelId, SessionNumber, SessionRecord } from '../../src/model/session.ts';
import type { TurnRecord } from '../../src/contracts/stores.ts';

export const one = 1 as SessionNumber;
export const two = 2 as SessionNumber;
export const channelA = '100000000000000001' as ChannelId;
export const channelB = '100000000000000002' as ChannelId;

/** An inbox message of session 1 that somebody wrote in channel A. */
export function message(id: string, change: Partial<InboxMessage> = {}): Omit<InboxMessage, 'state'> {
  return {
    id,
    session: one,
    source: 'discord',
    channel: channelA,
    messageId: `chat-${id}`,
    authorId: undefined,
    authorName: 'Ann',
    text: `text of ${id}`,
    sentAt: 1_000,
    receivedAt: 1_000,
    ...change,
  };
}

/** A file that came with a message. */
export function file(id: string, change: Partial<AttachmentRef> = {}): AttachmentRef {
  return { id, name: `${id}.png`, size: 1_000, url: `http://127.0.0.1/attachments/${id}`, ...change };
}

export function turn(id: string, change: Partial<TurnRecord> = {}): Omit<TurnRecord, 'outcome'> {
  return { session: one, turn: id, channel: channelA, message: undefined, startedAt: 1_000, ...change };
}

export function prompt(id: string, change: Partial<NewPrompt> = {}): NewPrompt {
  return {
    id,
    session: one,
    generation: 1,
    kind: 'permission',
    tool: 'Write',
    input: { path: '/tmp/x', lines: [1, 'two', null] },
    grants: [],
    questions: [],
    since: 1_000,
    ...change,
  };
}

export function record(number: SessionNumber, change: Partial<SessionRecord> = {}): SessionRecord {
  return {
    number,
    generation: 1,
    lifecycle: 'running',
    agent: 'scripted',
    agentSession: undefined,
    handle: undefined,
    token: `token-of-${number}`,
    since: 1_000,
    ...change,
  };
}
