import { ApplicationCommandType, ComponentType, InteractionType } from 'discord.js';
import { z } from 'zod';

import type { ChatDeed } from '../contracts/chat.ts';
import type { Author } from '../model/message.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { authorOf, id, rawMember, rawUser } from './parse-author.ts';

/** Where an act is answered. */
export interface ActReference {
  readonly id: string;
  readonly application: string;
  /** A secret that works for a quarter of an hour; never logged. */
  readonly token: string;
  /** Whether it happened on a message: then an answer may say nothing at all. */
  readonly isOnMessage: boolean;
}

/** An act, but for where its channel lies. */
export interface ParsedAct {
  readonly reference: ActReference;
  readonly author: Author;
  readonly channel: ChannelId;
  /** The server that it is in; undefined of a direct one. */
  readonly guild: string | undefined;
  /** The channel as the server describes it, if it does. */
  readonly channelData: unknown;
  readonly deed: ChatDeed;
}

export type ParsedInteraction =
  | { readonly kind: 'act'; readonly act: ParsedAct }
  /** Not for the bridge: a ping, a word that is being completed. */
  | { readonly kind: 'ignored' }
  /** Not an interaction as Discord documents it. */
  | { readonly kind: 'malformed'; readonly reason: string };

const component = z.object({
  custom_id: z.string(),
  component_type: z.number(),
  values: z.array(z.string()).optional(),
});

const command = z.object({
  name: z.string(),
  type: z.number().default(ApplicationCommandType.ChatInput),
  target_id: id.optional(),
  options: z
    .array(z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]).optional() }))
    .default([]),
});

const field = z.object({ custom_id: z.string(), value: z.string().optional() });

/** Fields stand in a label, or in a row as they used to. */
const fieldHolder = z.object({ component: field.optional(), components: z.array(field).optional() });

const form = z.object({ custom_id: z.string(), components: z.array(fieldHolder) });

const common = {
  id,
  application_id: id,
  token: z.string().min(1),
  guild_id: id.optional(),
  channel_id: id,
  channel: z.unknown(),
  member: rawMember.extend({ user: rawUser }).optional(),
  user: rawUser.optional(),
  message: z.object({ id }).optional(),
};

const interaction = z.discriminatedUnion('type', [
  z.object({ type: z.literal(InteractionType.ApplicationCommand), ...common, data: command }),
  z.object({
    type: z.literal(InteractionType.MessageComponent),
    ...common,
    data: component,
    message: z.object({ id }),
  }),
  z.object({ type: z.literal(InteractionType.ModalSubmit), ...common, data: form }),
]);

type RawInteraction = z.infer<typeof interaction>;

const others = z.object({
  type: z.union([z.literal(InteractionType.Ping), z.literal(InteractionType.ApplicationCommandAutocomplete)]),
});

/** Reads an interaction of Discord's gateway (version 10). Pure. */
export function parseInteraction(data: unknown): ParsedInteraction {
  if (others.safeParse(data).success) return { kind: 'ignored' };
  const parsed = interaction.safeParse(data);
  if (!parsed.success) {
    // Paths only: what stands there may be somebody's words.
    return { kind: 'malformed', reason: parsed.error.issues.map(({ path }) => path.join('.')).join(', ') };
  }
  const raw = parsed.data;
  const channel = parseChannelId(raw.channel_id);
  const user = raw.member?.user ?? raw.user;
  const deed = deedOf(raw);
  if (channel === undefined || user === undefined || deed === undefined) {
    return { kind: 'malformed', reason: 'nobody did anything anywhere' };
  }
  return {
    kind: 'act',
    act: {
      reference: {
        id: raw.id,
        application: raw.application_id,
        token: raw.token,
        isOnMessage: raw.type !== InteractionType.ApplicationCommand && raw.message !== undefined,
      },
      author: authorOf(user, raw.member),
      channel,
      guild: raw.guild_id,
      channelData: raw.channel,
      deed,
    },
  };
}

function deedOf(raw: RawInteraction): ChatDeed | undefined {
  switch (raw.type) {
    case InteractionType.ApplicationCommand:
      return commandOf(raw.data);
    case InteractionType.MessageComponent: {
      const { custom_id: control, component_type: type, values = [] } = raw.data;
      const at = { control, messageId: raw.message.id };
      return type === (ComponentType.Button as number) ? { kind: 'press', ...at } : { kind: 'choose', ...at, values };
    }
    case InteractionType.ModalSubmit: {
      const fields = raw.data.components.flatMap((holder) => holder.component ?? holder.components ?? []);
      return {
        kind: 'submit',
        form: raw.data.custom_id,
        fields: Object.fromEntries(fields.map((one) => [one.custom_id, one.value ?? ''])),
      };
    }
  }
}

function commandOf({ name, type, target_id: target, options }: z.infer<typeof command>): ChatDeed | undefined {
  if (type === (ApplicationCommandType.Message as number)) {
    return target === undefined ? undefined : { kind: 'message-command', name, messageId: target };
  }
  if (type !== (ApplicationCommandType.ChatInput as number)) return undefined;
  const given = options.flatMap((option) => (option.value === undefined ? [] : [[option.name, String(option.value)]]));
  return { kind: 'command', name, options: Object.fromEntries(given) as Record<string, string> };
}
