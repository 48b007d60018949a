import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import type { Stores } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { processorMs } from '../processor-time.ts';
import { channelA, file, message, one, prompt, turn } from './records.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Every statement that the stores prepare while something is done. */
function statementsOf(action: () => unknown): readonly string[] {
  const seen: string[] = [];
  const original = DatabaseSync.prototype.prepare;
  const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (
    this: DatabaseSync,
    sql,
    ...rest
  ) {
    seen.push(sql);
    return original.call(this, sql, ...rest);
  });
  try {
    action();
  } finally {
    spy.mockRestore();
  }
  return seen.filter((sql) => /^(SELECT|UPDATE|DELETE|INSERT)/.test(sql.trim()));
}

/** The tables that a statement reads as a whole. */
function scans(path: string, sql: string): readonly string[] {
  const reader = new DatabaseSync(path, { readOnly: true });
  try {
    return (
      reader
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((row) => String(row['detail']))
        .filter((detail) => /^SCAN (?!CONSTANT ROW|\(|sqlite_|parked_channels|subquery)/i.test(detail))
        // A partial index holds only what is pending.
        .filter(
          (detail) =>
            !/USING (COVERING )?INDEX (outbox_pending|inbox_handed_over|prompts_unsettled|message_files_waiting)\b/.test(
              detail,
            ),
        )
    );
  } finally {
    reader.close();
  }
}

const text = { kind: 'text', text: 'x' } as const;

/** What is asked while messages are on their way, again and again. */
const hot: Readonly<Record<string, (stores: Stores) => unknown>> = {
  'a message comes, waits and is handed over': (stores) => {
    stores.inbox.append(message('a'));
    stores.inbox.next(one);
    stores.inbox.countUnsettled(one);
    stores.inbox.unsettled(one);
    stores.inbox.changeable(channelA);
    stores.inbox.edit('a', 'b', 1);
    stores.inbox.move('a', 'sending', 1);
    stores.inbox.edit('a', 'c', 1);
    stores.inbox.takeBack('a', 1);
    stores.inbox.amendment('a');
    stores.inbox.markUncertain('sending', 1, one);
    stores.inbox.markUncertain('steered', 1);
  },
  'a message comes with files': (stores) => {
    stores.inbox.append(message('a'));
    stores.files.add('a', [file('f'), file('g')]);
    stores.files.isWaiting('a');
    stores.files.waiting();
    stores.files.settle({ message: 'a', id: 'f' }, { state: 'failed', why: 'gone' }, 1);
    stores.files.of('a');
    stores.files.keepOnly('a', ['f'], 1);
  },
  'a turn begins, is joined and ends': (stores) => {
    stores.turns.begin(turn('t1', { message: 'a' }));
    stores.turns.join(one, 't1', 'b', 1);
    stores.turns.current(one);
    stores.turns.latest(one);
    stores.turns.byMessage('a');
    stores.turns.messagesOf(one, 't1');
    stores.turns.claimText({ session: one, turn: 't1', key: 'k', hash: 'h', origin: 'agent' });
    stores.turns.end(one, 't1', 'completed', 1);
    stores.turns.endAll(one, 'lost', 1);
  },
  'something is posted': (stores) => {
    stores.outbox.append({ key: 'o', channel: channelA, content: text, createdAt: 1, message: 'a' });
    stores.outbox.append({
      key: 'r',
      channel: channelA,
      content: { kind: 'reaction', messageId: '5', reaction: 'stored' },
      createdAt: 1,
    });
    stores.outbox.lanes();
    stores.outbox.countPending();
    stores.outbox.head(channelA, 'text');
    stores.outbox.tail(channelA, 'text');
    stores.outbox.pending(channelA);
    stores.outbox.follow('o', { key: 'f', channel: channelA, content: text });
    stores.outbox.plan('o', ['x'], 1);
    stores.outbox.partSent('o', '7', 1);
    stores.outbox.hasSent('7');
    stores.outbox.settle('o', 'posted', 1);
    stores.outbox.parked();
  },
  'an agent asks': (stores) => {
    stores.prompts.open(prompt('p'));
    stores.prompts.listOpen();
    stores.prompts.listOpen(one);
    stores.prompts.listSent(one);
    stores.prompts.move('p', 'expired', 1, 'expired');
    stores.prompts.closeAll(one, 'expired', 1, 'expired');
  },
  'a trace is read': (stores) => {
    stores.traces.of('a');
    stores.traces.findByChatMessage('7');
  },
  'old things are looked for': (stores) => {
    stores.inbox.prune(1, 1);
    stores.outbox.prune(1, 1);
    stores.turns.prune(1, 1);
    stores.prompts.prune(1, 1);
  },
};

describe('however much is kept', () => {
  it.each(Object.keys(hot))('no question reads a whole table when %s', (name) => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    const statements = statementsOf(() => hot[name]?.(stores));
    expect(statements.length).toBeGreaterThan(1);
    expect(statements.flatMap((sql) => scans(path, sql).map((detail) => `${detail} in ${sql}`))).toEqual([]);
    stores.close();
  });

  it('the check itself sees a question that reads a whole table', () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    const stores = openStores(path);
    expect(scans(path, `SELECT * FROM inbox WHERE author_name = 'Ann'`)).toEqual(['SCAN inbox']);
    stores.close();
  });

  it('questions take no longer with 100 000 settled messages and posts', { timeout: 120_000 }, () => {
    const full = join(temporaryDirectory(), 'full.db');
    openStores(full).close();
    const filler = new DatabaseSync(full);
    filler.exec(`
      PRAGMA synchronous = OFF;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
      INSERT INTO inbox (id, session, source, channel, message_id, author_name, text, state, received_at, moved_at, sent_at)
        SELECT 'm' || i, i % 50 + 1, 'discord', '${channelA}', i, 'Ann', 'text ' || i, 'acknowledged', i, i, i FROM n;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
      INSERT INTO outbox (key, channel, kind, content, state, created_at, settled_at)
        SELECT 'o' || i, '${channelA}', 'text', '{"kind":"text","text":"x"}', 'posted', i, i FROM n;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
      INSERT INTO turns (session, turn, channel, message, started_at, ended_at, outcome)
        SELECT i % 50 + 1, 't' || i, '${channelA}', 'm' || i, i, i, 'completed' FROM n;`);
    filler.close();
    const large = openStores(full);
    const small = openStores(join(temporaryDirectory(), 'small.db'));
    const questions = (on: Stores): void => {
      for (let index = 0; index < 100; index += 1) {
        on.inbox.next(one);
        on.inbox.countUnsettled(one);
        on.inbox.changeable(channelA);
        on.inbox.markUncertain('steered', 1, one);
        on.outbox.lanes();
        on.outbox.head(channelA, 'text');
        on.turns.current(one);
        on.turns.latest(one);
        on.turns.byMessage('m77777');
        on.inbox.prune(0, 100);
        on.outbox.prune(0, 100);
        on.turns.prune(0, 100);
      }
    };
    // The best of some rounds: in each one something may have to be collected.
    const best = (on: Stores): number => Math.min(...Array.from({ length: 6 }, () => processorMs(() => questions(on))));
    const [few, many] = [best(small), best(large)];
    // One reading of a whole table would make it a hundred times as long.
    expect(many / few).toBeLessThan(10);
    large.close();
    small.close();
  });
});

it('MS-08: how long messages took is asked of the turns that ended lately, not of all', () => {
  const path = join(temporaryDirectory(), 'state.db');
  const stores = openStores(path);
  const original = DatabaseSync.prototype.prepare;
  const seen: string[] = [];
  const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
    seen.push(sql);
    return original.call(this, sql);
  });
  stores.turns.responses(1, 2);
  spy.mockRestore();
  const reader = new DatabaseSync(path, { readOnly: true });
  const plan = seen.flatMap((sql) =>
    reader
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(1, 2)
      .map((row) => String(row['detail'])),
  );
  reader.close();
  stores.close();
  expect(plan.filter((step) => step.includes('turns_ended'))).toHaveLength(2);
  expect(plan.filter((step) => /^SCAN (turns|inbox|joined|turn_messages)/.test(step))).toEqual([]);
});
