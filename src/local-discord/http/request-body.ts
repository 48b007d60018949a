import type { IncomingMessage } from 'node:http';

import type { z } from 'zod';

import { apiErrors } from '../api-error.ts';
import { contentTypeOf } from './content-type.ts';
import { formError } from './form-error.ts';

/** Discord's limit for one request, attachments included: 25 MiB. */
export const largestRequest = 25 * 1024 * 1024;

export interface UploadedFile {
  /** The number in `files[N]`. */
  readonly index: number;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What came with a request. */
export class RequestBody {
  readonly files: readonly UploadedFile[];
  readonly #json: unknown;

  constructor(json: unknown, files: readonly UploadedFile[]) {
    this.#json = json;
    this.files = files;
  }

  /** The JSON in the form that is wanted. @throws DiscordApiError 50035 naming the fields. */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const parsed = schema.safeParse(this.#json);
    if (parsed.success) return parsed.data;
    throw formError(parsed.error);
  }
}

/**
 * Reads a request to its end.
 *
 * @param largestFile in bytes.
 * @throws DiscordApiError 40005 when it is too large, 50109 when it is not JSON.
 */
export async function readBody(request: IncomingMessage, largestFile: number): Promise<RequestBody> {
  if (Number(request.headers['content-length'] ?? 0) > largestRequest) throw apiErrors.tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestRequest) throw apiErrors.tooLarge();
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (type.toLowerCase().startsWith('multipart/form-data')) return readMultipart(bytes, type, largestFile);
  return new RequestBody(bytes.length === 0 ? {} : readJson(bytes.toString()), []);
}

async function readMultipart(bytes: Buffer, type: string, largestFile: number): Promise<RequestBody> {
  let form: FormData;
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- because it buffers; this body is bounded and in memory
    form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw Object.assign(apiErrors.badRequest(), { cause });
  }
  let json: unknown = {};
  const files: UploadedFile[] = [];
  for (const [name, value] of form) {
    const [, index] = /^files\[(\d{1,2})\]$/.exec(name) ?? [];
    if (typeof value === 'string') {
      if (name === 'payload_json') json = readJson(value);
    } else if (index !== undefined) {
      if (value.size > largestFile) throw apiErrors.tooLarge();
      const filename = safeFilename(value.name);
      files.push({
        index: Number(index),
        filename,
        contentType: contentTypeOf(value.type, filename),
        bytes: new Uint8Array(await value.arrayBuffer()),
      });
    }
  }
  return new RequestBody(json, files);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw Object.assign(apiErrors.notJson(), { cause });
  }
}

/** A name that is only a name: it goes into addresses and, at the reader's side, into file systems. */
export function safeFilename(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const clean = base
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .slice(-200);
  return /^\.*$/.test(clean) ? 'unknown' : clean;
}
