import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { Scope } from '../../src/base/scope.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../src/local-discord/local-discord.ts';
import { ChatUser } from './support/chat-user.ts';
import { Installation } from './support/installation.ts';
import { Pty } from './support/pty.ts';

const program = join(import.meta.dirname, '../../dist/bundle/vai.cjs');

let scope: Scope;
let faults: Faults;
let discord: LocalDiscord;
let owner: ChatUser;
let shop: string;
let bridge: Installation;
let pty: Pty;
beforeEach(async () => {
  scope = new Scope();
  faults = new Faults();
  discord = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock, faults });
  scope.defer('server', () => discord.close());
  shop = discord.ensureChannel({ name: 'shop' });
  discord.ensureChannel({ name: 'blog' });
  owner = new ChatUser({ api: discord.api, token: discord.userToken });
  bridge = new Installation({ DISCORD_API_URL: discord.api });
  scope.defer('installation', () => bridge.destroy());
  const directory = mkdtempSync(join(tmpdir(), 'bridge-pty-'));
  scope.defer('directory', () => rmSync(directory, { recursive: true, force: true }));
  pty = new Pty(join(directory, 'tmux.sock'));
  scope.defer('pty', () => pty.close());
});
afterEach(() => scope.close());

/** Answers everything up to the question whether it shall be written. */
async function answerQuestions(): Promise<void> {
  await pty.start([process.execPath, program, 'setup'], bridge.environment);
  await pty.shows(/Connect Discord now\?/);
  await pty.press('Enter');
  await pty.shows(/Paste the bot's token/);
  await pty.type('wrong-token-wrong-token');
  await pty.press('Enter');
  await pty.shows(/does not accept this token[\s\S]*Paste the bot's token/);
  await pty.type(discord.botToken);
  await pty.press('Enter');
  await pty.shows(/Which channels[\s\S]*#shop[\s\S]*#blog/);
  await pty.press('Space', 'Enter');
  await pty.shows(/agent of #shop work\?/);
  await pty.press('Enter');
  await pty.shows(/Write the token of claude-bridge/);
}

describe('vai setup at a terminal', () => {
  it('MS-06: leads from a wrong token to an owner who gets an answer', async () => {
    await answerQuestions();
    await pty.press('Enter');
    await pty.shows(/Sessions added: 1\.[\s\S]*Start the bridge now\?/);
    await pty.press('Enter');
    await pty.shows(/Become the owner now\?/, 60_000);
    await pty.press('Enter');
    const screen = await pty.shows(/Waiting until you have typed it/);
    const code = /pair-[\w-]+/.exec(screen)?.[0] ?? '';
    await owner.say(shop, code);
    const end = await pty.shows(/You are the owner now\.[\s\S]*ended with 0/);
    expect(end).not.toContain(discord.botToken);
    expect(end).not.toContain('wrong-token-wrong-token');

    expect(readFileSync(bridge.paths.envFile, 'utf8')).toContain(`\nDISCORD_BOT_TOKEN=${discord.botToken}\n`);
    expect(statSync(bridge.paths.envFile).mode & 0o777).toBe(0o600);
    expect(JSON.parse(bridge.readConfig('sessions.json'))).toEqual({ 1: shop });
    await owner.say(shop, 'say hello');
    await owner.hears(shop, /hello/);

    const again = await bridge.run('vai', ['setup']);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--token-file') });
    expect(bridge.log()).not.toContain(discord.botToken);
  });

  it('MS-06: leaves all as it was after Ctrl-C, at the last question too', async () => {
    bridge.writeConfig('.env', '# mine\nLOG_LEVEL=debug\n');
    await answerQuestions();
    await pty.press('C-c');
    await pty.shows(/Setup was left\.[\s\S]*ended with 1/);
    expect(readFileSync(bridge.paths.envFile, 'utf8')).toBe('# mine\nLOG_LEVEL=debug\n');
    expect(readdirSync(bridge.paths.config)).toEqual(['.env']);
    expect(existsSync(bridge.paths.state)).toBe(false);
  });

  it('says so when somebody leaves with Ctrl-D: at the first question, at the secret, at a list', async () => {
    const leave = async (): Promise<void> => {
      await pty.press('C-d');
      await pty.shows(/Setup was left\.[\s\S]*vai setup[\s\S]*ended with 1/);
      expect(existsSync(bridge.paths.envFile)).toBe(false);
      await pty.close();
    };
    await pty.start([process.execPath, program, 'setup'], bridge.environment);
    await pty.shows(/Connect Discord now\?/);
    await leave();

    await pty.start([process.execPath, program, 'setup'], bridge.environment);
    await pty.shows(/Connect Discord now\?/);
    await pty.press('Enter');
    await pty.shows(/Paste the bot's token/);
    await pty.type('half-a-token');
    await leave();

    await pty.start([process.execPath, program, 'setup'], bridge.environment);
    await pty.shows(/Connect Discord now\?/);
    await pty.press('Enter');
    await pty.shows(/Paste the bot's token/);
    await pty.type(discord.botToken);
    await pty.press('Enter');
    await pty.shows(/Which channels[\s\S]*#shop[\s\S]*#blog/);
    await leave();
  });

  it('takes a running bridge from its built-in chat to Discord', async () => {
    expect((await bridge.run('vai', ['start'])).exitCode).toBe(0);
    await answerQuestions();
    await pty.press('Enter');
    await pty.shows(/Restart the bridge now/);
    await pty.press('Enter');
    await pty.shows(/Become the owner now\?/, 60_000);
    await pty.press('Right', 'Enter');
    await pty.shows(/ended with 0/);
    const status = await bridge.json<{ chat: { kind: string; state: string } }>('status');
    expect(status.chat).toMatchObject({ kind: 'discord', state: 'ready' });
    // The built-in chat had session 1: its number is not given again.
    expect(Object.values(JSON.parse(bridge.readConfig('sessions.json')) as object)).toEqual([shop]);
    expect(Object.keys(JSON.parse(bridge.readConfig('sessions.json')) as object)).toEqual(['2']);
  });
});

describe('the secret of vai setup', () => {
  it('is not shown when it is typed too early, while another one is looked at', async () => {
    await pty.start([process.execPath, program, 'setup'], bridge.environment);
    await pty.shows(/Connect Discord now\?/);
    await pty.press('Enter');
    await pty.shows(/Paste the bot's token/);
    faults.delayRequests({ path: /users/ }, 1500, 'before');
    await pty.type('wrong-token-wrong-token');
    await pty.press('Enter');
    await pty.shows(/▪\s*$/);
    await pty.type('typed-too-early');
    const screen = await pty.shows(/does not accept this token[\s\S]*Paste the bot's token/);
    expect(screen).not.toContain('typed-too-early');

    faults.delayRequests({ path: /users/ }, 3000, 'before');
    await pty.type('wrong-token-wrong-token');
    await pty.press('Enter');
    await pty.shows(/▪\s*$/); // Sent, and no question is open.
    await pty.press('C-c');
    await pty.shows(/ended with 130/);
    expect(existsSync(bridge.paths.envFile)).toBe(false);
  });
});

describe('vai setup without a terminal', () => {
  it('MS-06: sets up, starts, and says what is left to do', async () => {
    const done = await bridge.run('vai', ['setup', '--token-file', '-', '--channel', shop, '--yes'], {
      input: `${discord.botToken}\n`,
    });
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nobody owns the bridge yet') });
    expect(done.stdout + done.stderr).not.toContain(discord.botToken);
    expect((await bridge.session(1)).channel).toBe(shop);
  });

  it('is refused inside a session, with wrong options, and with a wrong token', async () => {
    const pane = { BRIDGE_SESSION: '1', BRIDGE_SESSION_TOKEN: 'x' };
    expect(await bridge.run('vai', ['setup'], { env: pane })).toMatchObject({ exitCode: 1 });
    expect(await bridge.run('vai', ['setup', '--yes'])).toMatchObject({ exitCode: 2 });
    const wrong = await bridge.run('vai', ['setup', '--token-file', '-'], { input: 'wrong-token-wrong-token' });
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('does not accept this token') });
    expect(existsSync(bridge.paths.envFile)).toBe(false);
  });
});
