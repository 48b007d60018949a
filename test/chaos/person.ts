import { z } from 'zod';

import type { ChatLine } from './evidence.ts';

const withId = z.object({ id: z.string() });
const line = z.object({
  id: z.string(),
  content: z.string(),
  author: z.object({ bot: z.boolean().optional() }),
  reactions: z.array(z.object({ emoji: z.object({ name: z.string() }), me: z.boolean() })).optional(),
  message_reference: z.object({ message_id: z.string().optional() }).optional(),
});
const lines = z.array(line);

const publicThread = 11;

/** Somebody on the chat server. */
export class Person {
  readonly #api: string;
  readonly #token: string;

  constructor(options: { readonly api: string; readonly token: string }) {
    this.#api = options.api;
    this.#token = options.token;
  }

  /** Says something; gives the message's id. */
  async say(channel: string, content: string): Promise<string> {
    return withId.parse(await this.#call('POST', `/channels/${channel}/messages`, '', { content })).id;
  }

  async edit(channel: string, message: string, content: string): Promise<void> {
    await this.#call('PATCH', `/channels/${channel}/messages/${message}`, '', { content });
  }

  async remove(channel: string, message: string): Promise<void> {
    await this.#call('DELETE', `/channels/${channel}/messages/${message}`);
  }

  /** Opens a thread in a channel; gives its id. */
  async openThread(channel: string, name: string): Promise<string> {
    return withId.parse(await this.#call('POST', `/channels/${channel}/threads`, '', { name, type: publicThread })).id;
  }

  async archive(thread: string): Promise<void> {
    await this.#call('PATCH', `/channels/${thread}`, '', { archived: true });
  }

  /** What stands in a channel after a message, oldest first; the next 100. */
  async readAfter(channel: string, after: string): Promise<readonly ChatLine[]> {
    const page = await this.#call('GET', `/channels/${channel}/messages`, `?limit=100&after=${after}`);
    return lines.parse(page).reverse().map(asChatLine);
  }

  /** Everything in a channel, oldest first. */
  async readAll(channel: string): Promise<readonly ChatLine[]> {
    const found: z.infer<typeof lines> = [];
    for (let before = ''; ;) {
      const query = `?limit=100${before === '' ? '' : `&before=${before}`}`;
      const page = lines.parse(await this.#call('GET', `/channels/${channel}/messages`, query));
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < 100) break;
      before = last.id;
    }
    return found.reverse().map(asChatLine);
  }

  async #call(method: string, path: string, query = '', body?: object): Promise<unknown> {
    const response = await this.#fetch(`${path}${query}`, method, body);
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  #fetch(target: string, method: string, body: object | undefined): Promise<Response> {
    return fetch(`${this.#api}/v10${target}`, {
      method,
      headers: {
        authorization: this.#token,
        // One that is kept would be cut when the server goes away, and be taken for alive.
        connection: 'close',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      const why = error instanceof Error ? error.cause : error;
      throw new Error(`${method} ${target}: ${String(why)}`, { cause: error });
    });
  }
}

function asChatLine(one: z.infer<typeof line>): ChatLine {
  return {
    id: one.id,
    bot: one.author.bot === true,
    text: one.content,
    replyTo: one.message_reference?.message_id,
    reactions: (one.reactions ?? []).map(({ emoji }) => emoji.name),
  };
}
