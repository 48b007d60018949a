import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { claimPrivateDirectory, writeFileAtomic } from './base/atomic-file.ts';
import { systemClock } from './base/clock.ts';
import { BridgeError, describeError } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { Scope } from './base/scope.ts';
import { shellLine } from './base/shell-words.ts';
import { Bridge } from './bridge/bridge.ts';
import { Delivery } from './bridge/delivery.ts';
import { Housekeeping } from './bridge/housekeeping.ts';
import { Intake } from './bridge/intake.ts';
import { Owners } from './bridge/owners.ts';
import { ReplyCollector } from './bridge/reply-collector.ts';
import { terminalName } from './bridge/managed-session.ts';
import { servingSession } from './bridge/routing.ts';
import { SessionManager } from './bridge/session-manager.ts';
import { TypingIndicator } from './bridge/typing-indicator.ts';
import { wordsIn } from './bridge/words.ts';
import { loadConfig } from './config/load-config.ts';
import type { Config } from './config/settings.ts';
import { packageRoot } from './config/paths.ts';
import type { BridgePaths } from './config/paths.ts';
import { agentEnvironment } from './config/agent-environment.ts';
import { ownDaemonRecord, removeDaemonRecord, writeDaemonRecord } from './control/daemon-record.ts';
import { startControlServer } from './control/server.ts';
import { createDiscordTransport } from './discord/transport.ts';
import type { Terminal } from './contracts/terminal.ts';
import type { SessionNumber } from './model/session.ts';
import { startLocalDiscord } from './local-discord/local-discord.ts';
import type { LocalDiscord } from './local-discord/local-discord.ts';
import { createClaudeCodeDriver } from './agents/claude-code/driver.ts';
import { chooseAgent, createDriverRegistry } from './agents/registry.ts';
import { createScriptedDriver } from './agents/scripted/driver.ts';
import { Logger } from './observe/logger.ts';
import { takeDaemonLock } from './storage/daemon-lock.ts';
import { SessionDirectories } from './storage/session-directories.ts';
import { SessionsFile } from './storage/sessions-file.ts';
import { openStores } from './storage/stores.ts';
import { listForeignSessions } from './terminal/foreign-sessions.ts';
import { openTmux } from './terminal/tmux-manager.ts';

/** How long a stop waits for texts that are on their way to the chat server, in milliseconds. */
const drainTimeoutMs = 5_000;

export interface Daemon {
  /** Ends everything in the reverse order of its start. */
  stop(options: { readonly keepSessions: boolean }): Promise<void>;
}

export interface ComposeOptions {
  readonly paths: BridgePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What new files of the agents are denied: what the person's are, not the bridge's own. */
  readonly umask: number;
  /** Also log to standard output. */
  readonly echoLog: boolean;
  /** Somebody asked for the end of the daemon. */
  readonly onStopRequested: (options: { readonly keepSessions: boolean }) => void;
}

/**
 * Builds the whole bridge and starts it: the one place that constructs across folders.
 *
 * @throws BridgeError with what is wrong and what to do; everything acquired so far is released then.
 */
export async function startDaemon(options: ComposeOptions): Promise<Daemon> {
  const scope = new Scope();
  try {
    return await build(options, scope);
  } catch (error) {
    await scope.close();
    throw error;
  }
}

