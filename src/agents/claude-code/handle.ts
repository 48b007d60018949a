import { z } from 'zod';

const schema = z.object({
  conversation: z.string(),
  pid: z.int().positive().optional(),
  procStart: z.string().optional(),
});

/** What it takes to find an agent again. */
export type Handle = z.infer<typeof schema>;

/** Reads a handle that an earlier daemon stored; undefined when it is not one of ours. */
export function parseHandle(text: string): Handle | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not even JSON
  }
}
