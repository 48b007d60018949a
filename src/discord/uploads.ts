import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';

import { BridgeError, describeError } from '../base/errors.ts';
import type { OutboundFile } from '../model/outbound.ts';

/** A file on its way out. */
export interface Upload {
  readonly name: string;
  readonly bytes: Blob;
}

/** More than any server of Discord takes, in bytes: not worth asking. */
const mostBytes = 500 * 1024 * 1024;

/** Discord cuts longer names. */
const longestName = 200;

/**
 * Opens the files of one message.
 *
 * @throws BridgeError `file-unreadable` naming the file, `chat-too-large`.
 */
export async function openUploads(files: readonly OutboundFile[]): Promise<readonly Upload[]> {
  const uploads = await Promise.all(files.map(openUpload));
  const size = uploads.reduce((sum, { bytes }) => sum + bytes.size, 0);
  if (size > mostBytes) {
    const names = uploads.map(({ name }) => name).join(', ');
    throw new BridgeError('chat-too-large', `No chat server takes ${Math.round(size / 1024 / 1024)} MiB: ${names}.`);
  }
  return uploads;
}

/**
 * The body of a request that posts a message with files, and its type. In memory: Node's own `fetch` throws where nobody can
 * catch it when a server answers before a body that is a stream was read to its end.
 *
 * @throws BridgeError `file-unreadable` when a file has changed or gone since it was opened.
 */
export async function uploadBody(
  message: object,
  uploads: readonly Upload[],
): Promise<{ readonly body: Uint8Array; readonly type: string }> {
  const form = new FormData();
  form.append('payload_json', JSON.stringify(message));
  for (const [index, { name, bytes }] of uploads.entries()) form.append(`files[${index}]`, bytes, name);
  const whole = new Response(form);
  try {
    return { body: new Uint8Array(await whole.arrayBuffer()), type: whole.headers.get('content-type') ?? '' };
  } catch (cause) {
    const names = uploads.map(({ name }) => name).join(', ');
    throw new BridgeError('file-unreadable', `A file changed or went while it was read: ${names}.`, { cause });
  }
}

/** A name that is only a name, without characters that nobody sees; with its ending if it is too long. */
export function uploadName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const visible = base.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').trim();
  const short = visible.length <= longestName ? visible : visible.slice(-longestName);
  return /^\.*$/.test(short) ? 'file' : short;
}

async function openUpload(file: OutboundFile): Promise<Upload> {
  const name = uploadName(file.name);
  try {
    if (!(await stat(file.path)).isFile()) throw new Error('it is not a file');
    return { name, bytes: await openAsBlob(file.path) };
  } catch (cause) {
    throw new BridgeError('file-unreadable', `The file "${name}" cannot be read: ${describeError(cause)}.`, {
      advice: 'Put it where the bridge can read it, and send it again.',
      cause,
    });
  }
}
