import { describe, expect, it } from 'vitest';

import { imageSize } from '../../../src/local-discord/store/image-size.ts';

/** The first bytes of pictures that are 300 wide and 200 high. */
const pictures: Readonly<Record<string, string>> = {
  PNG: '89504e470d0a1a0a0000000d494844520000012c000000c80806000000',
  GIF: '4749463839612c01c800f00000',
  'JPEG with a preview before': 'ffd8ffe000104a46494600010100000100010000ffdb00040102ffc000110800c8012c03012200',
  'JPEG, progressive, with padding': 'ffd8ffffe00004ffffffc200110800c8012c03',
  'WebP, lossy': '52494646000000005745425056503820000000003000009d012a2c01c800',
  'WebP, lossless': '5249464600000000574542505650384c000000002f2bc13100',
  'WebP, extended': '524946460000000057454250565038580a000000100000002b0100c70000',
};

describe('the size of a picture', () => {
  it.each(Object.entries(pictures))('%s', (_name, hex) => {
    expect(imageSize(Buffer.from(hex, 'hex'))).toEqual({ width: 300, height: 200 });
  });

  it.each(Object.entries(pictures))('%s, cut off anywhere, breaks nothing', (_name, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    for (let length = 0; length < bytes.length; length += 1) {
      const size = imageSize(bytes.subarray(0, length));
      expect(size === undefined || (size.width > 0 && size.height > 0)).toBe(true);
    }
  });

  it('other files have none', () => {
    for (const text of ['', 'hello', '<svg width="1" height="1"/>', '%PDF-1.7', 'RIFF....WAVEfmt ']) {
      expect(imageSize(Buffer.from(text))).toBeUndefined();
    }
    expect(imageSize(Buffer.from('ffd8ff000000000000', 'hex'))).toBeUndefined();
    expect(imageSize(Buffer.from('89504e470d0a1a0a0000000d494844520000000000000000', 'hex'))).toBeUndefined();
  });
});
