import { isAbsolute } from 'node:path';

import { z } from 'zod';

import { parseChannelId, parseSessionNumber } from '../model/session.ts';
import { expandHome, isDirectory } from './directories.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatSize, parseSize } from './size.ts';
import { splitWords } from './split-words.ts';

const number = z.union([z.number(), z.string()]).transform((value) => String(value).trim());
const word = z.string().transform((value) => value.trim());

const sessionNumber = number.transform((text, context) => {
  const parsed = parseSessionNumber(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('not a session number');
  return z.NEVER;
});

const port = number.pipe(
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().max(65_535)),
);

/** Milliseconds. */
const duration = number.transform((text, context) => {
  const parsed = parseDuration(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('not a duration');
  return z.NEVER;
});

/** How long something is kept: nothing is kept for ever (I11), and nothing goes at once. */
const retention = duration.pipe(z.number().positive());

/** Between two looks: not so short that looking is all that is done, not so long that nobody looks. */
const interval = duration.pipe(z.number().min(1_000).max(3_600_000));

/** How long something may take before anything is done about it; for ever is allowed. */
const patience = duration.refine((ms) => ms > 0);

/** Bytes. */
const size = word.transform((text, context) => {
  const parsed = parseSize(text);
  if (parsed !== undefined && parsed > 0) return parsed;
  context.addIssue('not a size');
  return z.NEVER;
});

/** Bytes that may be taken; `none` for any number. */
const limit = word
  .transform((text) => (text.toLowerCase() === 'none' ? Infinity : text))
  .pipe(z.union([z.literal(Infinity), size]));

/** A whole number of per cent. */
const percent = number.pipe(
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(100)),
);

const channel = word.transform((text, context) => {
  const parsed = parseChannelId(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('not a channel id');
  return z.NEVER;
});

/** Durations that grow; none for `never`. */
const reminders = z
  .union([z.array(number), word.transform((line) => (line === 'never' ? [] : line.split(',')))])
  .transform((texts, context) => {
    const spans = texts.map((text) => parseDuration(text));
    const areFine = spans.every((span, index) => {
      const before = spans[index - 1] ?? 0;
      // The last one is a time between two.
      return span !== undefined && span > 0 && span < Infinity && (index === spans.length - 1 || span > before);
    });
    if (areFine) return spans as readonly number[];
    context.addIssue('not a list of durations');
    return z.NEVER;
  });

const count = number.pipe(
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.number().positive()),
);

/** Where a server listens: an address of this machine, or a name of one. */
const hostName = word
  .transform((name) => name.replace(/^\[(.*)\]$/, '$1'))
  .pipe(z.union([z.ipv4(), z.ipv6(), z.hostname()]));

const apiUrl = word.pipe(
  z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url))
    .transform((url) => url.replace(/\/+$/, '').replace(/\/v\d+$/, '')),
);

const options = z.union([
  z.array(z.string()).readonly(),
  z.string().transform((line, context) => {
    const words = splitWords(line);
    if (words !== undefined) return words;
    context.addIssue('a quote is not closed');
    return z.NEVER;
  }),
]);

const path = word.transform((text) => expandHome(text));

