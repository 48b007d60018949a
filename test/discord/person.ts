import { setTimeout as wait } from 'node:timers/promises';

import { z } from 'zod';

import type { ChatDeed } from '../../src/contracts/chat.ts';
import { RawGateway } from '../conformance/raw-gateway.ts';
import type { ActSeen } from '../contracts/chat-acts.ts';
import type { LocalWorld } from './local-world.ts';

const about = z.object({ id: z.string() });
const commands = z.array(z.object({ id: z.string(), name: z.string(), type: z.number() }));
const told = z.object({ id: z.string(), nonce: z.string() });
const modal = z.object({
  id: z.string(),
  title: z.string(),
  components: z.array(z.object({ label: z.string(), component: z.object({ custom_id: z.string() }) })),
});
const answer = z.object({
  id: z.string(),
  content: z.string(),
  flags: z.number(),
  interaction_metadata: z.object({ id: z.string() }),
});

const ephemeral = 64;
const loading = 128;

/** A person's client: does things on the server, and sees what becomes of them. */
export class Person {
  readonly #world: LocalWorld;
  readonly #token: string;
  readonly #gateway: RawGateway;
  readonly #session: string;
  readonly #application: string;

  private constructor(world: LocalWorld, token: string, gateway: RawGateway, session: string, application: string) {
    this.#world = world;
    this.#token = token;
    this.#gateway = gateway;
    this.#session = session;
    this.#application = application;
  }

  /** @param token default: the one who owns the server. */
  static async open(world: LocalWorld, token: string = world.server.userToken): Promise<Person> {
    const { api: apiUrl, guildId, botToken } = world.server;
    const target = { apiUrl, guildId, botToken, channelId: world.channel, userToken: token };
    const { person, ready } = await RawGateway.openAsPerson(target);
    const { id } = about.parse(await world.request('GET', '/applications/@me', undefined, `Bot ${botToken}`));
    return new Person(world, token, person, ready.session_id, id);
  }

  /** @returns what it is called in `seen`. */
  async act(deed: ChatDeed, channel: string = this.#world.channel): Promise<string> {
    const nonce = crypto.randomUUID().slice(0, 25);
    const body = {
      application_id: this.#application,
      channel_id: channel,
      session_id: this.#session,
      nonce,
      ...(await this.#bodyOf(deed)),
    };
    await this.#world.request('POST', '/interactions', body, this.#token);
    return nonce;
  }

  /** What is to be seen now. */
  seen(nonce: string): ActSeen {
    const mine = (event: string): boolean => this.#told(event, nonce) !== undefined;
    const id = this.#told('INTERACTION_CREATE', nonce);
    const form = this.#form(nonce);
    if (mine('INTERACTION_FAILURE')) return { kind: 'failed' };
    if (form) return { kind: 'form', title: form.title, labels: form.components.map(({ label }) => label) };
    const said = id === undefined ? undefined : this.#privateAnswer(id);
    if (said) {
      return (said.flags & loading) === 0 ? { kind: 'private', text: said.content } : { kind: 'thinking' };
    }
    return mine('INTERACTION_SUCCESS') ? { kind: 'done' } : { kind: 'waiting' };
  }

  /** What is to be seen once something is, and stays so for a moment. */
  async outcome(nonce: string): Promise<ActSeen> {
    for (let tries = 0; tries < 500; tries += 1) {
      const seen = this.seen(nonce);
      if (seen.kind !== 'waiting' && seen.kind !== 'thinking') return seen;
      await wait(20);
    }
    return this.seen(nonce);
  }

  close(): void {
    this.#gateway.close();
  }

  async #bodyOf(deed: ChatDeed): Promise<object> {
    switch (deed.kind) {
      case 'press':
        return { type: 3, message_id: deed.messageId, data: { component_type: 2, custom_id: deed.control } };
      case 'choose': {
        const data = { component_type: 3, custom_id: deed.control, values: deed.values };
        return { type: 3, message_id: deed.messageId, data };
      }
      case 'submit': {
        const opened = this.#frames('INTERACTION_MODAL_CREATE')
          .flatMap((data) => modal.extend({ custom_id: z.string() }).safeParse(data).data ?? [])
          .findLast(({ custom_id: id }) => id === deed.form);
        if (!opened) throw new Error(`no form "${deed.form}" is open`);
        const components = Object.entries(deed.fields).map(([id, value]) => ({
          type: 18,
          component: { type: 4, custom_id: id, value },
        }));
        return { type: 5, data: { id: opened.id, custom_id: deed.form, components } };
      }
      case 'command': {
        const options = Object.entries(deed.options).map(([name, value]) => ({ type: 3, name, value }));
        return { type: 2, data: { ...(await this.#command(deed.name, 1)), options } };
      }
      case 'message-command':
        return { type: 2, data: { ...(await this.#command(deed.name, 3)), target_id: deed.messageId } };
    }
  }

  async #command(name: string, type: number): Promise<object> {
    const path = `/applications/${this.#application}/commands`;
    const all = commands.parse(await this.#world.request('GET', path, undefined, `Bot ${this.#world.server.botToken}`));
    const found = all.find((one) => one.name === name && one.type === type);
    if (!found) throw new Error(`there is no command "${name}"`);
    return { id: found.id, name, type };
  }

  #frames(...events: string[]): unknown[] {
    return this.#gateway.frames.filter(({ t }) => t !== null && events.includes(t)).map(({ d }) => d);
  }

  #told(event: string, nonce: string): string | undefined {
    const all = this.#frames(event).flatMap((data) => told.safeParse(data).data ?? []);
    return all.find((one) => one.nonce === nonce)?.id;
  }

  #form(nonce: string): z.infer<typeof modal> | undefined {
    const form = this.#frames('INTERACTION_MODAL_CREATE').find((data) => told.safeParse(data).data?.nonce === nonce);
    return modal.safeParse(form).data;
  }

  /** As it is now; undefined when there is none, or none any more. */
  #privateAnswer(interaction: string): z.infer<typeof answer> | undefined {
    const versions = this.#frames('MESSAGE_CREATE', 'MESSAGE_UPDATE').flatMap(
      (data) => answer.safeParse(data).data ?? [],
    );
    const last = versions.findLast(
      (one) => one.interaction_metadata.id === interaction && (one.flags & ephemeral) !== 0,
    );
    const gone = this.#frames('MESSAGE_DELETE').some((data) => about.safeParse(data).data?.id === last?.id);
    return gone ? undefined : last;
  }
}
