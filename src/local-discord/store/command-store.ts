import type { APIApplicationCommand } from 'discord-api-types/v10';
import type { DatabaseSync } from 'node:sqlite';

import { JsonTable } from './json-table.ts';

/** Owns the application commands; `guild_id` absent = global. */
export class CommandStore {
  readonly #table: JsonTable<APIApplicationCommand>;

  constructor(database: DatabaseSync) {
    this.#table = new JsonTable(database, 'commands');
  }

  list(application: string, guild: string | undefined): readonly APIApplicationCommand[] {
    return this.#table.all().filter((command) => command.application_id === application && command.guild_id === guild);
  }

  /** Commands of every application that can be used in the guild. */
  usable(): readonly APIApplicationCommand[] {
    return this.#table.all();
  }

  get(application: string, guild: string | undefined, id: string): APIApplicationCommand | undefined {
    return this.list(application, guild).find((command) => command.id === id);
  }

  put(command: APIApplicationCommand): APIApplicationCommand {
    return this.#table.put(command);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }
}
