import { z } from 'zod';

import { ChatClient } from './chat-client.ts';
import type { OpenForm, Seen } from './chat-client.ts';
import { until } from './until.ts';

const message = z.object({
  id: z.string(),
  content: z.string(),
  author: z.object({ id: z.string(), username: z.string(), bot: z.boolean().optional() }),
  reactions: z.array(z.object({ emoji: z.object({ name: z.string() }) })).optional(),
  attachments: z.array(z.object({ filename: z.string(), url: z.string() })).optional(),
  message_reference: z.object({ message_id: z.string().optional() }).optional(),
});
const messages = z.array(message);
const component = z.looseObject({
  type: z.number(),
  custom_id: z.string().optional(),
  label: z.string().optional(),
  placeholder: z.string().optional(),
  options: z.array(z.object({ value: z.string(), label: z.string(), default: z.boolean().optional() })).optional(),
});
const withControls = z.looseObject({
  id: z.string(),
  author: z.object({ id: z.string() }),
  flags: z.number().optional(),
  content: z.string().optional(),
  components: z.array(z.looseObject({ type: z.number(), components: z.array(component).optional() })).optional(),
});
const inGuild = z.looseObject({ guild_id: z.string() });
const command = z.looseObject({ id: z.string(), application_id: z.string(), name: z.string(), type: z.number() });
const commandIndex = z.looseObject({ application_commands: z.array(command) });
const created = z.object({ id: z.string() });
const withTopic = z.object({ topic: z.string().nullish() });

export type ChatMessage = z.infer<typeof message>;

/** A button or a menu under a message, as its client has it. */
export type ChatControl = z.infer<typeof component>;

/** Somebody on a Discord-compatible server, acting over its REST interface like any script would. */
export class ChatUser {
  readonly #api: string;
  readonly #token: string;
  #client: Promise<ChatClient> | undefined;

  constructor(options: { readonly api: string; readonly token: string }) {
    this.#api = options.api;
    this.#token = options.token;
  }

  /** Says something; returns the message's id. */
  async say(channel: string, content: string): Promise<string> {
    const answer = await this.#call('POST', `/channels/${channel}/messages`, { content });
    return message.parse(answer).id;
  }

