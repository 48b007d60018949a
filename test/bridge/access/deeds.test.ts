import { describe, expect, it } from 'vitest';

import { Deeds } from '../../../src/bridge/access/deeds.ts';
import type { AuditEntry } from '../../../src/contracts/audit.ts';
import type { InboxMessage } from '../../../src/model/message.ts';
import type { OutboxItem } from '../../../src/model/outbound.ts';
import type { Prompt } from '../../../src/model/prompt.ts';
import type { ChannelId, SessionEntry, SessionNumber } from '../../../src/model/session.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const session = 2 as SessionNumber;
const channel = '111111111111111111' as ChannelId;
const prompt = { id: 'p1', session, tool: 'Bash', input: { command: 'rm -rf secret' } } as unknown as Prompt;

function world(message: Partial<InboxMessage> = {}) {
  const entries: AuditEntry[] = [];
  const kept = { session, channel, source: 'discord', authorId: '77', text: 'secret words', ...message };
  const deeds = new Deeds({
    audit: { note: (entry) => entries.push(entry) },
    stores: {
      inbox: { get: (id: string) => (id === 'm1' ? kept : undefined) },
      prompts: { get: () => prompt },
    } as unknown as ConstructorParameters<typeof Deeds>[0]['stores'],
    clock: new ManualClock(),
  });
  return { deeds, entries };
}

describe('MS-09: what was done, in the audit', () => {
  it('names whose message an agent was given, and no word of it', () => {
    const { deeds, entries } = world();
    deeds.messageGiven('m1');
    deeds.messageRejected('m1');
    deeds.messageGiven('unknown');
    expect(entries).toEqual([
      {
        at: '2026-01-01T00:00:00.000Z',
        who: 'author 77',
        deed: 'message-given',
        session,
        channel,
        about: 'm1',
        outcome: 'done',
      },
      {
        at: '2026-01-01T00:00:00.000Z',
        who: 'author 77',
        deed: 'message-rejected',
        session,
        channel,
        about: 'm1',
        outcome: 'failed',
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('names who decided a request, for which tool', () => {
    const { deeds, entries } = world();
    deeds.promptDecided(prompt, { behavior: 'allow' }, { from: 'chat', name: 'Eve', userId: '5' });
    deeds.promptDecided(prompt, { behavior: 'deny' }, { from: 'shell', name: 'me' });
    deeds.promptDecided(prompt, { behavior: 'deny' }, { from: 'default', name: '' });
    deeds.promptClosedAtTerminal('p1');
    expect(
      entries.map((entry) => [entry.who, 'tool' in entry && entry.tool, 'answer' in entry && entry.answer]),
    ).toEqual([
      ['user 5', 'Bash', 'allow'],
      ['local', 'Bash', 'deny'],
      ['bridge', 'Bash', 'deny'],
      ['terminal', 'Bash', false],
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('tells what was posted, and no reactions', () => {
    const { deeds, entries } = world();
    const item = (content: OutboxItem['content']): OutboxItem => ({ key: 'k', channel, content }) as OutboxItem;
    deeds.posted(item({ kind: 'text', text: 'secret' }), 'posted');
    deeds.posted(item({ kind: 'text', text: 'secret' }), 'dropped');
    deeds.posted(item({ kind: 'reaction', messageId: '1', reaction: 'stored' }), 'posted');
    expect(entries.map(({ about, outcome }) => [about, outcome])).toEqual([
      ['k', 'done'],
      ['k', 'failed'],
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('tells where a session stands in its life, once each time it moves', () => {
    const { deeds, entries } = world();
    const entry = { number: session, channel } as SessionEntry;
    deeds.sessionAdded(entry);
    for (const state of ['starting', 'running', 'running', 'lost', 'running'] as const) deeds.sessionIs(session, state);
    deeds.sessionRemoved(entry);
    expect(entries.map((one) => ['deed' in one && one.deed, 'state' in one && one.state, one.outcome])).toEqual([
      ['session-added', false, 'done'],
      ['session-moved', 'starting', 'done'],
      ['session-moved', 'running', 'done'],
      ['session-moved', 'lost', 'failed'],
      ['session-moved', 'running', 'done'],
      ['session-removed', false, 'done'],
    ]);
  });
});
