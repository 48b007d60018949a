import type { Socket } from 'node:net';

import { z } from 'zod';

import type { Response } from '../../src/control/protocol.ts';
import { knownCode } from '../../src/error-policy/policy.ts';
import type { ErrorCode } from '../../src/error-policy/policy.ts';

const isKnown = (code: string): code is ErrorCode => knownCode(code) === code;

/** What every response looks like, as strict as can be. */
const responseSchema = z.discriminatedUnion('ok', [
  z.strictObject({ id: z.string(), ok: z.literal(true), result: z.unknown() }),
  z.strictObject({
    id: z.string().nullable(),
    ok: z.literal(false),
    error: z.strictObject({
      code: z.string().refine(isKnown),
      message: z.string(),
      advice: z.string().exactOptional(),
      happened: z.enum(['done', 'not-done', 'unknown']),
    }),
  }),
]);

/** Writes bytes as they are and gives the responses until the server hangs up or `count` have come. */
export async function exchange(
  connection: Socket,
  bytes: string | Buffer,
  count: number,
): Promise<readonly Response[]> {
  const responses: Response[] = [];
  connection.write(bytes);
  let text = '';
  for await (const chunk of connection) {
    text += String(chunk);
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    responses.push(...parts.map((part) => responseSchema.parse(JSON.parse(part))));
    if (responses.length >= count) break;
  }
  return responses;
}