  /** Says something with files; returns the message's id. @param more of the message's body. */
  async sayWithFiles(
    channel: string,
    content: string,
    files: readonly { readonly name: string; readonly bytes: string | Uint8Array<ArrayBuffer> }[],
    more: object = {},
  ): Promise<string> {
    const form = new FormData();
    form.set('payload_json', JSON.stringify({ content, ...more }));
    for (const [index, { name, bytes }] of files.entries()) form.set(`files[${index}]`, new Blob([bytes]), name);
    return message.parse(await this.#call('POST', `/channels/${channel}/messages`, form)).id;
  }

  /** Answers a message; returns the id of the answer. */
  async reply(channel: string, to: string, content: string): Promise<string> {
    return this.#sayAbout(channel, content, { message_id: to });
  }

  /** Passes a message on into a channel; returns the id of what stands there. */
  async forward(channel: string, from: { readonly channel: string; readonly message: string }): Promise<string> {
    return this.#sayAbout(channel, '', { type: 1, channel_id: from.channel, message_id: from.message });
  }

  /** What is in a file, by the address that its message gives. */
  async download(url: string): Promise<Buffer> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
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

  /** Opens the channel in which the bot that speaks in another channel is spoken to alone; returns its id. */
  async openDirect(channel: string): Promise<string> {
    const { applicationId } = await this.#bot(channel);
    return created.parse(await this.#call('POST', '/users/@me/channels', { recipient_id: applicationId })).id;
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

  /** The buttons and menus under a message, in order. */
  async controls(channel: string, message: string): Promise<readonly ChatControl[]> {
    const found = withControls.parse(await this.#call('GET', `/channels/${channel}/messages/${message}`));
    return (found.components ?? []).flatMap(({ components = [] }) => components);
  }

  /** The newest message that matches, with its id. Waits for it. */
  async finds(channel: string, what: string | RegExp, timeoutMs = 20_000): Promise<ChatMessage> {
    const matches = ({ content }: ChatMessage): boolean =>
      typeof what === 'string' ? content.includes(what) : what.test(content);
    let last: readonly string[] = [];
    return until(
      async () => {
        const all = await this.read(channel);
        last = all.map(({ content }) => content);
        return all.findLast(matches);
      },
      { what: `a message like ${String(what)}`, timeoutMs },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; there is ${JSON.stringify(last)}`, { cause: error });
    });
  }

  /**
   * Presses a button, as a client does that still shows it.
   * @param button its label, or its id.
   */
  async press(channel: string, message: string, button: string): Promise<Seen> {
    const { custom_id: id } = await this.#control(channel, message, button);
    return this.#interact(channel, { type: 3, message_id: message, data: { component_type: 2, custom_id: id } });
  }

  /** Chooses in a menu, by the labels of its options. @param menu a part of its placeholder. */
  async choose(channel: string, message: string, menu: string, labels: readonly string[]): Promise<Seen> {
    const { custom_id: id, options = [] } = await this.#control(channel, message, menu);
    const values = labels.map((label) => {
      const option = options.find((one) => one.label === label);
      if (!option) throw new Error(`there is no option "${label}" in ${JSON.stringify(options)}`);
      return option.value;
    });
    const data = { component_type: 3, type: 3, custom_id: id, values };
    return this.#interact(channel, { type: 3, message_id: message, data });
  }

  /** Fills in a form that is open, by the labels of its fields, and submits it. */
  async submit(channel: string, form: OpenForm, texts: Readonly<Record<string, string>>): Promise<Seen> {
    const components = [...form.fields].map(([label, id]) => ({
      type: 18,
      component: { type: 4, custom_id: id, value: texts[label] ?? '' },
    }));
    const strange = Object.keys(texts).find((label) => !form.fields.has(label));
    if (strange !== undefined)
      throw new Error(`there is no field "${strange}" among ${[...form.fields.keys()].join()}`);
    return this.#interact(channel, { type: 5, data: { id: form.interaction, custom_id: form.id, components } });
  }

  /** Uses a slash command, or with a message one of its context menu. */
  async command(channel: string, name: string, message?: string): Promise<Seen> {
    const { guild_id: guild } = inGuild.parse(await this.#call('GET', `/channels/${channel}`));
    const index = await this.#call('GET', `/guilds/${guild}/application-command-index`);
    const list = commandIndex.parse(index).application_commands;
    const found = list.find((one) => one.name === name);
    if (!found) throw new Error(`there is no command "${name}" among ${list.map((one) => one.name).join()}`);
    const target = message === undefined ? {} : { target_id: message };
    return this.#interact(channel, { type: 2, data: { id: found.id, name, type: found.type, ...target } });
  }

  /** Ends the client's own connection, if it has one. */
  close(): void {
    void this.#client?.then((client) => {
      client.close();
    });
    this.#client = undefined;
  }

  async #sayAbout(channel: string, content: string, reference: object): Promise<string> {
    const body = { content, message_reference: reference };
    return message.parse(await this.#call('POST', `/channels/${channel}/messages`, body)).id;
  }

  async #interact(channel: string, body: object): Promise<Seen> {
    const { applicationId } = await this.#bot(channel);
    this.#client ??= this.#connect();
    const client = await this.#client;
    return client.act(async (nonce) => {
      const common = { application_id: applicationId, channel_id: channel, session_id: client.session, nonce };
      await this.#call('POST', '/interactions', { ...common, ...body });
    });
  }

  async #connect(): Promise<ChatClient> {
    const { url } = z.object({ url: z.string() }).parse(await this.#call('GET', '/gateway'));
    return ChatClient.open(url, this.#token);
  }

  /** The bot whose application it is: whoever of the bots spoke last here. */
  async #bot(channel: string): Promise<{ readonly applicationId: string }> {
    const bot = (await this.read(channel)).findLast(({ author }) => author.bot === true)?.author;
    if (!bot) throw new Error('no bot has spoken here');
    return { applicationId: bot.id };
  }

  async #control(channel: string, message: string, name: string): Promise<ChatControl> {
    const controls = await this.controls(channel, message);
    const found = controls.find(
      ({ label, placeholder, custom_id: id }) => label === name || id === name || placeholder?.includes(name) === true,
    );
    if (found) return found;
    throw new Error(
      `there is no "${name}" among ${JSON.stringify(controls.map(({ label, placeholder }) => label ?? placeholder))}`,
    );
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
