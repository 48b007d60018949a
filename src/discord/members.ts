import { RequestMethod, RESTJSONErrorCodes, Routes } from 'discord.js';
import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import type { ChannelId } from '../model/session.ts';
import type { ChannelPlaces } from './channel-places.ts';
import type { RestCalls } from './rest-calls.ts';
import { refusalCode } from './send-errors.ts';

export interface MembersOptions {
  readonly rest: RestCalls;
  readonly places: ChannelPlaces;
  readonly clock: Clock;
}

/** How long the server's word on somebody's roles is taken for true, in milliseconds. */
const keepMs = 120_000;

/** I11: who was asked about first is forgotten first. */
const mostMembers = 5_000;

const rawMember = z.object({ roles: z.array(z.string()) });

interface Known {
  readonly roles: readonly string[] | undefined;
  /** Monotonic. */
  readonly at: number;
}

/** Owns what is known of members' roles, which the history of a channel does not say. Errors are those of the ChatTransport. */
export class Members {
  readonly #options: MembersOptions;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<readonly string[] | undefined>>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Undefined of somebody who is not there, and in a direct channel. */
  async rolesOf(channel: ChannelId, userId: string): Promise<readonly string[] | undefined> {
    const { places, clock } = this.#options;
    const { guild } = await places.find(channel);
    if (guild === undefined) return undefined;
    const key = `${guild} ${userId}`;
    const known = this.#known.get(key);
    if (known && clock.monotonic() - known.at < keepMs) return known.roles;
    const asked = this.#asked.get(key) ?? this.#ask(guild, userId, key);
    this.#asked.set(key, asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(key);
    }
  }

  async #ask(guild: string, userId: string, key: string): Promise<readonly string[] | undefined> {
    const { rest, clock } = this.#options;
    const path = Routes.guildMember(guild, userId);
    const call = { what: `The roles of user ${userId}`, kind: 'lookup', method: RequestMethod.Get, path } as const;
    let roles: readonly string[] | undefined;
    try {
      roles = await rest.call(call, async (ask) => rawMember.parse(await ask()).roles);
    } catch (error) {
      if (!isNoMember(error)) throw error;
    }
    this.#known.delete(key);
    this.#known.set(key, { roles, at: clock.monotonic() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostMembers && oldest !== undefined) this.#known.delete(oldest);
    return roles;
  }
}

function isNoMember(error: unknown): boolean {
  const code = refusalCode(error);
  return code === RESTJSONErrorCodes.UnknownMember || code === RESTJSONErrorCodes.UnknownUser;
}
