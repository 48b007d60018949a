import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { fileTypeOf } from '../../src/attachments/file-type.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const png = latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR');

describe('MS-02: what a file is', () => {
  it.each([
    ['png', png],
    ['jpg', latin('\xff\xd8\xff\xe0\0\x10JFIF')],
    ['gif', latin('GIF89a\x01\0')],
    ['webp', latin('RIFF\x24\0\0\0WEBPVP8 ')],
    ['avif', latin('\0\0\0\x20ftypavif')],
    ['heic', latin('\0\0\0\x18ftypheic')],
    ['bmp', latin('BM\x46\0\0\0\0\0\0\0')],
    ['tif', latin('II*\0\x08\0')],
  ])('an image is seen by its bytes, whatever its name says: %s', (extension, head) => {
    expect(fileTypeOf(head, 'invoice.pdf')).toEqual({ sort: 'image', extension });
    expect(fileTypeOf(head, '')).toEqual({ sort: 'image', extension });
  });

  it.each([
    ['pdf', latin('%PDF-1.7\n')],
    ['zip', latin('PK\x03\x04\x14\0')],
    ['gz', gzipSync('x')],
    ['ogg', latin('OggS\0\x02')],
    ['mp3', latin('ID3\x04')],
    ['wav', latin('RIFF\x24\0\0\0WAVEfmt ')],
    ['mp4', latin('\0\0\0\x20ftypisom')],
    ['mkv', latin('\x1a\x45\xdf\xa3')],
    ['exe', latin('MZ\x90\0')],
    ['elf', latin('\x7fELF\x02')],
    ['sqlite', latin('SQLite format 3\0')],
    ['tar', Buffer.concat([Buffer.alloc(257), latin('ustar\0')])],
  ])('what is no image is a file, and none by its name: %s', (extension, head) => {
    expect(fileTypeOf(head, 'photo.png')).toEqual({ sort: 'file', extension });
  });

  it.each([
    ['report.docx', 'PK\x03\x04', 'docx'],
    ['App.JAR', 'PK\x03\x04', 'jar'],
    ['photo.jpeg', '\xff\xd8\xff', 'jpeg'],
    ['clip.webm', '\x1a\x45\xdf\xa3', 'webm'],
    ['voice.opus', 'OggS', 'opus'],
    ['old.doc', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'doc'],
  ])('kinds that begin alike are told apart by the name: %s', (name, head, extension) => {
    expect(fileTypeOf(latin(head), name).extension).toBe(extension);
  });

  it.each([
    ['main.ts', 'const a = 1;', 'ts'],
    ['Makefile', 'all:\n\ttrue\n', 'txt'],
    ['日本.txt', 'こんにちは', 'txt'],
    ['picture.svg', '<svg/>', 'svg'],
    ['photo.png', 'no picture at all', 'txt'],
    ['photo.png', '\0\x01\x02', 'bin'],
    ['data.dat', '\0\x01\x02', 'dat'],
    ['empty', '', 'txt'],
  ])('what has no beginning of its own has the ending of its name, if it can be that: %s', (name, text, extension) => {
    expect(fileTypeOf(Buffer.from(text), name)).toEqual({ sort: 'file', extension });
  });

  it.each([
    ['../../x'],
    ['x.p/../../etc'],
    ['x.\0sh'],
    ['x.\u202egnp'],
    [`x.${'y'.repeat(300)}`],
    ['x.s h'],
    ['x.ｐｎｇ'],
    ['x.'],
    ['.'],
  ])('an ending is a few plain letters and digits, or none of the sender: %j', (name) => {
    expect(fileTypeOf(Buffer.from('text'), name).extension).toBe('txt');
  });

  it('a character that is cut in two at the end is still text', () => {
    expect(fileTypeOf(Buffer.from('é日').subarray(0, 4), 'x').extension).toBe('txt');
    expect(fileTypeOf(latin('caf\xe9 noir'), 'x').extension).toBe('bin');
  });
});
