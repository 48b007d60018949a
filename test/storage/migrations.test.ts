import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, it } from 'vitest';

import type { InboxState } from '../../src/model/message.ts';
import type { PromptState } from '../../src/model/prompt.ts';

import { initialSchema } from '../../src/storage/migrations/001-initial.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, one, prompt } from './records.ts';
import { temporaryDirectory } from './temporary-directory.ts';

it('a state of the first schema is taken over whole: messages, parts that are out, followers, turns', () => {
  const path = join(temporaryDirectory(), 'bridge.db');
  const old = new DatabaseSync(path);
  old.exec(`${initialSchema} PRAGMA user_version = 1;
    INSERT INTO inbox (id, session, source, channel, message_id, author_name, text, state, received_at, moved_at)
      VALUES ('m1', 1, 'discord', '${channelA}', '500', 'Ann', 'hello', 'sending', 1000, 1001);
    INSERT INTO outbox (key, channel, kind, content, state, parts, sent_ids, created_at)
      VALUES ('a', '${channelA}', 'text', '{"kind":"text","text":"one two"}', 'pending', '["one","two","three"]',
        '["901","902"]', 1000);
    INSERT INTO outbox (key, channel, kind, content, state, created_at)
      VALUES ('r', '${channelA}', 'reaction', '{"kind":"reaction","messageId":"500","reaction":"stored"}', 'pending', 1000);
    INSERT INTO outbox_followers (after, key, channel, content)
      VALUES ('a', 'f', '${channelA}', '{"kind":"reaction","messageId":"500","reaction":"answered"}');
    INSERT INTO turns (session, turn, channel, message, started_at) VALUES (1, 't1', '${channelA}', 'm1', 1000);`);
  old.close();

  const stores = openStores(path);
  const { inbox, outbox, turns, traces } = stores;
  expect(inbox.get('m1')).toMatchObject({ state: 'sending', authorId: undefined, sentAt: 1_000, receivedAt: 1_000 });
  expect(inbox.markUncertain('sending', 2_000)).toBe(1);
  expect(outbox.get('a')).toMatchObject({
    parts: ['one', 'two', 'three'],
    sentIds: ['901', '902'],
    triedAt: undefined,
  });
  expect(traces.findByChatMessage('500')).toBe('m1');
  expect(turns.messagesOf(one, 't1')).toEqual(['m1']);
  outbox.append({
    key: 'd',
    channel: channelA,
    content: { kind: 'reaction', messageId: '500', reaction: 'delivered' },
    createdAt: 2_000,
  });
  expect(outbox.get('r')?.state).toBe('dropped');
  expect(outbox.settle('a', 'posted', 3_000)).toEqual(['f']);
  stores.close();
});

/** The states that there were in the first schema. */
const inboxStates: readonly InboxState[] = ['queued', 'sending', 'uncertain', 'acknowledged', 'failed'];
const promptStates: readonly PromptState[] = ['open', 'sent', 'applied', 'overtaken', 'expired'];
const outboxStates = ['pending', 'posted', 'failed'] as const;

it('I3: a state of the first schema keeps every record in the state that it had, and each goes on from there', () => {
  const path = join(temporaryDirectory(), 'bridge.db');
  const old = new DatabaseSync(path);
  old.exec(`${initialSchema} PRAGMA user_version = 1;`);
  for (const state of inboxStates) {
    old.exec(`INSERT INTO inbox (id, session, source, channel, message_id, author_name, text, state, received_at, moved_at)
      VALUES ('${state}', 1, 'discord', '${channelA}', '1${state.length}', 'Ann', 'text', '${state}', 1000, 1001)`);
  }
  for (const state of promptStates) {
    old.exec(`INSERT INTO prompts (id, session, generation, kind, tool, input, state, since, moved_at, answer)
      VALUES ('${state}', 1, 1, 'plan', 'x', '{}', '${state}', 1000, 1001, '{"behavior":"allow"}')`);
  }
  for (const state of outboxStates) {
    old.exec(`INSERT INTO outbox (key, channel, kind, content, state, parts, sent_ids, created_at, settled_at)
      VALUES ('${state}', '${channelA}', 'text', '{"kind":"text","text":"x"}', '${state}', '["x"]', '["9${state.length}"]',
        1000, ${state === 'pending' ? 'NULL' : '1001'})`);
  }
  for (const [turn, outcome] of [
    ['open', null],
    ['done', 'completed'],
  ]) {
    old
      .prepare('INSERT INTO turns (session, turn, channel, started_at, ended_at, outcome) VALUES (1, ?, ?, 1000, ?, ?)')
      .run(turn ?? '', channelA, outcome === null ? null : 1001, outcome ?? null);
  }
  old.exec(`INSERT INTO sessions VALUES (1, 3, 'running', 'scripted', 'conversation', 'handle', 'token', 1000);
    INSERT INTO facts VALUES ('paired-owner:discord', '42')`);
  old.close();

  const stores = openStores(path);
  const { inbox, outbox, prompts, turns, records, facts } = stores;
  for (const state of inboxStates) expect(inbox.get(state)).toMatchObject({ state, text: 'text', receivedAt: 1000 });
  for (const state of promptStates) expect(prompts.get(state)?.state).toBe(state);
  for (const state of outboxStates) expect(outbox.get(state)).toMatchObject({ state, sentIds: [`9${state.length}`] });
  expect([turns.get(one, 'open')?.outcome, turns.get(one, 'done')?.outcome]).toEqual([undefined, 'completed']);
  expect([records.get(one)?.handle, records.byToken('token')?.generation, facts.get('paired-owner:discord')]).toEqual([
    'handle',
    3,
    '42',
  ]);

  expect(inbox.markUncertain('sending', 2000)).toBe(1);
  inbox.move('queued', 'sending', 2000);
  inbox.move('uncertain', 'acknowledged', 2000);
  expect(prompts.listOpen().map(({ id }) => id)).toEqual(['open']);
  expect(prompts.listSent(one).map(({ id }) => id)).toEqual(['sent']);
  expect(prompts.open(prompt('expired'))).toBe(false);
  expect(outbox.settle('pending', 'posted', 2000)).toEqual([]);
  expect(outbox.hasSent('96')).toBe(true);
  expect(turns.endAll(one, 'lost', 2000)).toHaveLength(1);
  expect([inbox.prune(5000, 100), outbox.prune(5000, 100), turns.prune(5000, 100), prompts.prune(5000, 100)]).toEqual([
    3, 3, 1, 3,
  ]);
  while (stores.compact());
  stores.close();
  const check = new DatabaseSync(path, { readOnly: true });
  expect(check.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(check.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  // Space can be given back in a file of the first schema too, which was not made for that.
  expect(check.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 });
  check.close();
});
