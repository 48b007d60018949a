import type { ChannelId } from '../model/session.ts';
import { snowflakeAt } from '../model/snowflake.ts';
import type { ChannelRecord, ChannelStore } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { optionalTextOf, textOf } from './rows.ts';

/** How far each channel was read, in one table. */
export class SqliteChannels implements ChannelStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(channel: ChannelId): ChannelRecord | undefined {
    const row = this.#database.get('SELECT * FROM channels WHERE channel = ?', channel);
    return row && parse(row);
  }

  list(): readonly ChannelRecord[] {
    return this.#database.all('SELECT * FROM channels ORDER BY channel').map(parse);
  }

  advance(channel: ChannelId, messageId: string, parent?: ChannelId): void {
    const known = this.get(channel);
    // Ids are numbers of up to 20 digits that grow with time.
    const watermark = known && BigInt(known.watermark) > BigInt(messageId) ? known.watermark : messageId;
    if (known?.watermark === watermark && known.parent === (parent ?? known.parent)) return;
    this.#database.pass('cursor:channel', () => {
      this.#database.run(
        `INSERT INTO channels (channel, parent, watermark) VALUES (?, ?, ?)
         ON CONFLICT (channel) DO UPDATE SET parent = coalesce(excluded.parent, parent), watermark = excluded.watermark`,
        channel,
        parent ?? null,
        watermark,
      );
    });
  }

  forget(channel: ChannelId): void {
    this.#database.run('DELETE FROM channels WHERE channel = ?', channel);
  }

  /**
   * A thread that is not known is read from where its channel was read. So a thread of a served channel may go only when
   * that is no further back: else all that was ever said in it would come again. What still waits in a channel keeps it.
   */
  prune(before: number, served: ReadonlySet<ChannelId>): number {
    const limit = BigInt(snowflakeAt(before));
    const known = new Map(this.list().map((record) => [record.channel, BigInt(record.watermark)]));
    const isStale = ({ channel, parent, watermark }: ChannelRecord): boolean => {
      const own = BigInt(watermark);
      if (own >= limit || served.has(channel) || this.#hasWaiting(channel)) return false;
      if (parent === undefined || !served.has(parent)) return true;
      const ofParent = known.get(parent);
      return ofParent !== undefined && ofParent >= own;
    };
    const stale = this.list().filter(isStale);
    this.#database.transaction(() => {
      for (const { channel } of stale) this.forget(channel);
    });
    return stale.length;
  }

  #hasWaiting(channel: ChannelId): boolean {
    return (
      this.#database.get(`SELECT 1 FROM inbox WHERE channel = ? AND state IN ('queued', 'held')`, channel) !== undefined
    );
  }
}

function parse(row: Row): ChannelRecord {
  return {
    channel: textOf(row, 'channel') as ChannelId,
    parent: optionalTextOf(row, 'parent') as ChannelId | undefined,
    watermark: textOf(row, 'watermark'),
  };
}