async function build(options: ComposeOptions, scope: Scope): Promise<Daemon> {
  const { paths, environment } = options;
  const clock = systemClock;
  const { config, sources, warnings } = loadConfig({
    environment,
    envFile: paths.envFile,
    bridgeJson: paths.bridgeJson,
  });
  for (const directory of [
    paths.config,
    paths.state,
    paths.logs,
    paths.attachments,
    paths.monitoring,
    paths.workspace,
  ]) {
    claimPrivateDirectory(directory);
  }
  scope.defer('the daemon lock', takeDaemonLock(join(paths.state, 'daemon.lock')));
  writeDaemonRecord(paths.daemonRecord, ownDaemonRecord(paths.controlSocket));
  scope.defer('the daemon record', () => {
    removeDaemonRecord(paths.daemonRecord, process.pid);
  });

  const log = new Logger({
    directory: paths.logs,
    level: config.logLevel,
    secrets: config.discordToken === undefined ? [] : [config.discordToken],
    echo: options.echoLog,
  });
  for (const warning of warnings) log.warn({ warning }, 'configuration');

  const local = config.discordToken === undefined ? await openLocalServer(config, paths, scope, log) : undefined;
  const server = local ? 'local' : 'discord';
  const stores = scope.own(
    'the state',
    openStores(join(paths.state, local ? 'bridge.local.db' : 'bridge.db')),
    (opened) => {
      opened.close();
    },
  );
  const uncertain = stores.inbox.markUncertain(clock.now());
  if (uncertain > 0) log.info({ count: uncertain }, 'messages of the last run will be looked up');

  const terminal = await openTmux({ socket: paths.tmuxSocket, clock, log, umask: options.umask });
  let keepSessions = true;
  scope.defer('the terminals', async () => {
    // A terminal server with nothing in it serves nobody; agents outlive us (I6).
    if (!keepSessions || (await terminal.list()).length === 0) await terminal.shutdown();
    await terminal.close();
  });
  const choice = chooseAgent({
    wanted: config.agent,
    claudeCommand: config.claudeCommand,
    path: environment['PATH'] ?? '',
  });
  const drivers = createDriverRegistry([
    createClaudeCodeDriver({
      terminal,
      clock,
      log,
      command: choice.name === 'claude-code' ? choice.command : config.claudeCommand,
      extraArguments: config.claudeOptions,
      permissionMode: config.permissionMode,
      bridgeInstructions: readFileSync(join(packageRoot(), 'docs', 'inside-a-session.md'), 'utf8'),
    }),
    createScriptedDriver({ terminal, clock, log }),
  ]);

  const topicOf = (agent: string = choice.name): string =>
    agent === choice.name ? `Agent: ${agent}. ${choice.why}` : `Agent: ${agent}`;
  const words = wordsIn(config.language);
  const workspace = new SessionDirectories({
    workspace: paths.workspace,
    attachments: paths.attachments,
    sessions: join(paths.state, local ? 'sessions.local' : 'sessions'),
    defaultWorkDir: config.claudeWorkDir,
  });
  const owners = new Owners({
    server,
    configured: [config.ownerUserId, local?.userId].filter((id) => id !== undefined),
    facts: stores.facts,
    clock,
  });
  const transport = createDiscordTransport({
    token: local?.botToken ?? config.discordToken ?? '',
    clock,
    log,
    ...withApiUrl(local?.api ?? config.discordApiUrl),
  });
  const delivery = new Delivery({ stores, transport, clock, log });
  const onOutbox = (): void => {
    delivery.kick();
  };
  const typing = new TypingIndicator({ stores, transport, clock });
  const collector = new ReplyCollector({
    stores,
    words,
    clock,
    log,
    channelOf: (session) => sessions.channelOf(session),
    onOutbox,
  });
  const mapFile = join(paths.config, local ? 'sessions.local.json' : 'sessions.json');
  // An empty map is the owner's wish; no map is a newcomer, who shall find somebody to talk to.
  const isFirstRun = local !== undefined && !existsSync(mapFile);
  const sessions: SessionManager = new SessionManager({
    map: new SessionsFile({ path: mapFile }),
    stores,
    collector,
    workspace,
    words,
    clock,
    log,
    driver: (name) => drivers.get(name),
    defaultAgent: choice.name,
    environment: (entry, token) =>
      agentEnvironment({
        environment,
        session: entry.number,
        token,
        home: paths.home,
        path: [join(packageRoot(), 'bin'), environment['PATH'] ?? ''].join(delimiter),
      }),
    onAdded: ({ number, channel, agent }) => {
      local?.ensureChannel({ id: channel, name: channelName(number), topic: topicOf(agent) });
    },
    onRemoved: ({ channel }) => {
      local?.removeChannel(channel);
    },
    onState: (session) => {
      typing.update(session.entry.number, session.state.activity === 'busy');
    },
  });
  // Nobody chose 1: where the map has no session 1, its first one serves.
  const defaultSession = (): SessionNumber =>
    sources.defaultSession.from === 'default'
      ? servingSession(sessions.entries(), config.defaultSession)
      : config.defaultSession;
  const intake = new Intake({
    stores,
    owners,
    words,
    clock,
    log,
    entries: () => sessions.entries(),
    policy: { defaultSession, unmapped: config.routingUnmapped },
    onStored: (session) => {
      sessions.get(session).wake();
    },
    onOutbox,
  });
  const bridge = new Bridge({
    sessions,
    stores,
    transport,
    collector,
    owners,
    workspace,
    words,
    clock,
    log,
    defaultSession,
    onOutbox,
    attachLine: (name) => shellLine(terminal.attachCommand(name)),
    newChannelId: () => newChannelId(local),
    requestStop: options.onStopRequested,
    surroundings: async () => ({
      version: version(),
      pid: process.pid,
      home: paths.home,
      tmuxSocket: paths.tmuxSocket,
      agent: choice,
      foreignSessions: await listForeignSessions(/^claude-session-\d+$/),
      chat: {
        kind: server,
        state: transport.state.connection,
        ...(transport.state.detail === undefined ? {} : { detail: transport.state.detail }),
        owned: owners.known(),
        ...(local ? { url: local.url, api: local.api, userToken: local.userToken } : withApi(config.discordApiUrl)),
      },
    }),
  });

  await sessions.load();
  await endStrangers(terminal, sessions, join(paths.state, 'server'), server);
  for (const { number, channel, agent } of sessions.entries()) {
    local?.ensureChannel({ id: channel, name: channelName(number), topic: topicOf(agent) });
  }
  const control = await startControlServer({ socket: paths.controlSocket, api: bridge, log });
  scope.defer('the control socket', () => control.close());
  const housekeeping = new Housekeeping({ stores, clock, log });
  scope.defer('housekeeping', housekeeping.start());

  scope.defer('the chat connection', () => transport.close());
  scope.defer('the outbox', () => delivery.drain(drainTimeoutMs));
  scope.defer('typing indicators', () => {
    typing.close();
  });
  await transport.connect({
    onMessage: (message) => {
      try {
        intake.receive(message);
      } catch (error) {
        log.error({ message: message.id, error: describeError(error) }, 'a message could not be stored');
      }
    },
    onState: (state) => {
      log.info({ connection: state.connection, detail: state.detail }, 'chat connection changed');
      delivery.kick();
    },
  });
  scope.defer('the sessions', () => (keepSessions ? sessions.detachAll() : sessions.stopAll()));
  await sessions.startAll();
  if (isFirstRun) await bridge.addSession({ kind: 'local' }, { channel: 'new' });
  delivery.kick();
  log.info({ version: version(), agent: choice.name, chat: server, pid: process.pid }, 'the bridge is ready');

  return {
    stop: async (how) => {
      keepSessions = how.keepSessions;
      log.info({ keepSessions }, 'the bridge stops');
      await scope.close();
    },
  };
}

