import type { FileSort } from '../model/message-file.ts';

/** What the first bytes of a kind of file are. */
interface Signature {
  /** Where they stand. */
  readonly at: number;
  /** As characters of Latin-1. */
  readonly bytes: string;
  /** More that must stand elsewhere. */
  readonly and?: { readonly at: number; readonly bytes: readonly string[] };
  /** The first one is given, unless the sender's name ends with another of them. */
  readonly extensions: readonly string[];
  readonly isImage?: true;
}

/** Kinds that share a container: the name may tell them apart. */
const archives =
  'zip docx xlsx pptx odt ods odp odg epub jar war apk aar whl vsix xpi nupkg 3mf kmz cbz pages key numbers';

const signatures: readonly Signature[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n', extensions: ['png', 'apng'], isImage: true },
  { at: 0, bytes: '\xff\xd8\xff', extensions: ['jpg', 'jpeg'], isImage: true },
  { at: 0, bytes: 'GIF8', and: { at: 4, bytes: ['7a', '9a'] }, extensions: ['gif'], isImage: true },
  { at: 0, bytes: 'RIFF', and: { at: 8, bytes: ['WEBP'] }, extensions: ['webp'], isImage: true },
  { at: 4, bytes: 'ftyp', and: { at: 8, bytes: ['avif', 'avis'] }, extensions: ['avif'], isImage: true },
  {
    at: 4,
    bytes: 'ftyp',
    and: { at: 8, bytes: ['heic', 'heix', 'heim', 'heis', 'mif1', 'msf1'] },
    extensions: ['heic', 'heif'],
    isImage: true,
  },
  { at: 0, bytes: 'BM', and: { at: 6, bytes: ['\0\0\0\0'] }, extensions: ['bmp'], isImage: true },
  { at: 0, bytes: 'II*\0', extensions: ['tif', 'tiff', 'dng', 'nef', 'arw'], isImage: true },
  { at: 0, bytes: 'MM\0*', extensions: ['tif', 'tiff', 'dng', 'nef'], isImage: true },
  { at: 0, bytes: '\0\0\0\x0cJXL ', extensions: ['jxl'], isImage: true },
  { at: 0, bytes: '%PDF-', extensions: ['pdf', 'ai'] },
  { at: 0, bytes: 'PK\x03\x04', extensions: archives.split(' ') },
  { at: 0, bytes: 'PK\x05\x06', extensions: archives.split(' ') },
  { at: 0, bytes: '\x1f\x8b', extensions: ['gz', 'tgz', 'svgz'] },
  { at: 0, bytes: 'BZh', extensions: ['bz2', 'tbz'] },
  { at: 0, bytes: '\xfd7zXZ\0', extensions: ['xz', 'txz'] },
  { at: 0, bytes: '\x28\xb5\x2f\xfd', extensions: ['zst', 'tzst'] },
  { at: 0, bytes: '7z\xbc\xaf\x27\x1c', extensions: ['7z'] },
  { at: 0, bytes: 'Rar!\x1a\x07', extensions: ['rar', 'cbr'] },
  { at: 257, bytes: 'ustar', extensions: ['tar'] },
  { at: 0, bytes: 'OggS', extensions: ['ogg', 'oga', 'opus', 'ogv', 'spx'] },
  { at: 0, bytes: 'fLaC', extensions: ['flac'] },
  { at: 0, bytes: 'ID3', extensions: ['mp3'] },
  { at: 0, bytes: '\xff\xfb', extensions: ['mp3'] },
  { at: 0, bytes: '\xff\xf3', extensions: ['mp3'] },
  { at: 0, bytes: 'RIFF', and: { at: 8, bytes: ['WAVE'] }, extensions: ['wav'] },
  { at: 0, bytes: 'RIFF', and: { at: 8, bytes: ['AVI '] }, extensions: ['avi'] },
  { at: 4, bytes: 'ftyp', and: { at: 8, bytes: ['M4A ', 'M4B '] }, extensions: ['m4a', 'm4b'] },
  { at: 4, bytes: 'ftyp', and: { at: 8, bytes: ['qt  '] }, extensions: ['mov'] },
  { at: 4, bytes: 'ftyp', extensions: ['mp4', 'm4v', 'mov', 'm4a', '3gp', 'm4b'] },
  { at: 0, bytes: '\x1a\x45\xdf\xa3', extensions: ['mkv', 'webm', 'mka'] },
  { at: 0, bytes: '8BPS', extensions: ['psd', 'psb'] },
  { at: 0, bytes: 'SQLite format 3\0', extensions: ['sqlite', 'db', 'sqlite3'] },
  { at: 0, bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', extensions: ['ole', 'doc', 'xls', 'ppt', 'msg', 'msi', 'vsd'] },
  { at: 0, bytes: '\x7fELF', extensions: ['elf', 'so', 'o', 'ko'] },
  { at: 0, bytes: 'MZ', extensions: ['exe', 'dll', 'sys', 'scr', 'efi'] },
  { at: 0, bytes: '\0asm', extensions: ['wasm'] },
];

/** So many first bytes are enough for all of them. */
export const headBytes = 4096;

const ofSignatures = new Set(signatures.flatMap(({ extensions }) => extensions));

/**
 * What a file is by its first bytes. They are only compared with constants: nothing in them is followed, unpacked or
 * believed. The sender's name decides only between kinds that begin alike, and for what has no beginning of its own. Pure.
 *
 * @param head at least the first `headBytes` of it, or all of it.
 * @param name as its sender called it.
 */
export function fileTypeOf(
  head: Uint8Array,
  name: string,
): { readonly sort: Exclude<FileSort, 'voice'>; readonly extension: string } {
  const claimed = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase();
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, headBytes)).toString('latin1');
  const known = signatures.find((signature) => matches(start, signature));
  if (known) {
    const [usual = 'bin'] = known.extensions;
    const extension = claimed !== undefined && known.extensions.includes(claimed) ? claimed : usual;
    return { sort: known.isImage ? 'image' : 'file', extension };
  }
  // What claims to be something that it does not begin like is not that.
  const isPossible = claimed !== undefined && !ofSignatures.has(claimed);
  return { sort: 'file', extension: isPossible ? claimed : isText(head) ? 'txt' : 'bin' };
}

function matches(start: string, { at, bytes, and }: Signature): boolean {
  if (!start.startsWith(bytes, at)) return false;
  return and === undefined || and.bytes.some((more) => start.startsWith(more, and.at));
}

/** Whether bytes are the beginning of a text that people can read: UTF-8 without control characters. */
function isText(head: Uint8Array): boolean {
  try {
    // A character may be cut in two at the end.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text);
  } catch {
    return false; // not UTF-8
  }
}
