import { RestError } from './connection/rest.ts';
import type { Words } from './words/words.ts';

/** Why a request failed, for the person: the server's own words, or that there is no connection. */
export function failureReason(error: unknown, words: Words): string {
  return error instanceof RestError ? error.message : words.noConnection;
}
