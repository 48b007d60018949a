import { closeSync, existsSync, fstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { parseTime } from '../../base/clock.ts';
import { systemErrorCode } from '../../base/errors.ts';

/** What we take from the agent's own record of a conversation. */
export type TranscriptEntry =
  /** It began a turn, or lay in the agent's queue before; of several in a row the last one's turn is theirs. */
  | { readonly kind: 'prompt'; readonly turn: string; readonly text: string; readonly at?: number }
  /** What became of a prompt in the agent's queue: it went in, was taken into the running turn, or out to the box. */
  | { readonly kind: 'queued' | 'absorbed' | 'returned'; readonly text: string }
  /** The same of a prompt that no hook has seen: the agent does not record its text. */
  | { readonly kind: 'queued-unheard' | 'returned-unheard' }
  /** One prompt left the queue for a turn of its own; its `prompt` follows. */
  | { readonly kind: 'dequeued' }
  | { readonly kind: 'text'; readonly id: string; readonly text: string }
  | { readonly kind: 'interrupted'; readonly turn: string | undefined };

/** Bytes that are read from the end when it is not known where to begin. */
const tailBytes = 8 * 1024 * 1024;

const block = z.looseObject({ type: z.string(), text: z.string().optional() });
const content = z.union([z.string(), z.array(block)]);
const userLine = z.looseObject({
  type: z.literal('user'),
  promptId: z.string().optional(),
  timestamp: z.string().optional(),
  isSidechain: z.boolean().optional(),
  isMeta: z.boolean().optional(),
  message: z.looseObject({ content }),
});
const assistantLine = z.looseObject({
  type: z.literal('assistant'),
  uuid: z.string(),
  isSidechain: z.boolean().optional(),
  isApiErrorMessage: z.boolean().optional(),
  message: z.looseObject({ content }),
});

const queueLine = z.looseObject({
  type: z.literal('queue-operation'),
  operation: z.string(),
  content: z.string().optional(),
  reason: z.string().optional(),
});

/** An entry, and the byte after its line. */
export interface LocatedEntry {
  readonly entry: TranscriptEntry;
  readonly end: number;
}

/** Bytes a transcript has now; 0 when it does not exist yet. */
export function transcriptSize(path: string): number {
  return withFile(path, (file) => fstatSync(file).size) ?? 0;
}

/** The entries from a byte offset on; from the last 8 MiB when no offset is given. Other lines are passed over. */
export function readTranscript(path: string, from?: number): readonly TranscriptEntry[] {
  const bytes = readBytes(path, from);
  return (bytes?.toString('utf8') ?? '').split('\n').flatMap(parseTranscriptLine);
}

/** The entries of the whole lines from a byte offset on, and where each ends. */
export function locateEntries(path: string, from: number): readonly LocatedEntry[] {
  const bytes = readBytes(path, from) ?? Buffer.alloc(0);
  const found: LocatedEntry[] = [];
  for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    const line = bytes.toString('utf8', start, end);
    for (const entry of parseTranscriptLine(line)) found.push({ entry, end: from + end + 1 });
  }
  return found;
}

/** One line of a transcript. Nothing of interest, or nothing we understand, gives no entry. */
export function parseTranscriptLine(line: string): readonly TranscriptEntry[] {
  const isOfInterest = ['"type":"user"', '"type":"assistant"', '"type":"queue-operation"'].some((type) =>
    line.includes(type),
  );
  if (!isOfInterest) return [];
  const json = parseJson(line);
  const queue = queueLine.safeParse(json);
  if (queue.success) return queueEntries(queue.data);
  const user = userLine.safeParse(json);
  if (user.success) return userEntries(user.data);
  const assistant = assistantLine.safeParse(json);
  if (!assistant.success || assistant.data.isSidechain === true || assistant.data.isApiErrorMessage === true) return [];
  return textsOf(assistant.data.message.content)
    .filter((text) => text.trim() !== '')
    .map((text) => ({ kind: 'text', id: assistant.data.uuid, text }));
}

/** What the agent said in one turn, oldest first, as its record has it. */
export function textsOfTurn(
  entries: readonly TranscriptEntry[],
  turn: string,
): readonly Extract<TranscriptEntry, { kind: 'text' }>[] {
  const start = entries.findIndex((entry) => entry.kind === 'prompt' && entry.turn === turn);
  if (start < 0) return [];
  const after = entries.slice(start + 1);
  const end = after.findIndex((entry) => entry.kind === 'prompt' && entry.turn !== turn);
  return (end < 0 ? after : after.slice(0, end)).filter((entry) => entry.kind === 'text');
}

/**
 * Where a conversation's record is; undefined when the agent never wrote one. The agent names the record's directory
 * after the one it works in, so that is looked at before all the others.
 */
export function findTranscript(config: string, conversation: string, workDir: string): string | undefined {
  const projects = join(config, 'projects');
  const usual = join(projects, workDir.replace(/[^A-Za-z0-9]/g, '-'), `${conversation}.jsonl`);
  if (existsSync(usual)) return usual;
  if (!existsSync(projects)) return undefined;
  return readdirSync(projects)
    .map((name) => join(projects, name, `${conversation}.jsonl`))
    .find((other) => existsSync(other));
}

function userEntries(line: z.infer<typeof userLine>): readonly TranscriptEntry[] {
  if (line.isSidechain === true || line.isMeta === true) return [];
  const text = textsOf(line.message.content).join('\n');
  if (text === '') return [];
  if (text.startsWith('[Request interrupted by user')) return [{ kind: 'interrupted', turn: line.promptId }];
  if (line.promptId === undefined) return [];
  const at = parseTime(line.timestamp ?? '');
  return [{ kind: 'prompt', turn: line.promptId, text, ...(at === undefined ? {} : { at }) }];
}

function queueEntries({ operation, reason, content: text }: z.infer<typeof queueLine>): readonly TranscriptEntry[] {
  if (operation === 'dequeue') return [{ kind: 'dequeued' }];
  if (text === undefined) {
    if (operation === 'enqueue') return [{ kind: 'queued-unheard' }];
    return operation === 'popAll' || operation === 'remove' ? [{ kind: 'returned-unheard' }] : [];
  }
  if (operation === 'enqueue') return [{ kind: 'queued', text }];
  if (operation === 'remove' && reason === 'absorbed_mid_turn') return [{ kind: 'absorbed', text }];
  return operation === 'popAll' || operation === 'remove' ? [{ kind: 'returned', text }] : [];
}

function textsOf(value: z.infer<typeof content>): readonly string[] {
  if (typeof value === 'string') return [value];
  return value.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : []));
}

function readBytes(path: string, from: number | undefined): Buffer | undefined {
  return withFile(path, (file) => {
    const { size } = fstatSync(file);
    const start = Math.min(from ?? Math.max(0, size - tailBytes), size);
    const buffer = Buffer.alloc(size - start);
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, start));
  });
}

function withFile<T>(path: string, use: (file: number) => T): T | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the last line, caught while it is written, or the first, cut by the offset
  }
}
