import type { TurnOutcome } from '../model/agent.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';
import type { TextClaim, TurnRecord, TurnStore } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';

/** Turns of agents and the texts said in them. */
export class SqliteTurns implements TurnStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  begin(turn: Omit<TurnRecord, 'outcome'>): boolean {
    return (
      this.#database.run(
        `INSERT INTO turns (session, turn, channel, message, started_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (session, turn) DO NOTHING`,
        turn.session,
        turn.turn,
        turn.channel,
        turn.message ?? null,
        turn.startedAt,
      ) === 1
    );
  }

  get(session: SessionNumber, turn: string): TurnRecord | undefined {
    return parse(this.#database.get('SELECT * FROM turns WHERE session = ? AND turn = ?', session, turn));
  }

  current(session: SessionNumber): TurnRecord | undefined {
    return parse(
      this.#database.get(
        'SELECT * FROM turns WHERE session = ? AND outcome IS NULL ORDER BY seq DESC LIMIT 1',
        session,
      ),
    );
  }

  byMessage(message: string): TurnRecord | undefined {
    return parse(this.#database.get('SELECT * FROM turns WHERE message = ? ORDER BY seq DESC LIMIT 1', message));
  }

  end(session: SessionNumber, turn: string, outcome: TurnOutcome, at: number): boolean {
    return (
      this.#database.run(
        'UPDATE turns SET outcome = ?, ended_at = ? WHERE session = ? AND turn = ? AND outcome IS NULL',
        outcome,
        at,
        session,
        turn,
      ) === 1
    );
  }

  endAll(session: SessionNumber, outcome: TurnOutcome, at: number): readonly TurnRecord[] {
    return this.#database
      .all(
        'UPDATE turns SET outcome = ?, ended_at = ? WHERE session = ? AND outcome IS NULL RETURNING *',
        outcome,
        at,
        session,
      )
      .map(parseRow);
  }

  latest(session: SessionNumber): TurnRecord | undefined {
    return parse(this.#database.get('SELECT * FROM turns WHERE session = ? ORDER BY seq DESC LIMIT 1', session));
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

  prune(before: number): number {
    return this.#database.run('DELETE FROM turns WHERE ended_at < ? AND outcome IS NOT NULL', before);
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
