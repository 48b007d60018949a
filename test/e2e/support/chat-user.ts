import { z } from 'zod';

import { until } from './until.ts';

const message = z.object({
  id: z.string(),
  content: z.string(),
  author: z.object({ id: z.string(), username: z.string(), bot: z.boolean().optional() }),
  reactions: z.array(z.object({ emoji: z.object({ name: z.string() }) })).optional(),
  attachments: z.array(z.object({ filename: z.string() })).optional(),
  message_reference: z.object({ message_id: z.string().optional() }).optional(),
});
const messages = z.array(message);
const created = z.object({ id: z.string() });
const withTopic = z.object({ topic: z.string().nullish() });

export type ChatMessage = z.infer<typeof message>;

/** Somebody on a Discord-compatible server, acting over its REST interface like any script would. */
export class ChatUser {
  readonly #api: string;
  readonly #token: string;

  constructor(options: { readonly api: string; readonly token: string }) {
    this.#api = options.api;
    this.#token = options.token;
  }

  /** Says something; returns the message's id. */
  async say(channel: string, content: string): Promise<string> {
    const answer = await this.#call('POST', `/channels/${channel}/messages`, { content });
    return message.parse(answer).id;
  }

  /** Says something with files; returns the message's id. */
  async sayWithFiles(
    channel: string,
    content: string,
    files: readonly { readonly name: string; readonly bytes: string | Uint8Array<ArrayBuffer> }[],
  ): Promise<string> {
    const form = new FormData();
    form.set('payload_json', JSON.stringify({ content }));
    for (const [index, { name, bytes }] of files.entries()) form.set(`files[${index}]`, new Blob([bytes]), name);
    return message.parse(await this.#call('POST', `/channels/${channel}/messages`, form)).id;
  }

  /** Gives a channel another name. */
  async rename(channel: string, name: string): Promise<void> {
    await this.#call('PATCH', `/channels/${channel}`, { name });
  }

  /** Begins a thread in a channel; returns its id. */
  async openThread(channel: string, name: string): Promise<string> {
    return created.parse(await this.#call('POST', `/channels/${channel}/threads`, { name, type: 11 })).id;
  }

  /** Puts a thread to sleep. */
  async archive(thread: string): Promise<void> {
    await this.#call('PATCH', `/channels/${thread}`, { archived: true });
  }

  /** Puts another text in the place of what one said. */
  async edit(channel: string, message: string, content: string): Promise<void> {
    await this.#call('PATCH', `/channels/${channel}/messages/${message}`, { content });
  }

  /** Takes back what one said. */
  async remove(channel: string, message: string): Promise<void> {
    await this.#call('DELETE', `/channels/${channel}/messages/${message}`);
  }

  async react(channel: string, message: string, emoji: string): Promise<void> {
    await this.#call('PUT', `/channels/${channel}/messages/${message}/reactions/${encodeURIComponent(emoji)}/@me`);
  }

  /** The channel's last 100 messages, oldest first. */
  async read(channel: string): Promise<readonly ChatMessage[]> {
    return messages.parse(await this.#call('GET', `/channels/${channel}/messages?limit=100`)).reverse();
  }

  /** Everything in a channel, oldest first. */
  async readAll(channel: string): Promise<readonly ChatMessage[]> {
    const all: ChatMessage[] = [];
    for (;;) {
      const before = all[0] === undefined ? '' : `&before=${all[0].id}`;
      const page = messages.parse(await this.#call('GET', `/channels/${channel}/messages?limit=100${before}`));
      all.unshift(...page.reverse());
      if (page.length < 100) return all;
    }
  }

  /** The channels in which one other speaks with them alone. */
  async directChannels(): Promise<readonly string[]> {
    return z
      .array(created)
      .parse(await this.#call('GET', '/users/@me/channels'))
      .map(({ id }) => id);
  }

  /** The names of the files in a channel, a list for each message that has some, oldest first. */
  async files(channel: string): Promise<readonly (readonly string[])[]> {
    const all = await this.read(channel);
    return all
      .map(({ attachments = [] }) => attachments.map(({ filename }) => filename))
      .filter(({ length }) => length > 0);
  }

  /** What the bot said in a channel, oldest first. */
  async heard(channel: string): Promise<readonly string[]> {
    return (await this.read(channel)).filter((one) => one.author.bot === true).map((one) => one.content);
  }

  /** Waits until the bot said something that matches. */
  async hears(channel: string, what: string | RegExp, timeoutMs = 20_000): Promise<string> {
    const matches = (text: string): boolean => (typeof what === 'string' ? text === what : what.test(text));
    let last: readonly string[] = [];
    try {
      return await until(
        async () => {
          last = await this.heard(channel);
          return last.find(matches);
        },
        { what: `the bot to say ${String(what)}`, timeoutMs },
      );
    } catch (error) {
      throw new Error(`${String(error)}; it said ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** Waits until a message carries a reaction. */
  async seesReaction(channel: string, id: string, emoji: string, timeoutMs = 20_000): Promise<void> {
    await until(async () => (await this.reactions(channel, id)).includes(emoji), {
      what: `reaction ${emoji} on ${id}`,
      timeoutMs,
    });
  }

  /** Waits until the line above a channel begins like this. */
  async seesTopic(channel: string, beginning: string, timeoutMs = 20_000): Promise<void> {
    let last = '';
    await until(
      async () => {
        last = withTopic.parse(await this.#call('GET', `/channels/${channel}`)).topic ?? '';
        return last.startsWith(beginning);
      },
      { what: `a topic that begins with "${beginning}"`, timeoutMs },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is "${last}"`, { cause: error });
    });
  }

  async reactions(channel: string, id: string): Promise<readonly string[]> {
    const found = (await this.read(channel)).find((one) => one.id === id);
    return found?.reactions?.map((one) => one.emoji.name) ?? [];
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#api}/v10${path}`, {
      method,
      headers: {
        authorization: this.#token,
        ...(body && !(body instanceof FormData) ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: body instanceof FormData ? body : JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }
}