const directory = path.refine((one) => isAbsolute(one) && isDirectory(one));

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The modes the agent CLI takes for `--permission-mode`. */
const permissionModes = ['default', 'manual', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'] as const;

/** The whole configuration: the one place that says what a value may be, and its default. */
export const configSchema = z.object({
  discordToken: word.pipe(z.string().regex(/^\S+$/)).optional(),
  discordApiUrl: apiUrl.optional(),
  ownerUserId: word.pipe(z.string().regex(/^\d{15,20}$/)).optional(),
  defaultSession: sessionNumber.prefault(1),
  routingUnmapped: word.pipe(z.enum(['default', 'ignore'])).prefault('default'),
  agent: word.pipe(z.enum(['auto', 'claude-code', 'scripted'])).prefault('auto'),
  claudeCommand: path.pipe(z.string().min(1)).prefault('claude'),
  claudeOptions: options.prefault([]),
  claudeWorkDir: directory.optional(),
  permissionMode: word.pipe(z.enum(permissionModes)).prefault('default'),
  localPort: port.prefault(8787),
  logLevel: word
    .transform((value) => value.toLowerCase())
    .pipe(z.enum(logLevels))
    .prefault('info'),
  logKeep: count.prefault(10),
  logSecrets: options.prefault([]),
  language: word.pipe(z.enum(['en', 'ja'])).prefault('en'),
  catchUpMaxAge: duration.prefault('6h'),
  queueNotice: count.prefault(100),
  promptRemindAfter: reminders.prefault('10m, 1h, 6h, 12h'),
  promptDefaultAnswer: word.pipe(z.enum(['none', 'allow', 'deny'])).prefault('none'),
  promptDefaultAfter: retention.prefault('1h'),
  botMessages: count.prefault(10),
  recoveryInterval: interval.prefault('30s'),
  recoveryPatience: patience.prefault('5m'),
  retentionMessages: retention.prefault('30d'),
  retentionPosts: retention.prefault('30d'),
  retentionTurns: retention.prefault('30d'),
  retentionPrompts: retention.prefault('30d'),
  retentionChannels: retention.prefault('90d'),
  retentionFiles: retention.prefault('7d'),
  retentionMetrics: retention.prefault('7d'),
  attachmentsMaxSize: size.prefault('100MB'),
  attachmentsQuota: size.prefault('250MB'),
  attachmentsKeep: retention.prefault('1d'),
  attachmentsTranscribe: options.prefault([]),
  metricsPort: port.optional(),
  metricsHost: hostName.prefault('127.0.0.1'),
  opsChannel: channel.optional(),
  monitorInterval: retention.prefault('5m'),
  limitsSessionMemory: limit.prefault('512MB'),
  limitsTotalMemory: limit.prefault('2GB'),
  alertsMemory: percent.prefault(80),
  alertsDisk: percent.prefault(90),
  alertsResponse: duration.refine((span) => span > 0).prefault('3s'),
});

/** Everything the owner can set, checked. */
export type Config = Readonly<z.infer<typeof configSchema>>;

export type SettingName = keyof Config;

export interface Setting {
  /** The variable, in the environment or in `.env`. The first is the name; a later one is read when nothing else sets it. */
  readonly variables: readonly [string, ...string[]];
  /** Dotted path in bridge.json. */
  readonly json: string;
  /** What a good value is, for the sentence "it must be …". */
  readonly expected: string;
  /** Its value is never shown. */
  readonly secret?: true;
  /** A number of milliseconds that is written with a unit. */
  readonly isDuration?: true;
  /** A number of bytes that is written with a unit. */
  readonly isSize?: true;
}

const kept = {
  expected: 'a duration longer than 0, e.g. 12h or 30d',
  isDuration: true,
} as const;

const perCent = { expected: 'a whole number of per cent, 1 to 100' } as const;

const limited = { expected: 'a size greater than 0, e.g. 512MB or 2GB, or "none"', isSize: true } as const;

const sized = { expected: 'a size greater than 0, e.g. 512kB, 100MB or 1GB', isSize: true } as const;

/** Under which names each setting is read. */
export const settings: Readonly<Record<SettingName, Setting>> = {
  discordToken: {
    variables: ['DISCORD_BOT_TOKEN'],
    json: 'discord.botToken',
    expected: "the bot's token as the developer portal shows it, without white space",
    secret: true,
  },
  discordApiUrl: {
    variables: ['DISCORD_API_URL'],
    json: 'discord.apiUrl',
    expected: 'an http or https address, e.g. https://discord.com/api',
  },
  ownerUserId: {
    variables: ['OWNER_USER_ID'],
    json: 'discord.ownerUserId',
    expected: 'a Discord user id (15 to 20 digits)',
  },
  defaultSession: {
    variables: ['DEFAULT_SESSION'],
    json: 'defaultSession',
    expected: 'a session number (1 to 999999)',
  },
  routingUnmapped: {
    variables: ['ROUTING_UNMAPPED'],
    json: 'routing.unmapped',
    expected: '"default" or "ignore"',
  },
  agent: { variables: ['AGENT'], json: 'agent', expected: '"auto", "claude-code" or "scripted"' },
  claudeCommand: {
    variables: ['CLAUDE_COMMAND'],
    json: 'claude.command',
    expected: 'the name or the path of a program',
  },
  claudeOptions: {
    variables: ['CLAUDE_OPTIONS'],
    json: 'claude.options',
    expected: 'a line of options with every quote closed, or in bridge.json a list of texts',
  },
  claudeWorkDir: {
    variables: ['CLAUDE_WORK_DIR'],
    json: 'claude.workDir',
    expected: 'the absolute path of an existing directory',
  },
  permissionMode: {
    variables: ['PERMISSION_MODE'],
    json: 'claude.permissionMode',
    expected: `one of ${permissionModes.join(', ')}`,
  },
  localPort: {
    variables: ['LOCAL_PORT', 'FLASK_PORT'],
    json: 'local.port',
    expected: 'a port number (1 to 65535, or 0 for any free one)',
  },
  logLevel: { variables: ['LOG_LEVEL'], json: 'log.level', expected: `one of ${logLevels.join(', ')}` },
  logKeep: { variables: ['LOG_KEEP'], json: 'log.keep', expected: 'a number of files (1 to 999999)' },
  logSecrets: {
    variables: ['LOG_SECRETS'],
    json: 'log.secrets',
    expected: 'a line of words with every quote closed, or in bridge.json a list of texts',
    secret: true,
  },
  language: { variables: ['BRIDGE_LANGUAGE'], json: 'language', expected: '"en" or "ja"' },
  catchUpMaxAge: {
    variables: ['CATCH_UP_MAX_AGE'],
    json: 'catchUp.maxAge',
    expected: 'a duration, e.g. 30m or 6h, 0 or "forever"',
    isDuration: true,
  },
  queueNotice: { variables: ['QUEUE_NOTICE'], json: 'queue.notice', expected: 'a number of messages (1 to 999999)' },
  botMessages: {
    variables: ['BOT_MESSAGES'],
    json: 'bots.messages',
    expected: 'a number of messages (1 to 999999)',
  },
  promptRemindAfter: {
    variables: ['PROMPT_REMIND_AFTER'],
    json: 'prompts.remindAfter',
    expected: 'durations that grow, with commas, e.g. 10m, 1h, 12h, or "never"',
    isDuration: true,
  },
  promptDefaultAnswer: {
    variables: ['PROMPT_DEFAULT_ANSWER'],
    json: 'prompts.defaultAnswer',
    expected: '"none", "allow" or "deny"',
  },
  promptDefaultAfter: {
    variables: ['PROMPT_DEFAULT_AFTER'],
    json: 'prompts.defaultAfter',
    expected: 'a duration longer than 0, e.g. 30m or 1h',
    isDuration: true,
  },
  recoveryInterval: {
    variables: ['RECOVERY_INTERVAL'],
    json: 'recovery.interval',
    expected: 'a duration from 1s to 1h, e.g. 30s',
    isDuration: true,
  },
  recoveryPatience: {
    variables: ['RECOVERY_PATIENCE'],
    json: 'recovery.patience',
    expected: 'a duration longer than 0, e.g. 5m, or "forever"',
    isDuration: true,
  },
  retentionMessages: { variables: ['RETENTION_MESSAGES'], json: 'retention.messages', ...kept },
  retentionPosts: { variables: ['RETENTION_POSTS'], json: 'retention.posts', ...kept },
  retentionTurns: { variables: ['RETENTION_TURNS'], json: 'retention.turns', ...kept },
  retentionPrompts: { variables: ['RETENTION_PROMPTS'], json: 'retention.prompts', ...kept },
  retentionChannels: { variables: ['RETENTION_CHANNELS'], json: 'retention.channels', ...kept },
  retentionFiles: { variables: ['RETENTION_FILES'], json: 'retention.files', ...kept },
  retentionMetrics: { variables: ['RETENTION_METRICS'], json: 'retention.metrics', ...kept },
  attachmentsMaxSize: { variables: ['ATTACHMENTS_MAX_SIZE'], json: 'attachments.maxSize', ...sized },
  attachmentsQuota: { variables: ['ATTACHMENTS_QUOTA'], json: 'attachments.quota', ...sized },
  attachmentsKeep: { variables: ['ATTACHMENTS_KEEP'], json: 'attachments.keep', ...kept },
  attachmentsTranscribe: {
    variables: ['ATTACHMENTS_TRANSCRIBE'],
    json: 'attachments.transcribe',
    expected: 'a line with a program and its arguments and every quote closed, or in bridge.json a list of texts',
  },
  metricsPort: {
    variables: ['METRICS_PORT'],
    json: 'metrics.port',
    expected: 'a port number (1 to 65535, or 0 for any free one)',
  },
  metricsHost: {
    variables: ['METRICS_HOST'],
    json: 'metrics.host',
    expected: 'an address or a name of this machine, e.g. 127.0.0.1 or ::1',
  },
  opsChannel: { variables: ['OPS_CHANNEL'], json: 'ops.channel', expected: 'a channel id (15 to 20 digits)' },
  monitorInterval: {
    variables: ['MONITOR_INTERVAL'],
    json: 'monitor.interval',
    expected: 'a duration longer than 0, e.g. 1m or 5m',
    isDuration: true,
  },
  limitsSessionMemory: { variables: ['LIMITS_SESSION_MEMORY'], json: 'limits.sessionMemory', ...limited },
  limitsTotalMemory: { variables: ['LIMITS_TOTAL_MEMORY'], json: 'limits.totalMemory', ...limited },
  alertsMemory: { variables: ['ALERTS_MEMORY'], json: 'alerts.memory', ...perCent },
  alertsDisk: { variables: ['ALERTS_DISK'], json: 'alerts.disk', ...perCent },
  alertsResponse: {
    variables: ['ALERTS_RESPONSE'],
    json: 'alerts.response',
    expected: 'a duration longer than 0, e.g. 3s or 2m, or "forever"',
    isDuration: true,
  },
};

/** The names of all settings. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** Whether a text is the name of a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** A value as the owner would write it. */
export function writtenValue(name: SettingName, value: Config[SettingName]): string {
  const { isDuration, isSize } = settings[name];
  const written = (part: unknown): string => {
    if (typeof part !== 'number') return String(part);
    if (isDuration) return formatDuration(part);
    return isSize ? formatSize(part) : String(part);
  };
  if (isDuration && Array.isArray(value)) return value.length === 0 ? 'never' : value.map(written).join(', ');
  return written(value);
}
