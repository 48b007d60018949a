import type { TurnOutcome } from '../model/agent.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';
import type { ResponseTimes } from '../contracts/metrics.ts';
import type { TextClaim, TurnRecord, TurnStore } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';
import type { SqliteTraces } from './traces.ts';

/** The planner may take the index of all turns of a session, and read every one of them to find none that is open. */
const openTurns = 'SELECT * FROM turns INDEXED BY turns_open';

/** Turns of agents and the texts said in them. */
export class SqliteTurns implements TurnStore {
  readonly #database: Database;
  readonly #traces: SqliteTraces;

  constructor(database: Database, traces: SqliteTraces) {
    this.#database = database;
    this.#traces = traces;
  }

  begin(turn: Omit<TurnRecord, 'outcome'>): boolean {
    if (this.get(turn.session, turn.turn)) return false;
    this.#database.pass('turn:begin', () => {
      this.#database.run(
        'INSERT INTO turns (session, turn, channel, message, started_at) VALUES (?, ?, ?, ?, ?)',
        turn.session,
        turn.turn,
        turn.channel,
        turn.message ?? null,
        turn.startedAt,
      );
      if (turn.message !== undefined) {
        this.#traces.note(turn.message, turn.startedAt, 'turn:begin', { turn: turn.turn });
      }
    });
    return true;
  }

  join(session: SessionNumber, turn: string, message: string, at: number): boolean {
    if (this.messagesOf(session, turn).includes(message)) return false;
    this.#database.pass('turn:join', () => {
      this.#database.run('INSERT INTO turn_messages (session, turn, message) VALUES (?, ?, ?)', session, turn, message);
      this.#traces.note(message, at, 'turn:join', { turn });
    });
    return true;
  }

  get(session: SessionNumber, turn: string): TurnRecord | undefined {
    return parse(this.#database.get('SELECT * FROM turns WHERE session = ? AND turn = ?', session, turn));
  }

  current(session: SessionNumber): TurnRecord | undefined {
    return parse(
      this.#database.get(`${openTurns} WHERE session = ? AND outcome IS NULL ORDER BY seq DESC LIMIT 1`, session),
    );
  }

  byMessage(message: string): TurnRecord | undefined {
    return parse(
      this.#database.get(
        `SELECT * FROM (
           SELECT * FROM turns WHERE message = ?
           UNION SELECT turns.* FROM turn_messages AS joined JOIN turns USING (session, turn) WHERE joined.message = ?
         ) ORDER BY seq DESC LIMIT 1`,
        message,
        message,
      ),
    );
  }

  messagesOf(session: SessionNumber, turn: string): readonly string[] {
    const starter = this.get(session, turn)?.message;
    const joined = this.#database
      .all('SELECT message FROM turn_messages WHERE session = ? AND turn = ? ORDER BY seq', session, turn)
      .map((row) => textOf(row, 'message'));
    return starter === undefined ? joined : [starter, ...joined];
  }

  end(session: SessionNumber, turn: string, outcome: TurnOutcome, at: number): boolean {
    const record = this.get(session, turn);
    if (!record || record.outcome !== undefined) return false;
    this.#database.pass('turn:end', () => {
      this.#database.run(
        'UPDATE turns SET outcome = ?, ended_at = ? WHERE session = ? AND turn = ?',
        outcome,
        at,
        session,
        turn,
      );
      for (const message of this.messagesOf(session, turn))
        this.#traces.note(message, at, 'turn:end', { turn, outcome });
    });
    return true;
  }

  endAll(session: SessionNumber, outcome: TurnOutcome, at: number): readonly TurnRecord[] {
    return this.#database.transaction(() => {
      const open = this.#database
        .all(`${openTurns} WHERE session = ? AND outcome IS NULL ORDER BY seq`, session)
        .map(parseRow);
      for (const { turn } of open) this.end(session, turn, outcome, at);
      return open.map((turn) => ({ ...turn, outcome }));
    });
  }

  latest(session: SessionNumber): TurnRecord | undefined {
    return parse(this.#database.get('SELECT * FROM turns WHERE session = ? ORDER BY seq DESC LIMIT 1', session));
  }

  responses(after: number, until: number): ReadonlyMap<SessionNumber, ResponseTimes> {
    const rows = this.#database.all(
      `WITH answered AS (
         SELECT turns.session, turns.ended_at - inbox.received_at AS took
         FROM turns JOIN inbox ON inbox.id = turns.message
         WHERE turns.ended_at > ?1 AND turns.ended_at <= ?2 AND turns.outcome = 'completed'
         UNION ALL
         SELECT turns.session, turns.ended_at - inbox.received_at
         FROM turns JOIN turn_messages AS joined USING (session, turn) JOIN inbox ON inbox.id = joined.message
         WHERE turns.ended_at > ?1 AND turns.ended_at <= ?2 AND turns.outcome = 'completed'
       ), ranked AS (
         SELECT session, max(took, 0) AS took, cume_dist() OVER (PARTITION BY session ORDER BY took) AS part FROM answered
       )
       SELECT session, avg(took) AS mean, count(*) AS count, min(took) FILTER (WHERE part >= 0.95) AS p95
       FROM ranked GROUP BY session`,
      after,
      until,
    );
    return new Map(
      rows.map((row) => [
        numberOf(row, 'session') as SessionNumber,
        { mean: Math.round(numberOf(row, 'mean')), p95: numberOf(row, 'p95'), count: numberOf(row, 'count') },
      ]),
    );
  }

  claimText(claim: TextClaim): boolean {
    return this.#database.transaction(() => {
      const added = this.#database.run(
        `INSERT INTO turn_texts (key, session, turn, hash, origin) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        claim.key,
        claim.session,
        claim.turn,
        claim.hash,
        claim.origin,
      );
      if (added === 0) return false;
      const row = this.#database.get(
        `SELECT count(*) FILTER (WHERE origin = ?) AS own, count(*) AS every
         FROM turn_texts WHERE session = ? AND turn = ? AND hash = ?`,
        claim.origin,
        claim.session,
        claim.turn,
        claim.hash,
      );
      if (!row) return false;
      const own = numberOf(row, 'own');
      return own > numberOf(row, 'every') - own;
    });
  }

  /** A turn of a message that is looked up just now ends with that message. */
  prune(before: number, atMost: number): number {
    return this.#database.run(
      `DELETE FROM turns WHERE seq IN (
         SELECT seq FROM turns AS old
         WHERE ended_at < ? AND outcome IS NOT NULL
           AND (
             seq < (SELECT max(seq) FROM turns WHERE session = old.session)
             OR session NOT IN (SELECT number FROM sessions)
           )
           AND NOT EXISTS (
             SELECT 1 FROM inbox
             WHERE state IN ('sending', 'steered', 'uncertain') AND id IN (
               SELECT old.message
               UNION ALL SELECT message FROM turn_messages AS joined
               WHERE joined.session = old.session AND joined.turn = old.turn
             )
           )
         ORDER BY ended_at LIMIT ?)`,
      before,
      atMost,
    );
  }
}

function parse(row: Row | undefined): TurnRecord | undefined {
  return row && parseRow(row);
}

function parseRow(row: Row): TurnRecord {
  return {
    session: numberOf(row, 'session') as SessionNumber,
    turn: textOf(row, 'turn'),
    channel: textOf(row, 'channel') as ChannelId,
    message: optionalTextOf(row, 'message'),
    startedAt: numberOf(row, 'started_at'),
    outcome: optionalTextOf(row, 'outcome') as TurnOutcome | undefined,
  };
}
