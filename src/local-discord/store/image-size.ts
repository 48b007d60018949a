/** How large a picture is, in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Reads the size of a PNG, GIF, JPEG or WebP from its first bytes; undefined for everything else. */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = readSize(view);
    return size && size.width > 0 && size.height > 0 ? size : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // cut off
    throw error;
  }
}

function readSize(view: Buffer): ImageSize | undefined {
  const begin = view.toString('latin1', 0, 16);
  if (begin.startsWith('\x89PNG\r\n\x1a\n')) return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
  if (/^GIF8[79]a/.test(begin)) return { width: view.readUInt16LE(6), height: view.readUInt16LE(8) };
  if (begin.startsWith('\xff\xd8\xff')) return jpegSize(view);
  if (begin.startsWith('RIFF') && begin.slice(8, 12) === 'WEBP') return webpSize(view);
  return undefined;
}

/** JPEG: segments of marker and length; the size stands in the first "start of frame". */
function jpegSize(view: Buffer): ImageSize | undefined {
  let offset = 2;
  while (view.readUInt8(offset) === 0xff) {
    const marker = view.readUInt8(offset + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.readUInt16BE(offset + 5), width: view.readUInt16BE(offset + 7) };
    // 0xff before a marker is padding.
    offset += marker === 0xff ? 1 : 2 + view.readUInt16BE(offset + 2);
  }
  return undefined;
}

/** WebP has three forms: lossy, lossless, extended. */
function webpSize(view: Buffer): ImageSize | undefined {
  switch (view.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: view.readUInt16LE(26) & 0x3fff, height: view.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = view.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: view.readUIntLE(24, 3) + 1, height: view.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
