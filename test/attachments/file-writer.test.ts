import type { FileHandle } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { FileWriter } from '../../src/attachments/file-writer.ts';

/** A file that takes at most so many bytes of each write. */
function slowFile(atMost: number) {
  const calls: number[] = [];
  let content = Buffer.alloc(0);
  const file = {
    writev: (pieces: readonly Buffer[]) => {
      const taken = Buffer.concat(pieces).subarray(0, atMost);
      calls.push(taken.byteLength);
      content = Buffer.concat([content, taken]);
      return Promise.resolve({ bytesWritten: taken.byteLength, buffers: pieces });
    },
  } as unknown as FileHandle;
  return { file, calls, content: () => content };
}

describe('a file writer', () => {
  it('writes small pieces together, large ones at once, in order', async () => {
    const { file, calls, content } = slowFile(Infinity);
    const writer = new FileWriter(file);
    await writer.write(Buffer.from('a'));
    await writer.write(Buffer.from('b'));
    expect(calls).toEqual([]);
    await writer.write(Buffer.alloc(300_000, 'c'));
    expect(calls).toEqual([300_002]);
    await writer.write(Buffer.from('d'));
    await writer.flush();
    await writer.flush();
    expect(calls).toEqual([300_002, 1]);
    expect(content().toString()).toBe(`ab${'c'.repeat(300_000)}d`);
  });

  it('goes on where the disk took only a part', async () => {
    const { file, calls, content } = slowFile(4);
    const writer = new FileWriter(file);
    for (const piece of ['abc', 'defgh', 'i']) await writer.write(Buffer.from(piece));
    await writer.flush();
    expect(calls).toEqual([4, 4, 1]);
    expect(content().toString()).toBe('abcdefghi');
  });
});
