import { setTimeout as wait } from 'node:timers/promises';

import type { ClientEvents, ClientOptions, TextChannel } from 'discord.js';
import { Client, GatewayIntentBits } from 'discord.js';
import { expect } from 'vitest';

/** A Discord-compatible server and one guild in it that may be written to. */
export interface ConformanceTarget {
  /** What discord.js gets as `rest.api`: `https://discord.com/api`, `http://127.0.0.1:PORT/api`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly guildId: string;
  readonly channelId: string;
  /** A person's token; Discord itself forbids scripts to use one. */
  readonly userToken?: string;
  close?(): Promise<void>;
}

/** What the checks look at in bodies and events. A key that is not there makes its check fail. */
export interface Answered {
  readonly id: string;
  readonly type: number;
  readonly code: number;
  readonly content: string;
  readonly author: { readonly id: string };
  readonly url: string;
  readonly user: { readonly id: string };
  readonly attachments: readonly { readonly filename: string }[];
  readonly refreshed_urls: readonly { readonly original: string; readonly refreshed: string }[];
  readonly channels: readonly { readonly id: string }[];
  readonly guilds: readonly object[];
  readonly session_id: string;
  readonly resume_gateway_url: string;
  readonly heartbeat_interval: number;
  readonly custom_id: string;
  readonly nonce: string;
  readonly status: string;
  readonly presences: readonly { readonly status: string }[];
  readonly topic: string;
  readonly flags: number;
  readonly reactions: readonly { readonly me: boolean; readonly count: number }[];
  readonly referenced_message: Answered | null;
  readonly threads: readonly {
    readonly id: string;
    readonly thread_metadata: { readonly archive_timestamp: string };
  }[];
  readonly has_more: boolean;
  readonly choices: readonly { readonly name: string; readonly value: string }[];
  readonly application_commands: readonly { readonly id: string; readonly name: string }[];
}

export interface RestAnswer {
  readonly status: number;
  readonly body: Answered;
}

/** A body that is a list. */
export function listOf({ body }: RestAnswer): readonly Answered[] {
  expect(Array.isArray(body)).toBe(true);
  return body as object as readonly Answered[];
}

export const allIntents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.GuildMessageTyping,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

/** Bare REST as the bot (or with another Authorization). Waits out rate limits. */
export async function rest(
  target: ConformanceTarget,
  method: string,
  path: string,
  body?: object | FormData,
  authorization: string | undefined = `Bot ${target.botToken}`,
): Promise<RestAnswer> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${target.apiUrl}/v10${path}`, {
    method,
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const answer: RestAnswer = { status: response.status, body: JSON.parse(text === '' ? '{}' : text) as Answered };
  if (response.status !== 429) return answer;
  await wait(Number(response.headers.get('retry-after') ?? 1) * 1000);
  return rest(target, method, path, body, authorization);
}

/** Bare REST as the person. */
export function restAsUser(
  target: ConformanceTarget,
  method: string,
  path: string,
  body?: object | FormData,
): Promise<RestAnswer> {
  return rest(target, method, path, body, target.userToken);
}

/** The real discord.js, logged in and ready. Destroy it at the end. */
export async function connectBot(
  target: ConformanceTarget,
  intents: readonly GatewayIntentBits[] = allIntents,
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({ intents: [...intents], rest: { api: target.apiUrl }, ...options });
  await login(client, target.botToken);
  return client as Client<true>;
}

/** Logs in and waits until it is ready. */
export async function login(client: Client, token: string): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    client.once('clientReady', () => {
      resolve();
    });
  });
  await client.login(token);
  await ready;
}

export async function textChannel(client: Client<true>, target: ConformanceTarget): Promise<TextChannel> {
  const channel = await client.channels.fetch(target.channelId);
  if (!channel?.isTextBased() || channel.isDMBased() || channel.isThread()) throw new Error('not a text channel');
  return channel as TextChannel;
}

/** The next event that fits. Rejects after the deadline, naming the event. */
export function nextEvent<Name extends keyof ClientEvents>(
  client: Client,
  name: Name,
  fits: (...args: ClientEvents[Name]) => boolean = () => true,
  deadlineMs = 20_000,
): Promise<ClientEvents[Name]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.off(name, listener);
      reject(new Error(`no fitting "${name}" within ${deadlineMs} ms`));
    }, deadlineMs);
    const listener = (...args: ClientEvents[Name]): void => {
      if (!fits(...args)) return;
      clearTimeout(timer);
      client.off(name, listener);
      resolve(args);
    };
    client.on(name, listener);
  });
}

/** Expects a promise of discord.js to fail with one of Discord's codes. */
export async function expectCode(action: Promise<unknown>, code: number): Promise<void> {
  const outcome = await action.then(
    () => 'it worked',
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({ code });
}

/** A text that no earlier run has said. */
export function unique(text: string): string {
  return `${text} ${crypto.randomUUID()}`;
}
