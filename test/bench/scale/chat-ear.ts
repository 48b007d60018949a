import { once } from 'node:events';

import { WebSocket } from 'ws';
import { z } from 'zod';

const frame = z.object({ op: z.int(), t: z.string().nullish(), d: z.json().optional() });
const hello = z.looseObject({ heartbeat_interval: z.number() });
const message = z.looseObject({
  channel_id: z.string(),
  content: z.string(),
  author: z.looseObject({ bot: z.boolean().optional() }),
});

/** Guilds, messages of guilds, content of messages. */
const intents = (1 << 0) | (1 << 9) | (1 << 15);

type Listener = (channel: string, text: string) => void;

/** Hears what the bot says in every channel, the moment the chat server has it. */
export class ChatEar {
  readonly #socket: WebSocket;
  readonly #listeners = new Set<Listener>();
  #beat: NodeJS.Timeout | undefined;

  private constructor(socket: WebSocket, token: string) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#hear(data.toString(), token));
  }

  static async open(api: string, token: string): Promise<ChatEar> {
    const answer: unknown = await (await fetch(`${api}/v10/gateway`)).json();
    const { url } = z.looseObject({ url: z.string() }).parse(answer);
    const socket = new WebSocket(`${url}/?v=10&encoding=json`);
    const ear = new ChatEar(socket, token);
    await once(socket, 'open');
    return ear;
  }

  /** Calls `listener` for everything the bot says; returns what stops that. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the monotonic time at which the bot said something in a channel that matches. */
  hears(channel: string, what: RegExp, timeoutMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`nobody said ${String(what)} in ${channel} within ${timeoutMs} ms`));
      }, timeoutMs);
      const stop = this.on((where, text) => {
        if (where !== channel || !what.test(text)) return;
        clearTimeout(timer);
        stop();
        resolve(performance.now());
      });
    });
  }

  close(): void {
    clearInterval(this.#beat);
    this.#socket.terminate();
  }

  #hear(text: string, token: string): void {
    const { op, t, d } = frame.parse(JSON.parse(text));
    if (op === 10) {
      const beat = (): void => this.#socket.send(JSON.stringify({ op: 1, d: null }));
      this.#beat = setInterval(beat, hello.parse(d).heartbeat_interval / 2);
      const properties = { os: 'linux', browser: 'bench', device: 'bench' };
      this.#socket.send(JSON.stringify({ op: 2, d: { token, properties, intents } }));
    }
    if (t !== 'MESSAGE_CREATE') return;
    const { channel_id: channel, content, author } = message.parse(d);
    if (author.bot === true) for (const listener of this.#listeners) listener(channel, content);
  }
}
