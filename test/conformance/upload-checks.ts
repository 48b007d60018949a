import { randomBytes } from 'node:crypto';

import type { Client, TextChannel } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, expectCode, nextEvent, rest, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

const download = async (url: string): Promise<Buffer> => {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
};

export function uploadChecks(reach: Reach): void {
  let client: Client<true>;
  let channel: TextChannel;

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
  });
  afterAll(() => client.destroy());

  it('files come back byte for byte, with name, size and description', async () => {
    const bytes = randomBytes(200_000);
    const content = unique('two files');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    await channel.send({
      content,
      files: [
        { attachment: bytes, name: 'data.bin', description: 'random' },
        { attachment: Buffer.from('日本語'), name: 'text.txt' },
      ],
    });
    const [message] = await heard;
    const [data, text] = [...message.attachments.values()];
    expect(data).toMatchObject({ name: 'data.bin', size: 200_000, description: 'random' });
    expect((await download(data!.url)).equals(bytes)).toBe(true);
    expect((await download(text!.url)).toString()).toBe('日本語');
  });

  it('a file alone is a message', async () => {
    const sent = await channel.send({ files: [{ attachment: Buffer.from('x'), name: 'alone.txt' }] });
    expect(sent.content).toBe('');
    expect(sent.attachments.size).toBe(1);
  });

  it('an edit keeps the files it names and drops the others', async () => {
    const files = ['a', 'b'].map((name) => ({ attachment: Buffer.from(name), name: `${name}.txt` }));
    const sent = await channel.send({ content: unique('files'), files });
    const [first] = [...sent.attachments.values()];
    const edited = await sent.edit({ attachments: [first!] });
    expect(edited.attachments.map(({ name }) => name)).toEqual(['a.txt']);
  });

  it('a name is only a name', async () => {
    const form = new FormData();
    form.append('payload_json', JSON.stringify({ content: unique('bad name') }));
    form.append('files[0]', new Blob(['x']), '../../etc/passwd');
    const { body } = await rest(reach(), 'POST', `/channels/${channel.id}/messages`, form);
    expect(body.attachments[0]?.filename).not.toMatch(/[/\\]/);
  });

  it('addresses can be renewed', async () => {
    const sent = await channel.send({ files: [{ attachment: Buffer.from('again'), name: 'again.txt' }] });
    const { url } = sent.attachments.first()!;
    const { body } = await rest(reach(), 'POST', '/attachments/refresh-urls', { attachment_urls: [url] });
    expect(body.refreshed_urls[0]?.original).toBe(url);
    expect((await download(body.refreshed_urls[0]!.refreshed)).toString()).toBe('again');
  });

  it('more than the limit is 40005', async () => {
    const files = [{ attachment: Buffer.alloc(10 * 1024 * 1024 + 1), name: 'large.bin' }];
    await expectCode(channel.send({ files }), 40005);
  });
}
