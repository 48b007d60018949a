import { z } from 'zod';

import type { Author } from '../model/message.ts';

export const id = z.string().regex(/^\d{1,20}$/);

/** A user, as REST and the gateway give one. */
export const rawUser = z.object({
  id,
  username: z.string(),
  global_name: z.string().nullish(),
  bot: z.boolean().optional(),
});

/** What somebody is in one server. */
export const rawMember = z.object({ nick: z.string().nullish(), roles: z.array(id).optional() });

type RawUser = z.infer<typeof rawUser>;
type RawMember = z.infer<typeof rawMember>;

/** Somebody under the name that people see; a webhook that speaks says so elsewhere. */
export function authorOf(user: RawUser, member: RawMember | undefined): Author {
  return {
    id: user.id,
    name: nameOf(user, member),
    kind: user.bot === true ? 'bot' : 'human',
    ...(member?.roles === undefined ? {} : { roles: member.roles }),
  };
}

/** The name that people see. */
export function nameOf(user: RawUser, member?: RawMember): string {
  return member?.nick ?? user.global_name ?? user.username;
}
