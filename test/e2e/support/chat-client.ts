import { once } from 'node:events';

import { WebSocket } from 'ws';
import { z } from 'zod';

import { until } from './until.ts';

const frame = z.object({ op: z.number(), t: z.string().nullish(), d: z.unknown() });
const hello = z.object({ heartbeat_interval: z.number() });
const ready = z.object({ session_id: z.string() });
const told = z.looseObject({
  id: z.string(),
  nonce: z.string().optional(),
  content: z.string().optional(),
  flags: z.number().optional(),
  custom_id: z.string().optional(),
  title: z.string().optional(),
});
const field = z.looseObject({
  type: z.number(),
  custom_id: z.string().optional(),
  label: z.string().optional(),
  value: z.string().optional(),
});
const row = z.looseObject({
  type: z.number(),
  label: z.string().optional(),
  components: z.array(field).optional(),
  component: field.optional(),
});
const modal = told.extend({ custom_id: z.string(), title: z.string(), components: z.array(row) });

/** Discord's flags of a message that one person sees, and of one that is still being written. */
const onlyForOne = 64;
const isBeingWritten = 128;

/** How long an act may take, in milliseconds: the server itself waits for 3 s. */
const patienceMs = 15_000;

/** What is told right with an answer comes within this, in milliseconds. */
const besidesMs = 80;

/** A bridge that took longer to answer, in milliseconds, has perhaps only said that it heard: the rest may come later. */
const promptMs = 1_000;
const laterMs = 5_000;

/** A form that opened for somebody. */
export interface OpenForm {
  /** Of the interaction that opened it. */
  readonly interaction: string;
  readonly id: string;
  readonly title: string;
  /** Ids of its fields by their labels, in order. */
  readonly fields: ReadonlyMap<string, string>;
}

/** What somebody sees after they did something. */
export type Seen =
  | { readonly kind: 'done' }
  | { readonly kind: 'private'; readonly text: string }
  | { readonly kind: 'form'; readonly form: OpenForm }
  | { readonly kind: 'failed' };

interface Told {
  readonly event: string;
  readonly data: z.infer<typeof told>;
  readonly raw: unknown;
}

/** The connected client of a person: hears what only that person sees. One act at a time. */
export class ChatClient {
  readonly #socket: WebSocket;
  readonly #told: Told[] = [];
  #session = '';

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Connects as a person. @param gateway the address of the server's gateway. */
  static async open(gateway: string, token: string): Promise<ChatClient> {
    const socket = new WebSocket(`${gateway}/?v=10&encoding=json`);
    const client = new ChatClient(socket);
    let beat: NodeJS.Timeout | undefined;
    socket.on('message', (data: Buffer) => {
      const { op, t, d } = frame.parse(JSON.parse(data.toString()));
      if (op === 10) {
        const every = hello.parse(d).heartbeat_interval;
        beat = setInterval(() => socket.send(JSON.stringify({ op: 1, d: null })), every).unref();
        const properties = { os: 'linux', browser: 'test', device: 'test' };
        socket.send(JSON.stringify({ op: 2, d: { token, properties } }));
      }
      if (t === 'READY') client.#session = ready.parse(d).session_id;
      const data0 = told.safeParse(d);
      if (typeof t === 'string' && data0.success) client.#told.push({ event: t, data: data0.data, raw: d });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => clearInterval(beat));
    await Promise.race([once(socket, 'open'), once(socket, 'close')]);
    await until(() => client.#session !== '', { what: 'a connected client', timeoutMs: patienceMs });
    return client;
  }

  get session(): string {
    return this.#session;
  }

  /** Waits for what comes of an act. @param send asks the server, with this nonce. */
  async act(send: (nonce: string) => Promise<void>): Promise<Seen> {
    const nonce = crypto.randomUUID().slice(0, 24);
    const from = this.#told.length;
    const begun = performance.now();
    await send(nonce);
    const end = await until(
      () =>
        this.#told
          .slice(from)
          .find(
            ({ event, data }) =>
              data.nonce === nonce &&
              ['INTERACTION_SUCCESS', 'INTERACTION_FAILURE', 'INTERACTION_MODAL_CREATE'].includes(event),
          ),
      { what: 'what comes of an act', timeoutMs: patienceMs },
    );
    if (end.event === 'INTERACTION_FAILURE') return { kind: 'failed' };
    const seen = await this.#besides(nonce, from, performance.now() - begun < promptMs ? besidesMs : laterMs);
    if (!seen) return { kind: 'done' };
    if (seen.event === 'INTERACTION_MODAL_CREATE') return { kind: 'form', form: formOf(seen.raw) };
    const text = await until(
      () =>
        this.#told
          .slice(from)
          .filter(({ event, data }) => event.startsWith('MESSAGE_') && data.id === seen.data.id)
          .findLast(({ data }) => ((data.flags ?? 0) & isBeingWritten) === 0)?.data.content,
      { what: 'an answer that only one sees', timeoutMs: patienceMs },
    );
    return { kind: 'private', text };
  }

  close(): void {
    this.#socket.terminate();
  }

  /** What is to be seen of an act: a form, or words for one alone. Undefined when nothing comes. */
  async #besides(nonce: string, from: number, timeoutMs: number): Promise<Told | undefined> {
    const isForm = ({ event, data }: Told): boolean => event === 'INTERACTION_MODAL_CREATE' && data.nonce === nonce;
    const isSecret = ({ event, data }: Told): boolean =>
      event === 'MESSAGE_CREATE' && ((data.flags ?? 0) & onlyForOne) > 0;
    const find = (): Told | undefined => {
      const told = this.#told.slice(from);
      return told.find(isForm) ?? told.find(isSecret);
    };
    for (const end = performance.now() + timeoutMs; performance.now() < end && !find();) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return find();
  }
}

function formOf(raw: unknown): OpenForm {
  const { id, custom_id: formId, title, components } = modal.parse(raw);
  const fields = components.flatMap(({ label, component, components: inner = [] }) =>
    [...(component ? [component] : []), ...inner].map(
      (one) => [one.label ?? label ?? '', one.custom_id ?? ''] as const,
    ),
  );
  return { interaction: id, id: formId, title, fields: new Map(fields) };
}
