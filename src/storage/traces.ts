import { z } from 'zod';

import type { MessageDetail, Traces, TraceStep } from '../contracts/stores.ts';
import type { Database } from './database.ts';
import { numberOf, textOf } from './rows.ts';

const storedDetail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** The lives of inbox messages, step by step, in one table. They are forgotten together with their messages. */
export class SqliteTraces implements Traces {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  note(message: string, at: number, event: string, detail: MessageDetail = {}): void {
    this.#database.run(
      `INSERT INTO traces (message, at, event, detail) SELECT id, ?, ?, ? FROM inbox WHERE id = ?`,
      at,
      event,
      JSON.stringify(detail),
      message,
    );
  }

  of(message: string): readonly TraceStep[] {
    return this.#database.all('SELECT * FROM traces WHERE message = ? ORDER BY seq', message).map((row) => ({
      at: numberOf(row, 'at'),
      event: textOf(row, 'event'),
      detail: storedDetail.parse(JSON.parse(textOf(row, 'detail'))),
    }));
  }

  findByChatMessage(messageId: string): string | undefined {
    const row = this.#database.get(
      `SELECT id FROM inbox WHERE message_id = ?
       UNION ALL
       SELECT outbox.message FROM outbox_parts JOIN outbox USING (key)
       WHERE outbox_parts.message_id = ? AND outbox.message IS NOT NULL
       LIMIT 1`,
      messageId,
      messageId,
    );
    return row && textOf(row, 'id');
  }
}
