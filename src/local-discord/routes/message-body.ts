import type { APIEmbed, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { z } from 'zod';

import { invalidField } from '../api-error.ts';
import { isSnowflake } from '../store/snowflakes.ts';
import { checkComponents } from './component-rules.ts';

/**
 * Discord counts characters; this server counts UTF-16 units, the stricter of the two ways: what passes here passes
 * there.
 */
const content = z.string().max(2000);

const snowflake = z.union([z.string().refine(isSnowflake), z.int().nonnegative()]).transform(String);

const embed = z
  .looseObject({
    title: z.string().max(256).nullish(),
    description: z.string().max(4096).nullish(),
    fields: z
      .array(z.looseObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) }))
      .max(25)
      .nullish(),
  })
  .transform((value) => value as APIEmbed);

const component = z.looseObject({ type: z.int() }).transform((value) => value as object as APIMessageTopLevelComponent);

const allowedMentions = z.object({
  parse: z.array(z.enum(['users', 'roles', 'everyone'])).optional(),
  users: z.array(snowflake).max(100).optional(),
  replied_user: z.boolean().optional(),
});

const attachment = z.object({
  id: snowflake,
  filename: z.string().max(1024).nullish(),
  description: z.string().max(1024).nullish(),
  /** Of a voice message: seconds, and how loud it is, as Discord writes it. */
  duration_secs: z.number().positive().max(1200).nullish(),
  waveform: z.string().max(400).nullish(),
});

const shared = {
  content: content.nullish(),
  embeds: z.array(embed).max(10).nullish(),
  components: z.array(component).nullish(),
  allowed_mentions: allowedMentions.nullish(),
  attachments: z.array(attachment).max(10).nullish(),
  flags: z.int().nonnegative().nullish(),
};

/** Body of a new message. */
export const messageCreateBody = z
  .object({
    ...shared,
    tts: z.boolean().nullish(),
    nonce: z
      .union([z.string().max(25), z.int()])
      .transform(String)
      .nullish(),
    enforce_nonce: z.boolean().nullish(),
    message_reference: z
      .object({
        type: z.int().nullish(),
        message_id: snowflake,
        channel_id: snowflake.nullish(),
        fail_if_not_exists: z.boolean().nullish(),
      })
      .nullish(),
  })
  .transform(checked);

/** Body of an edit: what is absent stays. */
export const messageEditBody = z.object(shared).transform(checked);

export type MessageCreateBody = z.output<typeof messageCreateBody>;
export type MessageEditBody = z.output<typeof messageEditBody>;

/** Documented by Discord: the characters of all embeds of a message together. */
const largestEmbeds = 6000;

function checked<
  Body extends {
    embeds?: APIEmbed[] | null | undefined;
    components?: APIMessageTopLevelComponent[] | null | undefined;
  },
>(body: Body): Body {
  const total = (body.embeds ?? []).reduce((sum, one) => sum + embedLength(one), 0);
  if (total > largestEmbeds) {
    throw invalidField(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${largestEmbeds}`);
  }
  if (body.components) checkComponents(body.components);
  return body;
}

function embedLength({ title, description, fields, footer, author }: APIEmbed): number {
  const texts = [
    title,
    description,
    footer?.text,
    author?.name,
    ...(fields ?? []).flatMap((one) => [one.name, one.value]),
  ];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
