import { closeSync, existsSync, fstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { systemErrorCode } from '../../base/errors.ts';

/** What we take from the agent's own record of a conversation. */
export type TranscriptEntry =
  | { readonly kind: 'prompt'; readonly turn: string; readonly text: string }
  | { readonly kind: 'text'; readonly id: string; readonly text: string }
  | { readonly kind: 'interrupted'; readonly turn: string | undefined };

/** Bytes that are read from the end when it is not known where to begin. */
const tailBytes = 8 * 1024 * 1024;

const block = z.looseObject({ type: z.string(), text: z.string().optional() });
const content = z.union([z.string(), z.array(block)]);
const userLine = z.looseObject({
  type: z.literal('user'),
  promptId: z.string().optional(),
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

/** Bytes a transcript has now; 0 when it does not exist yet. */
export function transcriptSize(path: string): number {
  return withFile(path, (file) => fstatSync(file).size) ?? 0;
}

/** The entries from a byte offset on; from the last 8 MiB when no offset is given. Other lines are passed over. */
export function readTranscript(path: string, from?: number): readonly TranscriptEntry[] {
  const bytes = withFile(path, (file) => {
    const { size } = fstatSync(file);
    const start = Math.min(from ?? Math.max(0, size - tailBytes), size);
    const buffer = Buffer.alloc(size - start);
    const read = readSync(file, buffer, 0, buffer.length, start);
    return buffer.subarray(0, read).toString('utf8');
  });
  return (bytes ?? '').split('\n').flatMap(parseTranscriptLine);
}

/** One line of a transcript. Nothing of interest, or nothing we understand, gives no entry. */
export function parseTranscriptLine(line: string): readonly TranscriptEntry[] {
  if (!line.includes('"type":"user"') && !line.includes('"type":"assistant"')) return [];
  const json = parseJson(line);
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
  return [{ kind: 'prompt', turn: line.promptId, text }];
}

function textsOf(value: z.infer<typeof content>): readonly string[] {
  if (typeof value === 'string') return [value];
  return value.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : []));
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
