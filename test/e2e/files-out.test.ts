import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { offerWordsIn } from '../../src/bridge/words/offers.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { ChatUser } from './support/chat-user.ts';
import type { ChatMessage } from './support/chat-user.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

const words = offerWordsIn('en');

let world: World;
let owner: ChatUser;
let channel: string;
let work: string;
let faults: Faults;

beforeEach(async () => {
  faults = new Faults();
  world = await makeWorld({ faults });
  ({ owner } = world);
  channel = world.channels[0]!;
  work = join(world.bridge.paths.workspace, 'session_1');
  expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
});

afterEach(async () => {
  await world.destroy();
});

const posts = () => ({ method: 'POST', path: new RegExp(`^/channels/${channel}/messages$`), by: 'bot' }) as const;

function write(path: string, content = 'words'): string {
  mkdirSync(join(work, path, '..'), { recursive: true });
  writeFileSync(join(work, path), content);
  return join(work, path);
}

/** Waits for a message with a file of this name. */
async function file(name: string): Promise<ChatMessage & { readonly content: string; readonly bytes: Buffer }> {
  const found = await until(
    async () =>
      (await owner.read(channel)).find(({ attachments = [] }) => attachments.some((one) => one.filename === name)),
    { what: `a file ${name}` },
  );
  const { url } = found.attachments!.find((one) => one.filename === name)!;
  return { ...found, bytes: await owner.download(url) };
}

const copies = (): readonly string[] => {
  const { outgoing } = world.bridge.paths.discord;
  return existsSync(outgoing) ? readdirSync(outgoing) : [];
};

