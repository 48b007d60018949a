import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { describeSource, loadConfig } from '../../src/config/load-config.ts';
import type { LoadedConfig } from '../../src/config/load-config.ts';
import { settingNames, settings } from '../../src/config/settings.ts';

const hour = 3_600_000;
const day = 24 * hour;

let directory: string;
let envFile: string;
let bridgeJson: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-config-'));
  envFile = join(directory, '.env');
  bridgeJson = join(directory, 'bridge.json');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface Given {
  readonly environment?: Readonly<Record<string, string>>;
  readonly env?: string;
  readonly json?: unknown;
}

function load({ environment = {}, env, json }: Given): LoadedConfig {
  if (env !== undefined) writeFileSync(envFile, env, { mode: 0o600 });
  if (json !== undefined) writeFileSync(bridgeJson, typeof json === 'string' ? json : JSON.stringify(json));
  return loadConfig({ environment, envFile, bridgeJson });
}

function failure(given: Given): BridgeError {
  try {
    load(given);
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('this configuration was accepted');
}

describe('loadConfig', () => {
  it('has a default for everything that needs one', () => {
    const { config, sources, warnings } = load({});
    expect(config).toEqual({
      defaultSession: 1,
      routingUnmapped: 'default',
      agent: 'auto',
      claudeCommand: 'claude',
      claudeOptions: [],
      permissionMode: 'default',
      localPort: 8787,
      metricsHost: '127.0.0.1',
      logLevel: 'info',
      logKeep: 10,
      logSecrets: [],
      language: 'en',
      catchUpMaxAge: 6 * hour,
      queueNotice: 100,
      promptRemindAfter: [hour / 6, hour, 6 * hour, 12 * hour],
      promptDefaultAnswer: 'none',
      promptDefaultAfter: hour,
      botMessages: 10,
      recoveryInterval: 30_000,
      recoveryPatience: hour / 12,
      retentionMessages: 30 * day,
      retentionPosts: 30 * day,
      retentionTurns: 30 * day,
      retentionPrompts: 30 * day,
      retentionChannels: 90 * day,
      retentionFiles: 7 * day,
      attachmentsMaxSize: 100 * 1024 * 1024,
      attachmentsQuota: 250 * 1024 * 1024,
      attachmentsKeep: day,
      attachmentsTranscribe: [],
      retentionMetrics: 7 * day,
      monitorInterval: hour / 12,
      limitsSessionMemory: 512 * 1024 ** 2,
      limitsTotalMemory: 2 * 1024 ** 3,
      alertsMemory: 80,
      alertsDisk: 90,
      alertsResponse: 3000,
    });
    expect(Object.values(sources).every((source) => source.from === 'default')).toBe(true);
    expect(Object.keys(sources).sort()).toEqual([...settingNames].sort());
    expect(warnings).toEqual([]);
  });

  it('is frozen', () => {
    const { config } = load({ environment: { CLAUDE_OPTIONS: '--model opus' } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.claudeOptions)).toBe(true);
  });

  it('reads every setting under its variable and under its path in bridge.json', () => {
    const values: Record<keyof typeof settings, string> = {
      discordToken: 'abc.def.ghi',
      discordApiUrl: 'http://127.0.0.1:9/api',
      ownerUserId: '123456789012345678',
      defaultSession: '3',
      routingUnmapped: 'ignore',
      agent: 'scripted',
      claudeCommand: '/opt/claude',
      claudeOptions: '--model opus',
      claudeWorkDir: directory,
      permissionMode: 'plan',
      localPort: '0',
      logLevel: 'debug',
      logKeep: '3',
      logSecrets: 'one "two words"',
      language: 'ja',
      catchUpMaxAge: 'forever',
      queueNotice: '7',
      promptRemindAfter: '30s,5m',
      promptDefaultAnswer: 'deny',
      promptDefaultAfter: '30m',
      botMessages: '8',
      recoveryInterval: '10s',
      recoveryPatience: 'forever',
      retentionMessages: '1d',
      retentionPosts: '2h',
      retentionTurns: '3m',
      retentionPrompts: '4s',
      retentionChannels: '5d',
      retentionFiles: '6h',
      attachmentsMaxSize: '9MB',
      attachmentsQuota: '1GB',
      attachmentsKeep: '7h',
      attachmentsTranscribe: 'whisper --fast',
      metricsPort: '9464',
      metricsHost: '[::1]',
      retentionMetrics: '9d',
      monitorInterval: '1m',
      limitsSessionMemory: '1GB',
      limitsTotalMemory: 'none',
      alertsMemory: '70',
      alertsDisk: '95',
      alertsResponse: 'forever',
      opsChannel: '100000000000000009',
    };
    const expected = {
      ...values,
      defaultSession: 3,
      localPort: 0,
      claudeOptions: ['--model', 'opus'],
      catchUpMaxAge: Infinity,
      queueNotice: 7,
      logKeep: 3,
      logSecrets: ['one', 'two words'],
      promptRemindAfter: [30_000, 300_000],
      promptDefaultAfter: hour / 2,
      botMessages: 8,
      recoveryInterval: 10_000,
      recoveryPatience: Infinity,
      retentionMessages: day,
      retentionPosts: 2 * hour,
      retentionTurns: 180_000,
      retentionPrompts: 4000,
      retentionChannels: 5 * day,
      retentionFiles: 6 * hour,
      attachmentsMaxSize: 9 * 1024 * 1024,
      attachmentsQuota: 1024 ** 3,
      attachmentsKeep: 7 * hour,
      attachmentsTranscribe: ['whisper', '--fast'],
      metricsPort: 9464,
      metricsHost: '::1',
      retentionMetrics: 9 * day,
      monitorInterval: 60_000,
      limitsSessionMemory: 1024 ** 3,
      limitsTotalMemory: Infinity,
      alertsMemory: 70,
      alertsDisk: 95,
      alertsResponse: Infinity,
    };
    const environment = Object.fromEntries(settingNames.map((name) => [settings[name].variables[0], values[name]]));
    expect(load({ environment }).config).toEqual(expected);

    const json: Record<string, unknown> = {};
    for (const name of settingNames) {
      const keys = settings[name].json.split('.');
      let place = json;
      for (const key of keys.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
      place[keys.at(-1)!] = values[name];
    }
    expect(load({ json }).config).toEqual(expected);
  });

  it('prefers environment to .env, .env to bridge.json, and knows which it was', () => {
    const json = { local: { port: 1111 }, log: { level: 'warn' }, agent: 'scripted' };
    const { config, sources } = load({
      environment: { LOCAL_PORT: '3333' },
      env: 'LOCAL_PORT=2222\nLOG_LEVEL=error\n',
      json,
    });
    expect(config).toMatchObject({ localPort: 3333, logLevel: 'error', agent: 'scripted' });
    expect(describeSource(sources.localPort)).toBe('LOCAL_PORT in the environment');
    expect(describeSource(sources.logLevel)).toBe(`LOG_LEVEL in ${envFile}`);
    expect(describeSource(sources.agent)).toBe(`agent in ${bridgeJson}`);
    expect(describeSource(sources.language)).toBe('the default');
  });

  it('knows that nothing missed is run by itself from that everything is', () => {
    expect(load({ environment: { CATCH_UP_MAX_AGE: '0' } }).config.catchUpMaxAge).toBe(0);
    expect(load({ json: { catchUp: { maxAge: 0 } } }).config.catchUpMaxAge).toBe(0);
    expect(load({ json: { catchUp: { maxAge: 'forever' } } }).config.catchUpMaxAge).toBe(Infinity);
  });

  it('takes an empty text as not set', () => {
    const { config } = load({
      environment: { DISCORD_BOT_TOKEN: ' ', LOG_LEVEL: '' },
      env: 'LOG_LEVEL=\nLOCAL_PORT=""\n',
      json: { log: { level: 'warn' }, claude: { options: '' } },
    });
    expect(config).toMatchObject({ logLevel: 'warn', localPort: 8787, claudeOptions: [] });
    expect(config.discordToken).toBeUndefined();
  });

  it("reads the predecessor's port only when nothing else sets the page's", () => {
    expect(load({ environment: { FLASK_PORT: '5001' } }).config.localPort).toBe(5001);
    expect(load({ environment: { FLASK_PORT: '5001', LOCAL_PORT: '5002' } }).config.localPort).toBe(5002);
    expect(load({ environment: { FLASK_PORT: '5001' }, env: 'LOCAL_PORT=5003' }).config.localPort).toBe(5003);
    expect(
      load({ environment: { FLASK_PORT: '5001' }, env: '', json: { local: { port: 5004 } } }).config.localPort,
    ).toBe(5004);
  });

  it('reads a .env as people write it', () => {
    const { config, warnings } = load({
      env: '\u{feff}# my bot\r\nexport DEFAULT_SESSION=2\r\nCLAUDE_OPTIONS="--append-system-prompt \'be brief\'"\r\nLOG_LEVEL=WARN # loud\r\n',
    });
    expect(config).toMatchObject({
      defaultSession: 2,
      claudeOptions: ['--append-system-prompt', 'be brief'],
      logLevel: 'warn',
    });
    expect(warnings).toEqual([]);
  });

  it('understands ~, a versioned API address and a list of options', () => {
    const { config } = load({
      environment: { CLAUDE_WORK_DIR: '~', CLAUDE_COMMAND: '~/bin/claude', DISCORD_API_URL: 'https://x.test/api/v10/' },
      json: { claude: { options: ['--model', 'a b'] } },
    });
    expect(config).toMatchObject({
      claudeWorkDir: homedir(),
      claudeCommand: join(homedir(), 'bin/claude'),
      discordApiUrl: 'https://x.test/api',
      claudeOptions: ['--model', 'a b'],
    });
  });

  it.each([
    ['DISCORD_API_URL', 'localhost:80', 'an http or https address'],
    ['DISCORD_API_URL', 'ftp://x.test', 'an http or https address'],
    ['DISCORD_API_URL', 'https://x.test/api?a=1', 'an http or https address'],
    ['OWNER_USER_ID', 'wes#1234', 'a Discord user id (15 to 20 digits)'],
    ['OWNER_USER_ID', '123', 'a Discord user id (15 to 20 digits)'],
    ['DEFAULT_SESSION', '0', 'a session number'],
    ['DEFAULT_SESSION', '1.5', 'a session number'],
    ['DEFAULT_SESSION', 'one', 'a session number'],
    ['ROUTING_UNMAPPED', 'drop', '"default" or "ignore"'],
    ['AGENT', 'claude', '"auto", "claude-code" or "scripted"'],
    ['CLAUDE_OPTIONS', '--say "hi', 'every quote closed'],
    ['CLAUDE_WORK_DIR', 'relative/dir', 'the absolute path of an existing directory'],
    ['CLAUDE_WORK_DIR', '/no/such/directory', 'the absolute path of an existing directory'],
    ['CLAUDE_WORK_DIR', '/etc/passwd', 'the absolute path of an existing directory'],
    ['CLAUDE_WORK_DIR', `/${'x'.repeat(300)}`, 'the absolute path of an existing directory'],
    ['PERMISSION_MODE', 'yolo', 'one of default'],
    ['LOCAL_PORT', '65536', 'a port number'],
    ['LOCAL_PORT', '-1', 'a port number'],
    ['LOCAL_PORT', '80a', 'a port number'],
    ['FLASK_PORT', 'http', 'a port number'],
    ['LOG_LEVEL', 'loud', 'one of trace'],
    ['BRIDGE_LANGUAGE', 'de', '"en" or "ja"'],
    ['CATCH_UP_MAX_AGE', '6', 'a duration, e.g. 30m or 6h'],
    ['PROMPT_REMIND_AFTER', '1h,10m,1d', 'durations that grow'],
    ['PROMPT_REMIND_AFTER', '1h,soon', 'durations that grow'],
    ['PROMPT_DEFAULT_ANSWER', 'maybe', '"none", "allow" or "deny"'],
    ['PROMPT_DEFAULT_AFTER', '0', 'a duration longer than 0'],
    ['RECOVERY_INTERVAL', '0', 'a duration from 1s to 1h'],
    ['RECOVERY_INTERVAL', '2h', 'a duration from 1s to 1h'],
    ['RECOVERY_PATIENCE', '0', 'a duration longer than 0'],
    ['CATCH_UP_MAX_AGE', 'six hours', 'a duration, e.g. 30m or 6h'],
    ['QUEUE_NOTICE', '0', 'a number of messages'],
    ['MONITOR_INTERVAL', 'forever', 'a duration longer than 0'],
    ['LIMITS_SESSION_MEMORY', 'little', 'a size greater than 0'],
    ['LIMITS_TOTAL_MEMORY', '0MB', 'a size greater than 0'],
    ['ALERTS_MEMORY', '0', 'a whole number of per cent'],
    ['ALERTS_DISK', '101', 'a whole number of per cent'],
    ['ALERTS_RESPONSE', '0', 'a duration longer than 0'],
    ['OPS_CHANNEL', 'ops', 'a channel id'],
    ['QUEUE_NOTICE', 'many', 'a number of messages'],
    ['RETENTION_MESSAGES', '0', 'a duration longer than 0'],
    ['RETENTION_MESSAGES', 'forever', 'a duration longer than 0'],
    ['RETENTION_POSTS', '-1d', 'a duration longer than 0'],
    ['RETENTION_CHANNELS', '30', 'a duration longer than 0'],
  ])('refuses %s=%s, naming value, key and place', (key, value, expected) => {
    const fromEnvironment = failure({ environment: { [key]: value } });
    expect(fromEnvironment.code).toBe('config-invalid');
    expect(fromEnvironment.message).toContain(`${key} in the environment is ${JSON.stringify(value)}; it must be`);
    expect(fromEnvironment.message).toContain(expected);
    expect(fromEnvironment.advice).toBeDefined();

    const fromFile = failure({ env: `${key}='${value}'\n` });
    expect(fromFile.message).toContain(`${key} in ${envFile} is ${JSON.stringify(value)}; it must be`);
  });

  it.each([
    [{ defaultSession: true }, 'defaultSession', 'true'],
    [{ local: { port: 1.5 } }, 'local.port', '1.5'],
    [{ log: { level: null } }, 'log.level', 'null'],
    [{ claude: { workDir: '/a\u0000b' } }, 'claude.workDir', JSON.stringify('/a\u0000b')],
    [{ claude: { options: { a: 1 } } }, 'claude.options', '{"a":1}'],
    [{ claude: { options: [1] } }, 'claude.options', '[1]'],
    [{ retention: { messages: 30 } }, 'retention.messages', '30'],
    [{ catchUp: { maxAge: null } }, 'catchUp.maxAge', 'null'],
    [{ language: ['en'] }, 'language', '["en"]'],
  ])('refuses a value of the wrong kind in bridge.json: %j', (json, path, shown) => {
    const error = failure({ json });
    expect(error.message).toContain(`${path} in ${bridgeJson} is ${shown}; it must be`);
  });

  it('names every bad value at once', () => {
    const { message } = failure({ environment: { LOG_LEVEL: 'loud' }, json: { defaultSession: -3 } });
    expect(message).toContain('LOG_LEVEL in the environment is "loud"');
    expect(message).toContain(`defaultSession in ${bridgeJson} is -3`);
  });

  it.each([
    { environment: { DISCORD_BOT_TOKEN: 'very secret' } },
    { json: { discord: { botToken: ['very secret'] } } },
  ])('never shows a secret: %j', (given) => {
    const error = failure(given);
    expect(error.message).toContain('is not valid; it must be the bot');
    expect(error.message).not.toContain('secret');
  });

  it.each([
    [{ localPort: 1 }, '"localPort" is not a setting of the bridge; did you mean "local.port"?'],
    [{ local: { prt: 1 } }, '"local.prt" is not a setting of the bridge; did you mean "local.port"?'],
    [
      { DISCORD_BOT_TOKEN: 'x' },
      '"DISCORD_BOT_TOKEN" is not a setting of the bridge; did you mean "discord.botToken"?',
    ],
    [{ routing: { unmaped: 'ignore' } }, 'did you mean "routing.unmapped"?'],
    [{ port: 1 }, 'did you mean "local.port"?'],
    [{ colour: 'red' }, '"colour" is not a setting of the bridge; the settings are discord.botToken, '],
    [{ __proto__: null, constructor: 1 }, '"constructor" is not a setting'],
  ])('refuses an unknown key in bridge.json and says which was meant: %j', (json, words) => {
    const error = failure({ json });
    expect(error.code).toBe('config-invalid');
    expect(error.message).toContain(bridgeJson);
    expect(error.message).toContain(words);
  });

  it.each([
    ['{"local": 8787}', '"local" must be an object'],
    ['[]', 'its content must be an object'],
    ['"x"', 'its content must be an object'],
    ['{"a":1,}', 'is not valid JSON (line 1 column 8)'],
    ['{"discord": {"botToken": secret}}', 'is not valid JSON.'],
  ])('refuses a bridge.json with a wrong shape: %s', (json, words) => {
    const error = failure({ json });
    expect(error.message).toContain(words);
    expect(error.message).toContain(bridgeJson);
    expect(error.message).not.toContain('secret');
  });

  it('accepts an empty bridge.json', () => {
    expect(load({ json: ' \n' }).config.localPort).toBe(8787);
  });

  it('refuses a file that cannot be read', () => {
    mkdirSync(envFile);
    expect(failure({}).message).toBe(`${envFile} cannot be read (EISDIR).`);
  });

  it('warns about an unknown key in .env and goes on', () => {
    const { config, warnings } = load({ env: 'DISCORD_TOKEN=x\nLOCAL_PORT=1234\nMY_EDITOR=vi\n' });
    expect(config.localPort).toBe(1234);
    expect(warnings).toEqual([
      `DISCORD_TOKEN in ${envFile} is not a setting of the bridge and is ignored; did you mean DISCORD_BOT_TOKEN?`,
      `MY_EDITOR in ${envFile} is not a setting of the bridge and is ignored.`,
    ]);
  });

  it('warns about a line without "=" by its number, and shows none of it', () => {
    const secret = 'MTk4NjIyNDgz.Cl2FMQ.ZnCjm1XVW7vRze4b';
    const env = `# mine\r\n\r\nDISCORD_BOT_TOKEN ${secret}\r\nLOCAL_PORT=1234\r\n  ${secret}\r\nexport LOG_LEVEL\r\n`;
    const { config, warnings } = load({ env });
    expect(config).toMatchObject({ localPort: 1234, logLevel: 'info' });
    expect(warnings).toEqual(
      [3, 5, 6].map((line) => `Line ${line} of ${envFile} has no "=" and is ignored; a setting is NAME=value.`),
    );
  });

  it('takes nothing for a name that may be a secret', () => {
    const env = `DISCORD_BOT_TOKEN: c2VjcmV0LXRva2Vu==\nc2VjcmV0LXRva2Vu==\n=c2VjcmV0LXRva2Vu\n`;
    const { warnings } = load({ env });
    expect(warnings).toEqual(
      [1, 2, 3].map((line) => `Line ${line} of ${envFile} begins with no name of a setting and is ignored.`),
    );
  });

  it('does not take the lines of a value in quotes for lines of their own', () => {
    const env = `CLAUDE_OPTIONS="--append-system-prompt 'be brief\nand kind\nX=1'"\nand alone\n`;
    expect(load({ env }).warnings).toEqual([expect.stringContaining('Line 4 of')]);
  });

  it('understands every line of the examples that ship', () => {
    const examples = join(import.meta.dirname, '../../config');
    const env = readFileSync(join(examples, '.env.example'), 'utf8').replace(/^#(?=[A-Z_]+=)/gm, '');
    const json = readFileSync(join(examples, 'bridge.json.example'), 'utf8');
    expect(load({ env, json }).warnings).toEqual([]);
    const shown = [...env.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(shown.sort()).toEqual(settingNames.map((name) => settings[name].variables[0]).sort());
  });

  it('warns when others can read a .env with secrets', () => {
    load({ env: 'DISCORD_BOT_TOKEN=a.b.c\n' });
    chmodSync(envFile, 0o644);
    const says = `${envFile} holds secrets and other users can read it; run: chmod 600 ${envFile}`;
    expect(load({}).warnings).toEqual([says]);
  });
});
