import { compactTime } from '../base/clock.ts';
import type { FileSort } from '../model/message-file.ts';

/** What our names look like, also half-written ones: nothing else in a folder is ever touched. */
const ours = /^(?:IMG|FILE)_\d{8}_\d{6}_[0-9a-f]{6}(?:_\d{1,4})?(?:\.[a-z0-9]{1,10})?(?<unfinished>\.part)?$/;

/**
 * The name of a stored file: `IMG_20261122_101500_a1b2c3.png`, in local time. Nothing of it is the sender's but, at most,
 * the ending. Pure.
 *
 * @param at epoch milliseconds.
 * @param mark six hexadecimal digits.
 * @param attempt 1; the higher ones make other names of the same.
 */
export function storedName(
  { sort, extension }: { readonly sort: FileSort; readonly extension: string },
  at: number,
  mark: string,
  attempt: number,
): string {
  const suffix = attempt === 1 ? '' : `_${attempt}`;
  return `${sort === 'image' ? 'IMG' : 'FILE'}_${compactTime(at)}_${mark}${suffix}.${extension}`;
}

/** The name under which a file is written until it is whole. */
export function unfinishedName(name: string): string {
  return `${name}.part`;
}

/** Whether a name is one of ours; `unfinished` for what is only half there. */
export function kindOfName(name: string): 'stored' | 'unfinished' | undefined {
  const match = ours.exec(name);
  if (!match) return undefined;
  return match.groups?.['unfinished'] === undefined ? 'stored' : 'unfinished';
}
