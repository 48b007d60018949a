import { BridgeError } from '../../../src/base/errors.ts';
import type { AttachmentFolders, FileRequest } from '../../../src/contracts/attachments.ts';
import type { StoredFile } from '../../../src/model/message-file.ts';
import type { ErrorCode } from '../../../src/error-policy/policy.ts';

interface Call extends FileRequest {
  readonly progress: (bytes: number) => void;
  /** It is there. */
  readonly arrive: (change?: Partial<StoredFile>) => void;
  readonly fail: (code: ErrorCode) => void;
}

/** Folders in the hands of a test: each fetch waits until the test says what becomes of it. */
export class HandFolders implements AttachmentFolders {
  /** Every fetch that was asked for, in order. */
  readonly calls: Call[] = [];
  /** Those that have not ended. */
  readonly open = new Set<string>();
  readonly texts = new Map<string, string>();
  readonly removed: string[] = [];
  /** Paths that are not where they should be. */
  readonly missing = new Set<string>();
  transcript: string | Error | undefined;

  fetch(request: FileRequest, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<StoredFile> {
    signal.throwIfAborted();
    const path = `/home/attachments/session_${request.session}/FILE_${this.calls.length + 1}`;
    this.open.add(request.url);
    return new Promise((resolve, reject) => {
      const end = (step: () => void): void => {
        this.open.delete(request.url);
        step();
      };
      signal.addEventListener('abort', () => end(() => reject(new Error('aborted'))));
      this.calls.push({
        ...request,
        progress: onProgress,
        arrive: (change) => {
          const sort = request.isVoice ? 'voice' : 'image';
          end(() => resolve({ path, size: request.size, sort, ...change }));
        },
        fail: (code) => end(() => reject(new BridgeError(code, `It failed: ${code}.`))),
      });
    });
  }

  readText(path: string): Promise<string | undefined> {
    return Promise.resolve(this.texts.get(path));
  }

  transcribe(): Promise<string | undefined> {
    return this.transcript instanceof Error ? Promise.reject(this.transcript) : Promise.resolve(this.transcript);
  }

  has({ path }: { readonly path: string }): boolean {
    return !this.missing.has(path);
  }

  remove(path: string): void {
    this.removed.push(path);
  }
}
