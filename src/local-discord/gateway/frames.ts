import { GatewayOpcodes } from 'discord-api-types/v10';
import { z } from 'zod';

/** Largest frame a client may send, in bytes (documented by Discord). */
export const largestFrame = 4096;

const identify = z.object({
  op: z.literal(GatewayOpcodes.Identify),
  d: z.object({
    token: z.string(),
    intents: z.int().nonnegative().optional(),
    shard: z.tuple([z.int().nonnegative(), z.int().positive()]).optional(),
  }),
});

const resume = z.object({
  op: z.literal(GatewayOpcodes.Resume),
  d: z.object({ token: z.string(), session_id: z.string(), seq: z.int().nonnegative().nullable() }),
});

const requestMembers = z.object({
  op: z.literal(GatewayOpcodes.RequestGuildMembers),
  d: z.object({
    guild_id: z.string(),
    query: z.string().optional(),
    limit: z.int().nonnegative().optional(),
    user_ids: z.union([z.string(), z.array(z.string())]).optional(),
    nonce: z.string().max(32).optional(),
  }),
});

/** What a client may send, as far as this server has it. */
const clientFrame = z.discriminatedUnion('op', [
  z.object({ op: z.literal(GatewayOpcodes.Heartbeat), d: z.int().nullish() }),
  identify,
  resume,
  z.object({ op: z.literal(GatewayOpcodes.PresenceUpdate) }),
  z.object({ op: z.literal(GatewayOpcodes.VoiceStateUpdate) }),
  requestMembers,
]);

export type ClientFrame = z.infer<typeof clientFrame>;
export type IdentifyData = z.infer<typeof identify>['d'];
export type ResumeData = z.infer<typeof resume>['d'];
export type RequestMembersData = z.infer<typeof requestMembers>['d'];

/** Reads a frame; `malformed` when it is not what Discord describes, `unknown` when only its opcode is strange. */
export function readFrame(text: string): ClientFrame | 'malformed' | 'unknown' {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'malformed';
  }
  const parsed = clientFrame.safeParse(value);
  if (parsed.success) return parsed.data;
  const opcode = z.object({ op: z.int() }).safeParse(value);
  if (!opcode.success) return 'malformed';
  const known: readonly number[] = [1, 2, 3, 4, 6, 8];
  return known.includes(opcode.data.op) ? 'malformed' : 'unknown';
}
