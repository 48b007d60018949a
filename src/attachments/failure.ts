import { BridgeError, describeError, systemErrorCode } from '../base/errors.ts';

/** What went wrong with fetching a file, in the codes of the contract. */
export type FetchCode =
  | 'file-link-expired'
  | 'file-incomplete'
  | 'file-unreachable'
  | 'file-too-large'
  | 'file-over-quota'
  | 'file-refused'
  | 'disk-full'
  | 'file-unwritable';

/** An error of fetching; the advice is that of whoever knows what is done about it. Addresses are secrets: they are not in it. */
export function fetchError(code: FetchCode, sentence: string, cause?: unknown): BridgeError {
  return new BridgeError(code, sentence, cause === undefined ? {} : { cause });
}

/** What a failed write to a folder means. */
export function writeError(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fetchError('disk-full', 'The disk of the attachments is full.', error);
  return fetchError('file-unwritable', `A file cannot be written: ${describeError(error)}.`, error);
}