async function openLocalServer(config: Config, paths: BridgePaths, scope: Scope, log: Log): Promise<LocalDiscord> {
  const local = await startLocalDiscord({
    port: config.localPort,
    dataFile: join(paths.state, 'local-discord.db'),
    clock: systemClock,
    onError: (error) => {
      log.error({ error: describeError(error) }, 'the built-in chat server made a mistake');
    },
  });
  scope.defer('the local chat server', () => local.close());
  return local;
}

/**
 * Ends agents that this map does not know: their line was taken out by hand, or they belong to the other chat
 * server's map, where they are resumed when it is used again.
 */
async function endStrangers(
  terminal: Terminal,
  sessions: SessionManager,
  serverFile: string,
  server: string,
): Promise<void> {
  const lastServer = existsSync(serverFile) ? readFileSync(serverFile, 'utf8').trim() : server;
  const known = new Set(sessions.list().map((session) => terminalName(session.entry)));
  for (const { name } of await terminal.list()) {
    if (lastServer !== server || !known.has(name)) await terminal.kill(name);
  }
  writeFileAtomic(serverFile, `${server}\n`);
}

function channelName(session: number): string {
  return `session-${session}`;
}

function newChannelId(local: LocalDiscord | undefined): string {
  if (local) return local.newChannelId();
  throw new BridgeError('channel-invalid', '"new" works on the built-in chat server only.', {
    advice: 'Make the channel in Discord, then: vai add-session <channel id>.',
  });
}

function withApiUrl(apiUrl: string | undefined): { apiUrl?: string } {
  return apiUrl === undefined ? {} : { apiUrl };
}

function withApi(api: string | undefined): { api?: string } {
  return api === undefined ? {} : { api };
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown';
}
