import type { FileHandle } from 'node:fs/promises';

import { BridgeError, describeError } from '../base/errors.ts';
import { newSecret } from '../base/ids.ts';
import { openRegularFile } from '../base/open-regular-file.ts';
import type { OutboundFile } from '../model/outbound.ts';

/** A file on its way out. */
export interface Upload {
  readonly name: string;
  readonly bytes: Buffer;
}

type FileOnDisk = Extract<OutboundFile, { path: string }>;

interface OpenFile {
  readonly file: FileOnDisk;
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
}

/** The most that a bot can send anywhere on Discord, in bytes: more is not worth asking, nor worth the memory. */
const mostBytes = 100 * 1024 * 1024;

/** Discord cuts longer names. */
const longestName = 200;

/**
 * Reads the files of one message. Into memory: Node's own `fetch` and its file-backed blobs throw where nobody can catch
 * it when a server answers before a body that is a stream was read, or when a file changes meanwhile.
 *
 * @throws BridgeError `file-unreadable` naming the file, `chat-too-large`.
 */
export async function openUploads(files: readonly OutboundFile[]): Promise<readonly Upload[]> {
  const opened: OpenFile[] = [];
  try {
    for (const file of files) if ('path' in file) opened.push(await openFile(file));
    const texts = files.filter((file) => 'content' in file);
    const size =
      opened.reduce((sum, one) => sum + one.size, 0) +
      texts.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    if (size > mostBytes) {
      const names = files.map(({ name }) => uploadName(name)).join(', ');
      throw new BridgeError('chat-too-large', `No chat server takes ${Math.round(size / 1024 / 1024)} MiB: ${names}.`);
    }
    const read = new Map<OutboundFile, Upload>();
    for (const one of opened) read.set(one.file, await readFile(one));
    for (const text of texts) read.set(text, { name: uploadName(text.name), bytes: Buffer.from(text.content) });
    return files.flatMap((file) => read.get(file) ?? []);
  } finally {
    await Promise.all(opened.map(({ handle }) => handle.close()));
  }
}

/** The body of a request that posts a message with files, and its type. */
export function uploadBody(
  message: object,
  uploads: readonly Upload[],
): { readonly body: Uint8Array; readonly type: string } {
  const boundary = `bridge-${newSecret()}`;
  const part = (about: string, bytes: Buffer): readonly Buffer[] => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${about}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ];
  const json = 'name="payload_json"\r\nContent-Type: application/json';
  const body = Buffer.concat([
    ...part(json, Buffer.from(JSON.stringify(message))),
    ...uploads.flatMap(({ name, bytes }, index) => {
      const filename = name.replaceAll('"', '%22');
      return part(`name="files[${index}]"; filename="${filename}"\r\nContent-Type: application/octet-stream`, bytes);
    }),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

/** A name that is only a name, without characters that nobody sees; with its ending if it is too long. */
export function uploadName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const visible = base.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').trim();
  const short = visible.length <= longestName ? visible : visible.slice(-longestName);
  return /^\.*$/.test(short) ? 'file' : short;
}

/** The path was allowed when the text was taken. */
async function openFile(file: FileOnDisk): Promise<OpenFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await openRegularFile(file.path);
    return { file, handle, size: (await handle.stat()).size };
  } catch (cause) {
    await handle?.close();
    throw unreadable(file, describeError(cause), cause);
  }
}

async function readFile({ file, handle, size }: OpenFile): Promise<Upload> {
  let bytes: Buffer;
  try {
    bytes = await handle.readFile();
  } catch (cause) {
    throw unreadable(file, describeError(cause), cause);
  }
  if (bytes.byteLength !== size) throw unreadable(file, 'it changes while it is read');
  return { name: uploadName(file.name), bytes };
}

function unreadable({ name }: OutboundFile, why: string, cause?: unknown): BridgeError {
  return new BridgeError('file-unreadable', `The file "${uploadName(name)}" cannot be read: ${why}.`, {
    advice: 'Put it where the bridge can read it, and send it again.',
    cause,
  });
}
