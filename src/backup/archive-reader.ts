import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { Parser } from 'tar';
import type { ReadEntry } from 'tar';

import { BridgeError, describeError, systemErrorCode } from '../base/errors.ts';

/** What is told of an entry before its content. */
export interface EntryHead {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
}

/** Takes the content of one entry. What it throws ends the reading. */
export interface EntrySink {
  write(chunk: Uint8Array): void;
  /** All of it was written. */
  end(): void;
}

/**
 * Reads a gzipped tar from its beginning to its end. Only files and directories whose paths lead nowhere but into the
 * archive's own tree, each once, are told of.
 *
 * @param take is given each entry, before its content.
 * @throws BridgeError `backup-damaged` when it is cut off, changed or no archive, or has anything else in it;
 *   `backup-unreadable` when the file cannot be read; what `take` and its sinks throw.
 */
export async function readArchive(file: string, take: (head: EntryHead) => EntrySink): Promise<void> {
  const seen = new Set<string>();
  let failure: Error | undefined;
  const guarded = (act: () => void): void => {
    if (failure !== undefined) return;
    try {
      act();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      guarded(() => {
        const head = headOf(entry, file);
        if (seen.has(head.path)) throw backupDamaged(file, `it has ${head.path} twice`);
        seen.add(head.path);
        const sink = take(head);
        entry.on('data', (chunk) => guarded(() => sink.write(chunk)));
        entry.on('end', () => guarded(() => sink.end()));
      });
      if (failure !== undefined) entry.resume();
    },
  });
  parser.on('error', (error: unknown) => (failure ??= asTrouble(error, file)));
  try {
    await pipeline(createReadStream(file), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        parser.write(chunk);
        if (failure !== undefined) return;
      }
      parser.end();
    });
  } catch (error) {
    failure ??= asTrouble(error, file);
  }
  if (failure !== undefined) throw failure;
}

/** It is not what was stored once. */
export function backupDamaged(file: string, how: string, cause?: unknown): BridgeError {
  return new BridgeError('backup-damaged', `${file} is damaged or no backup: ${how}.`, { cause });
}

function headOf(entry: ReadEntry, file: string): EntryHead {
  const path = entry.path.replace(/\/$/, '');
  const kind = { File: 'file', OldFile: 'file', Directory: 'directory' }[entry.type as string] as
    EntryHead['kind'] | undefined;
  if (kind === undefined) throw backupDamaged(file, `${path} is a ${entry.type}, and only files are in a backup`);
  const isPlain = path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
  if (!isPlain || /[\\\0]/.test(path)) throw backupDamaged(file, `"${path}" leads out of it`);
  return { path, kind, mode: (entry.mode ?? 0o600) & 0o777, size: kind === 'file' ? entry.size : 0 };
}

/** What reading the file itself came to. */
function asTrouble(error: unknown, file: string): BridgeError {
  const code = systemErrorCode(error) ?? '';
  if (/^(?:ENOENT|EACCES|EPERM|EISDIR|ENOTDIR|EIO)$/.test(code)) {
    return new BridgeError('backup-unreadable', `${file} cannot be read (${code}).`, { cause: error });
  }
  return backupDamaged(file, describeError(error), error);
}
