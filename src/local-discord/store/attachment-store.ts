import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

import { largestIdIn } from './database.ts';
import type { ImageSize } from './image-size.ts';
import { toInteger } from './snowflakes.ts';

export interface StoredAttachment {
  readonly id: string;
  readonly message: string;
  readonly channel: string;
  readonly filename: string;
  readonly contentType: string;
  readonly description: string | undefined;
  /** Bytes. */
  readonly size: number;
  /** Of a picture. */
  readonly dimensions: ImageSize | undefined;
}

const columns = `CAST(id AS TEXT) AS id, CAST(message AS TEXT) AS message, channel, filename, content_type, description,
  size, width, height`;
const source = 'attachments LEFT JOIN picture_sizes ON attachment = id';

/** Retention: the bytes of the oldest attachments go when all together are more than this (1 GiB). */
const keepBytes = 1024 ** 3;

/** Owns the attachments and their bytes. */
export class AttachmentStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  insert(attachment: StoredAttachment, bytes: Uint8Array): void {
    const { id, message, channel, filename, contentType, description, size, dimensions } = attachment;
    this.#database
      .prepare(
        `INSERT INTO attachments (id, message, channel, filename, content_type, description, size, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(BigInt(id), BigInt(message), channel, filename, contentType, description ?? null, size, bytes);
    if (dimensions) {
      this.#database
        .prepare('INSERT INTO picture_sizes (attachment, width, height) VALUES (?, ?, ?)')
        .run(BigInt(id), dimensions.width, dimensions.height);
    }
    this.#dropOldest();
  }

  of(message: string): readonly StoredAttachment[] {
    return this.#database
      .prepare(`SELECT ${columns} FROM ${source} WHERE message = ? ORDER BY attachments.id`)
      .all(BigInt(message))
      .map(toAttachment);
  }

  get(id: string): StoredAttachment | undefined {
    const row = this.#database.prepare(`SELECT ${columns} FROM ${source} WHERE id = ?`).get(toInteger(id));
    return row && toAttachment(row);
  }

  /** An attachment with its bytes; undefined when it is unknown or its bytes are gone. */
  read(id: string): { readonly attachment: StoredAttachment; readonly bytes: Uint8Array } | undefined {
    const row = this.#database.prepare(`SELECT ${columns}, bytes FROM ${source} WHERE id = ?`).get(toInteger(id));
    const bytes = row?.['bytes'];
    return row && bytes instanceof Uint8Array ? { attachment: toAttachment(row), bytes } : undefined;
  }

  /** The largest id in use, 0 when there is none. */
  largest(): bigint {
    return largestIdIn(this.#database, 'attachments');
  }

  delete(id: string): void {
    this.#database.prepare('DELETE FROM attachments WHERE id = ?').run(BigInt(id));
  }

  #dropOldest(): void {
    this.#database
      .prepare(
        `UPDATE attachments SET bytes = NULL WHERE bytes IS NOT NULL AND id <= (
           SELECT max(id) FROM (
             SELECT id, sum(size) OVER (ORDER BY id DESC) AS total FROM attachments WHERE bytes IS NOT NULL
           ) WHERE total > ?)`,
      )
      .run(keepBytes);
  }
}

function toAttachment(row: Record<string, SQLOutputValue>): StoredAttachment {
  const { width = null } = row;
  return {
    id: String(row['id']),
    message: String(row['message']),
    channel: String(row['channel']),
    filename: String(row['filename']),
    contentType: String(row['content_type']),
    description: typeof row['description'] === 'string' ? row['description'] : undefined,
    size: Number(row['size']),
    dimensions: width === null ? undefined : { width: Number(width), height: Number(row['height']) },
  };
}