describe('MS-05: dp --file', () => {
  it('I1: what was promised goes out as it was, also when the chat was closed and the bridge was killed', async () => {
    const { bridge } = world;
    const path = write('report.txt', 'as it was');
    faults.closeChannel(channel, 'forbidden');
    expect(await bridge.run('dp', ['1', '--file', path, 'the report'])).toMatchObject({ exitCode: 0 });
    writeFileSync(path, 'changed');
    rmSync(path);
    await bridge.endDaemon('SIGKILL');
    faults.openChannel(channel);
    await bridge.startDaemon();
    const { bytes, content } = await file('report.txt');
    expect([content, bytes.toString()]).toEqual(['the report', 'as it was']);
    await until(() => copies().length === 0, { what: 'the copy to be removed' });
  });

  it('several files go out together; pictures are files like any other', async () => {
    const paths = ['a.png', 'b with spaces.txt', '日本.md'].map((name) => write(name, name));
    const { exitCode } = await world.bridge.run('dp', ['1', '--file', ...paths, 'three']);
    expect(exitCode).toBe(0);
    await owner.hears(channel, 'three');
    expect(await owner.files(channel)).toEqual([['a.png', expect.stringMatching(/^b.with.spaces\.txt$/), '日本.md']]);
  });

  it('what the chat does not take stays behind, and is told with the path that people know', async () => {
    const path = write('large.bin');
    faults.failRequests({ ...posts(), times: 1 }, { status: 413 });
    await world.bridge.run('dp', ['1', '--file', path, 'look']);
    await owner.hears(channel, 'look');
    const told = await owner.hears(channel, /stayed behind/);
    expect(told).toContain(`\`${path}\``);
    expect(told).toContain('too large');
    expect(await owner.files(channel)).toEqual([]);
    await until(() => copies().length === 0, { what: 'the copy to be removed' });
  });

  it('more than 100 MB is refused at once, with the path', async () => {
    const path = write('huge.bin');
    truncateSync(path, 100 * 1024 * 1024 + 1);
    const { exitCode, stderr } = await world.bridge.run('dp', ['1', '--file', path]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(path);
    expect(copies()).toEqual([]);
  });
});

describe('files that the agent names', () => {
  /** Has the agent name a path; the message in which it does. */
  async function named(path: string): Promise<ChatMessage> {
    const id = await owner.say(channel, `name ${path}`);
    await owner.seesReaction(channel, id, '✅');
    return owner.finds(channel, `Here it is: \`${path}\``);
  }

  /** The labels of the buttons under what it said. */
  async function offered(path: string): Promise<readonly (string | undefined)[]> {
    const { id } = await named(path);
    return (await owner.controls(channel, id)).map(({ label }) => label);
  }

  it('are posted once, by a button, as an answer to the text', async () => {
    write('out/the chart.txt', 'one two');
    const text = await named('out/the chart.txt');
    expect((await owner.controls(channel, text.id)).map(({ label }) => label)).toEqual(['📎 the chart.txt (7 B)']);
    expect(await owner.press(channel, text.id, '📎 the chart.txt (7 B)')).toEqual({ kind: 'done' });
    await owner.hears(channel, '📎 `out/the chart.txt`');
    expect(await owner.files(channel)).toHaveLength(1);
    const again = await owner.press(channel, text.id, '📎 the chart.txt (7 B)');
    expect(again).toEqual({ kind: 'private', text: words.isHere });
    expect(await owner.files(channel)).toHaveLength(1);
    await until(() => copies().length === 0, { what: 'the copy to be removed' });
  });

  it('by an absolute path as well', async () => {
    const path = write('out/a.txt');
    expect(await offered(path)).toEqual(['📎 a.txt (5 B)']);
  });

  it('a press still works after the bridge was killed', async () => {
    write('a.txt');
    const { id } = await named('a.txt');
    await world.bridge.endDaemon('SIGKILL');
    await world.bridge.startDaemon();
    expect(await owner.press(channel, id, '📎 a.txt (5 B)')).toEqual({ kind: 'done' });
    expect((await file('a.txt')).bytes.toString()).toBe('words');
  });

  it('MS-10: are not offered from outside, nor what looks like a secret, nor what is no file', async () => {
    const outside = join(world.bridge.paths.home, 'outside.txt');
    writeFileSync(outside, 'x');
    symlinkSync(outside, join(work, 'link.txt'));
    for (const path of ['.env', '.git/config', 'id_rsa', 'tls/server.pem', 'my-secrets.txt']) write(path);
    mkdirSync(join(work, 'folder.d'));
    for (const path of [
      ...['../../outside.txt', outside, 'link.txt', '/etc/hostname', 'folder.d', 'nothing.txt'],
      ...['.env', '.git/config', 'id_rsa', 'tls/server.pem', 'my-secrets.txt'],
    ]) {
      expect([path, await offered(path)]).toEqual([path, []]);
    }
  });

  it('MS-10: are looked at again at the press: replaced by a link, removed, made large', async () => {
    const outside = join(world.bridge.paths.home, 'outside.txt');
    writeFileSync(outside, 'x');
    const changes: Readonly<Record<string, (path: string) => void>> = {
      'a.txt': (path) => symlinkSync(outside, path),
      'b.txt': () => undefined,
      'c.txt': (path) => {
        writeFileSync(path, '');
        truncateSync(path, 11 * 1024 * 1024);
      },
    };
    for (const [name, change] of Object.entries(changes)) {
      const path = write(name);
      const { id } = await named(name);
      rmSync(path);
      change(path);
      const seen = await owner.press(channel, id, `📎 ${name} (5 B)`);
      expect([name, seen]).toEqual([name, { kind: 'private', text: words.gone(name) }]);
    }
    expect(await owner.files(channel)).toEqual([]);
    expect(copies()).toEqual([]);
  });

  it('BX-09: are for people who may have them: a stranger is refused in private', async () => {
    write('a.txt');
    const { id } = await named('a.txt');
    const { token } = world.discord.addUser({ name: 'Mallory' });
    const mallory = new ChatUser({ api: world.discord.api, token });
    const seen = await mallory.press(channel, id, '📎 a.txt (5 B)');
    mallory.close();
    expect(seen).toEqual({ kind: 'private', text: words.mayNot });
    expect(await owner.files(channel)).toEqual([]);
  });

  it('two presses at once post it once', async () => {
    write('a.txt');
    const { id } = await named('a.txt');
    const { id: ann, token } = world.discord.addUser({ name: 'Ann' });
    await world.bridge.run('vai', ['access', 'grant', ann, 'member']);
    const second = new ChatUser({ api: world.discord.api, token });
    const both = await Promise.all([owner, second].map((user) => user.press(channel, id, '📎 a.txt (5 B)')));
    second.close();
    expect(both.map(({ kind }) => kind).sort()).toEqual(['done', 'private']);
    await file('a.txt');
    expect(await owner.files(channel)).toHaveLength(1);
  });
});
