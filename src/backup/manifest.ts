import { z } from 'zod';

/** What an archive begins with in its path, and what it is called. */
export const manifestName = 'manifest.json';

export const manifestFormat = 1;

export const product = 'claude-discord-bridge';

const count = z.int().nonnegative();
const mode = z.int().min(0).max(0o777);

/** The last entry of an archive: what all the others are. */
export const manifestSchema = z.object({
  product: z.literal(product),
  /** Of this description; a higher one is of a newer bridge. */
  format: z.int().positive(),
  /** Of the bridge that made it. */
  version: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  /** Where each root was, links followed: what is stored has absolute paths in it. */
  roots: z.partialRecord(z.enum(['config', 'state', 'attachments', 'workspace']), z.string()),
  files: z.array(
    z.object({
      /** From the home on. */
      path: z.string(),
      /** Bytes. */
      size: count,
      mode,
      /** SHA-256, in hexadecimal digits. */
      sha256: z.string().regex(/^[\da-f]{64}$/),
    }),
  ),
  directories: z.array(z.object({ path: z.string(), mode })),
  databases: z.array(z.object({ path: z.string(), version: count, rows: z.record(z.string(), count) })),
  /** What is not in the archive though it lies there, and why. */
  left: z.array(z.object({ path: z.string(), why: z.string() })),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Of a manifest that this bridge may not understand any more, what can be said of every one. */
export const manifestHead = z.object({ product: z.literal(product), format: z.int().positive(), version: z.string() });
