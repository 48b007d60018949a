import { z } from 'zod';

/** Anything JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One event file as a hook left it. */
export interface MailboxEvent {
  /** `<nanoseconds>-<pid>-<KIND>`: sorts by time, unique within the mailbox. */
  readonly id: string;
  readonly kind: string;
  /** The hook process that wrote it; it may wait for an answer. */
  readonly pid: number;
  /** Epoch milliseconds when the hook began. */
  readonly at: number;
  /** What the agent gave to the hook. */
  readonly event: Readonly<Record<string, Json>>;
}

const fileSchema = z.object({
  id: z.string(),
  kind: z.string().regex(/^[A-Za-z-]+$/),
  pid: z.int().positive(),
  event: z.record(z.string(), z.json()),
});

const idPattern = /^(\d{10,})-\d+-[A-Za-z-]+$/;

/** Whether a text is the id of an event: nothing else ever becomes part of a path. */
export function isEventId(text: string): boolean {
  return idPattern.test(text);
}

/** Reads an event file's content. @throws when it is not an event, or not the event that its name says. */
export function parseMailboxEvent(id: string, content: string): MailboxEvent {
  const { kind, pid, event, ...file } = fileSchema.parse(JSON.parse(content));
  if (file.id !== id) throw new Error(`the file of event ${id} speaks of event ${file.id}`);
  return { id, kind, pid, event, at: eventTime(id) };
}

/** The time in an event's id, in epoch milliseconds. */
export function eventTime(id: string): number {
  const nanoseconds = idPattern.exec(id)?.[1] ?? '0';
  return Number(BigInt(nanoseconds) / 1_000_000n);
}

/** Orders ids by time, then by the rest. */
export function compareEventIds(left: string, right: string): number {
  const [a, b] = [nanoseconds(left), nanoseconds(right)];
  if (a !== b) return a < b ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function nanoseconds(id: string): bigint {
  return BigInt(idPattern.exec(id)?.[1] ?? '0');
}
