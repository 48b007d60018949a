import { describe, expect, it } from 'vitest';

import { fileAddress, localAddress, resolveAttachment } from '../../../src/local-discord/page/local-address.ts';
import { attachmentsShown } from '../../../src/local-discord/page/shown-attachments.ts';
import { message } from './messages.ts';

const origin = 'http://localhost:4000';

describe('addresses of files', () => {
  it.each([
    ['http://127.0.0.1:4000/attachments/1/2/a.png?ex=1', '/attachments/1/2/a.png?ex=1'],
    ['http://localhost:4000/a', '/a'],
    ['http://127.0.0.1:4001/a', undefined],
    ['https://example.org/a.png', undefined],
    ['http://evil.example:4000/a', undefined],
    ['javascript:alert(1)', undefined],
  ])('%s', (url, expected) => {
    expect(localAddress(url, origin)).toBe(expected);
  });

  it.each([
    ['http://127.0.0.1:4000/a', '/a'],
    ['https://example.org/a.png', 'https://example.org/a.png'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,hi', undefined],
    ['attachment://gone.png', undefined],
  ])('a link to %s leads to %s', (url, expected) => {
    expect(fileAddress(url, origin)).toBe(expected);
  });

  it('are found by the name that stands for them', () => {
    const attachments = [{ filename: 'a.png', url: 'http://x/a' }];
    expect(resolveAttachment('attachment://a.png', attachments)).toBe('http://x/a');
    expect(resolveAttachment('attachment://b.png', attachments)).toBe('attachment://b.png');
    expect(resolveAttachment('http://y/c', attachments)).toBe('http://y/c');
  });

  it('shows a file once: not again under the embed or component that has it', () => {
    const file = (name: string): object => ({
      id: name,
      filename: name,
      url: `http://x/${name}`,
      size: 1,
      proxy_url: '',
    });
    const shown = attachmentsShown(
      message('1', {
        attachments: ['a', 'b', 'c'].map(file) as never,
        embeds: [{ image: { url: 'attachment://a' } }],
        components: [{ type: 17, components: [{ type: 12, items: [{ media: { url: 'http://x/b' } }] }] }] as never,
      }),
    );
    expect(shown.map(({ filename }) => filename)).toEqual(['c']);
  });
});
