import type { DatabaseSync } from 'node:sqlite';

import { JsonTable } from './json-table.ts';

/** An address that lets whoever knows it speak in one channel. */
export interface StoredWebhook {
  readonly id: string;
  readonly channel: string;
  /** What it is called when it does not say otherwise itself. */
  readonly name: string;
  readonly token: string;
}

/** Owns which webhooks there are. Knows nothing about what they say. */
export class WebhookStore {
  readonly #table: JsonTable<StoredWebhook>;

  constructor(database: DatabaseSync) {
    this.#table = new JsonTable(database, 'webhooks');
  }

  get(id: string): StoredWebhook | undefined {
    return this.#table.get(id);
  }

  all(): readonly StoredWebhook[] {
    return this.#table.all();
  }

  put(webhook: StoredWebhook): StoredWebhook {
    return this.#table.put(webhook);
  }

  delete(id: string): boolean {
    return this.#table.delete(id);
  }
}
