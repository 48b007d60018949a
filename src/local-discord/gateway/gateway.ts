import type { WebSocket } from 'ws';
import { GatewayCloseCodes, GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';

import type { Cancel } from '../../base/clock.ts';
import { newSecret } from '../../base/ids.ts';
import { maySee } from '../channel-access.ts';
import { guildCreatePayload } from '../payloads/guild.ts';
import { applicationFlags, memberPayload, presencePayload, userPayload } from '../payloads/people.ts';
import type { StoredUser } from '../store/user-store.ts';
import type { Dispatch, World } from '../world.ts';
import type { IdentifyData, RequestMembersData, ResumeData } from './frames.ts';
import { GatewayConnection } from './gateway-connection.ts';
import { GatewaySession } from './gateway-session.ts';
import { Presences } from './presences.ts';
import { isWanted, knownIntents, withoutForeignContent } from './intents.ts';

/** How long a session without a connection can be resumed, and how many such sessions are kept. */
const resumableMs = 3 * 60 * 1000;
const mostDetached = 10;

/** How long a dispatch that a fault holds back waits for another one to overtake it. */
const mostHeldMs = 1000;

/** Owns the gateway's sessions and connections, and who hears of what. Knows nothing about HTTP. */
export class Gateway {
  readonly #world: World;
  readonly #sessions = new Map<string, GatewaySession>();
  readonly #connections = new Set<GatewayConnection>();
  readonly #expiries = new Map<string, Cancel>();
  readonly #presences: Presences;
  #takesPeople: boolean;
  #closed = false;
  /** Dispatches that a fault holds back, to come after the next one. */
  readonly #held: Dispatch[] = [];

  constructor(world: World, options: { readonly takesPeople: boolean }) {
    this.#world = world;
    this.#takesPeople = options.takesPeople;
    this.#presences = new Presences({
      clock: world.clock,
      onChange: (user, isPresent) => {
        this.publish({ event: 'PRESENCE_UPDATE', data: presencePayload(world, user, isPresent) });
      },
    });
  }

  /** Takes a new WebSocket. `url` is what the client is told to come back to. */
  accept(socket: WebSocket, version: string | null, url: string): void {
    const connection = new GatewayConnection({
      socket,
      clock: this.#world.clock,
      faults: this.#world.faults,
      handlers: {
        identify: (data) => this.#identify(data),
        resume: (data) => this.#resume(data),
        attached: (session, how) => {
          if (how === 'resumed') session.dispatch('RESUMED', {});
          else this.#greet(session, url);
          this.#notePresence(session.user);
        },
        requestMembers: (session, data) => this.#sendMembers(session, data),
        detached: (session, over) => {
          this.#connections.delete(connection);
          if (!session || this.#closed) return;
          this.#notePresence(session.user);
          if (over) this.#forget(session.id);
          else this.#keepForAWhile(session);
        },
      },
    });
    this.#connections.add(connection);
    connection.open();
    if (version !== null && version !== '10') connection.close(GatewayCloseCodes.InvalidAPIVersion);
  }

  /** From now on people may identify, not bots alone. */
  letPeopleIn(): void {
    this.#takesPeople = true;
  }

  /** Tells every session that may know and wants to. */
  publish(dispatch: Dispatch): void {
    const { clock, faults } = this.#world;
    const shape = faults.takeShape(dispatch.event);
    if (shape === 'reorder') {
      this.#held.push(dispatch);
      if (this.#held.length === 1) clock.after(mostHeldMs, () => this.#release());
      return;
    }
    if (typeof shape === 'object') {
      clock.after(shape.lateMs, () => this.#deliver(dispatch));
      return;
    }
    this.#deliver(dispatch);
    if (shape === 'duplicate') this.#deliver(dispatch);
    this.#release();
  }

  #release(): void {
    for (const late of this.#held.splice(0)) this.#deliver(late);
  }

  /** Closes every connection with a code, or cuts it. */
  dropConnections(code: number | undefined): void {
    for (const connection of this.#connections) {
      if (code === undefined) connection.cut();
      else connection.close(code);
    }
  }

  freezeConnections(): void {
    for (const connection of this.#connections) connection.freeze();
  }

  muteConnections(): void {
    for (const connection of this.#connections) connection.mute();
  }

  requestReconnect(): void {
    for (const connection of this.#connections) connection.sendOp(GatewayOpcodes.Reconnect, null);
  }

  invalidateSessions(resumable: boolean): void {
    for (const connection of this.#connections) {
      const session = connection.invalidate(resumable);
      if (!session) continue;
      if (resumable) this.#keepForAWhile(session);
      else this.#forget(session.id);
      this.#notePresence(session.user);
    }
  }

  /** Ends everything: sessions are forgotten, connections closed. */
  close(): void {
    this.#closed = true;
    this.#presences.close();
    for (const id of [...this.#sessions.keys()]) this.#forget(id);
    for (const connection of this.#connections) connection.cut();
  }

  #identify(data: IdentifyData): GatewaySession | number {
    const refused = this.#world.faults.takeRefusal();
    if (refused !== undefined) return refused;
    const user = this.#world.users.byToken(data.token);
    if (!user) return GatewayCloseCodes.AuthenticationFailed;
    if (!user.bot && !this.#takesPeople) return GatewayCloseCodes.UnknownError;
    const { intents, shard = [0, 1] } = data;
    if (user.bot && (intents === undefined || (intents & ~knownIntents) !== 0)) return GatewayCloseCodes.InvalidIntents;
    if (shard[0] !== 0 || shard[1] !== 1) return GatewayCloseCodes.InvalidShard;
    const session = new GatewaySession(newSecret(16), user, user.bot ? intents : undefined);
    this.#sessions.set(session.id, session);
    return session;
  }

  #resume(data: ResumeData): { session: GatewaySession; missed: readonly string[] } | 'invalid' | number {
    const session = this.#sessions.get(data.session_id);
    const user = this.#world.users.byToken(data.token);
    if (!user) return GatewayCloseCodes.AuthenticationFailed;
    if (session?.user.id !== user.id) return 'invalid';
    const sequence = data.seq ?? 0;
    if (sequence > session.sequence) return GatewayCloseCodes.InvalidSeq;
    const missed = session.since(sequence);
    this.#stopExpiry(session.id);
    if (missed) return { session, missed };
    this.#sessions.delete(session.id);
    return 'invalid';
  }

  #greet(session: GatewaySession, url: string): void {
    const { user, intents } = session;
    const { guildId } = this.#world.settings;
    session.dispatch('READY', {
      v: 10,
      user: userPayload(user),
      guilds: [{ id: guildId, unavailable: true }],
      session_id: session.id,
      resume_gateway_url: url,
      shard: [0, 1],
      ...(user.bot ? { application: { id: user.id, flags: applicationFlags } } : {}),
    });
    if (!isWanted(intents, 'GUILD_CREATE', false)) return;
    const allMembers = intents === undefined || (intents & GatewayIntentBits.GuildMembers) !== 0;
    session.dispatch('GUILD_CREATE', guildCreatePayload(this.#world, user, allMembers, this.#presencesFor(session)));
  }

  #deliver({ event, data, channel, onlyFor, onlySession = '' }: Dispatch): void {
    const direct = channel?.recipients !== undefined;
    const one = this.#sessions.get(onlySession);
    const sessions = one?.user.id === onlyFor && one ? [one] : this.#sessions.values();
    for (const session of sessions) {
      const { user, intents } = session;
      if (onlyFor !== undefined && onlyFor !== user.id) continue;
      if (direct && !channel.recipients.includes(user.id)) continue;
      if (user.bot && channel && this.#world.faults.isClosed(channel.id)) continue;
      // Channels themselves are told to everybody, with who may see them.
      if (channel && !event.startsWith('CHANNEL_') && !maySee(this.#world, user, channel)) continue;
      if (!isWanted(intents, event, direct)) continue;
      const isMessage = event === 'MESSAGE_CREATE' || event === 'MESSAGE_UPDATE';
      session.dispatch(event, isMessage ? withoutForeignContent(data, intents, user.id, direct) : data);
    }
  }

  /** Bots only: nobody is to learn when the page is open. */
  #notePresence(user: StoredUser): void {
    if (!user.bot) return;
    const isConnected = [...this.#sessions.values()].some((one) => one.user.id === user.id && one.connection);
    this.#presences.note(user.id, isConnected);
  }

  #presencesFor({ intents }: GatewaySession): readonly string[] {
    return isWanted(intents, 'PRESENCE_UPDATE', false) ? this.#presences.all() : [];
  }

  #sendMembers(session: GatewaySession, data: RequestMembersData): void {
    const { query, user_ids: ids, nonce } = data;
    const limit = data.limit === undefined || data.limit === 0 ? Number.POSITIVE_INFINITY : data.limit;
    const matches = (user: StoredUser): boolean =>
      ids === undefined ? user.name.startsWith((query ?? '').toLowerCase()) : [ids].flat().includes(user.id);
    const found = this.#world.users.all().filter(matches).slice(0, limit);
    session.dispatch('GUILD_MEMBERS_CHUNK', {
      guild_id: this.#world.settings.guildId,
      members: found.map((user) => memberPayload(this.#world, user)),
      chunk_index: 0,
      chunk_count: 1,
      not_found: ids === undefined ? [] : [ids].flat().filter((id) => !this.#world.users.get(id)),
      ...(nonce === undefined ? {} : { nonce }),
    });
  }

  /** A session without a connection waits for its client, but not for ever (I11). */
  #keepForAWhile(session: GatewaySession): void {
    if (!this.#sessions.has(session.id)) return;
    const detached = [...this.#sessions.values()].filter(({ connection }) => connection === undefined);
    for (const old of detached.slice(0, Math.max(0, detached.length - mostDetached))) this.#forget(old.id);
    this.#expiries.set(
      session.id,
      this.#world.clock.after(resumableMs, () => {
        this.#forget(session.id);
      }),
    );
  }

  #stopExpiry(id: string): void {
    this.#expiries.get(id)?.();
    this.#expiries.delete(id);
  }

  #forget(id: string): void {
    this.#stopExpiry(id);
    this.#sessions.delete(id);
  }
}
