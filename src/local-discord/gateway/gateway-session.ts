import { GatewayOpcodes } from 'discord-api-types/v10';

import type { StoredUser } from '../store/user-store.ts';

/** How much of the past a session can be given again. Discord does not say; it forgets too. */
const replayEntries = 2000;
const replayBytes = 8 * 1024 * 1024;

interface Sent {
  readonly sequence: number;
  readonly frame: string;
}

/**
 * One gateway session: a numbered row of events for one client, which outlives its connection for a while.
 * Knows nothing about sockets: it is given a function that sends a frame, or none while nobody is connected.
 */
export class GatewaySession {
  readonly id: string;
  readonly user: StoredUser;
  /** Undefined: a person's client, which gets everything. */
  readonly intents: number | undefined;
  /** The connection it is on; undefined while there is none. */
  connection: { send(frame: string): void; close(code: number): void } | undefined;
  #sequence = 0;
  #replay: Sent[] = [];
  #replaySize = 0;

  constructor(id: string, user: StoredUser, intents: number | undefined) {
    this.id = id;
    this.user = user;
    this.intents = intents;
  }

  get sequence(): number {
    return this.#sequence;
  }

  dispatch(event: string, data: object): void {
    this.#sequence += 1;
    const frame = JSON.stringify({ op: GatewayOpcodes.Dispatch, t: event, s: this.#sequence, d: data });
    this.#replay.push({ sequence: this.#sequence, frame });
    this.#replaySize += frame.length;
    while (this.#replay.length > replayEntries || this.#replaySize > replayBytes) {
      this.#replaySize -= this.#replay.shift()?.frame.length ?? 0;
    }
    this.connection?.send(frame);
  }

  /** Everything after a sequence number, or undefined when some of it is forgotten. */
  since(sequence: number): readonly string[] | undefined {
    const first = this.#replay[0]?.sequence ?? this.#sequence + 1;
    if (sequence + 1 < first) return undefined;
    return this.#replay.filter((sent) => sent.sequence > sequence).map(({ frame }) => frame);
  }
}
