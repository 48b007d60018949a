import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { Scope } from '../base/scope.ts';
import { shellLine } from '../base/shell-words.ts';
import type { Gate } from '../bridge/access/gate.ts';
import type { Acts } from '../bridge/acts.ts';
import { Commands } from '../bridge/commands.ts';
import { commandWordsIn } from '../bridge/words/commands.ts';
import { Bridge } from '../bridge/bridge.ts';
import { ChannelTopics } from '../bridge/outbound/channel-topics.ts';
import type { MessageFiles } from '../bridge/attachments/message-files.ts';
import { Delivery } from '../bridge/outbound/delivery.ts';
import { ReplyCollector } from '../bridge/replies/reply-collector.ts';
import { servingSession } from '../bridge/inbound/routing.ts';
import { SessionManager } from '../bridge/session/session-manager.ts';
import { TypingIndicator } from '../bridge/outbound/typing-indicator.ts';
import { wordsIn } from '../bridge/words.ts';
import { actWordsIn } from '../bridge/words/acts.ts';
import type { BridgePaths } from '../config/paths.ts';
import { productVersion } from '../config/version.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Stores } from '../contracts/stores.ts';
import { startControlServer } from '../control/server.ts';
import { createDiscordTransport } from '../discord/transport.ts';
import type { SessionNumber } from '../model/session.ts';
import { terminalName } from '../model/terminal-name.ts';
import { SessionDirectories } from '../storage/session-directories.ts';
import { SessionsFile } from '../storage/sessions-file.ts';
import { openStores } from '../storage/stores.ts';
import { furnishAccess } from './access.ts';
import { commandsAnnouncer, furnishActs } from './acts.ts';
import { openAgents } from './agents.ts';
import type { Agents } from './agents.ts';
import { openChatServer } from './chat-server.ts';
import type { ChatServer } from './chat-server.ts';
import { layGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { openHousekeeping } from './housekeeping.ts';
import { furnishFiles } from './files.ts';
import { furnishFilesOut } from './files-out.ts';
import type { FilesOut } from './files-out.ts';
import { furnishIncoming } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { furnishPrompts, promptPolicyOf } from './prompts.ts';
import type { Prompts } from './prompts.ts';
import { endStrangers } from './strangers.ts';
import { environmentOf, shownPath, surroundingsOf } from './surroundings.ts';

/** How long a stop waits for texts that are on their way to the chat server, in milliseconds. */
const drainTimeoutMs = 5_000;

/** What Discord takes of one bot (its documentation). */
const discordRequestsPerSecond = 50;

/** Under this name the count of the bot's logins is kept. */
const identifiesFact = 'discord-identifies';

/** How long the sessions wait at a start for what was missed, so that it comes to them in order, in milliseconds. */
const catchUpPatienceMs = 5_000;

export type StopOptions = { readonly keepSessions: boolean };

export interface Daemon {
  /** Ends everything in the reverse order of its start. */
  stop(options: StopOptions): Promise<void>;
}

export interface DaemonOptions {
  readonly paths: BridgePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What new files of the agents are denied: what the person's are, not the bridge's own. */
  readonly umask: number;
  /** Also log to standard output. */
  readonly echoLog: boolean;
  /** Somebody asked for the end of the daemon. */
  readonly onStopRequested: (options: StopOptions) => void;
  /** Agents in the place of the real ones, for measurements. */
  readonly openAgents?: typeof openAgents;
}

/**
 * Builds the whole bridge and starts it: this folder is the one place that constructs across the others.
 *
 * @throws BridgeError with what is wrong and what to do; everything acquired so far is released then.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const scope = new Scope();
  try {
    return await build(options, scope);
  } catch (error) {
    await scope.close();
    throw error;
  }
}

async function build(options: DaemonOptions, scope: Scope): Promise<Daemon> {
  const ground = layGround(options, scope);
  const { paths, config, clock, log } = ground;
  const server = await openChatServer(ground, scope);
  const stores = scope.own('the state', openStores(server.files.database), (opened) => {
    opened.close();
  });
  const uncertain = stores.inbox.markUncertain('sending', clock.now());
  if (uncertain > 0) log.info({ count: uncertain }, 'messages of the last run will be looked up');
  let keepSessions = true;
  const open = options.openAgents ?? openAgents;
  const agents = await open(ground, { umask: options.umask, keepSessions: () => keepSessions }, scope);
  const { token, apiUrl } = server;
  const transport = createDiscordTransport({
    token,
    clock,
    log,
    requestsPerSecond: server.kind === 'discord' ? discordRequestsPerSecond : undefined,
    identifyMemory: {
      read: () => stores.facts.get(identifiesFact),
      write: (text) => stores.facts.set(identifiesFact, text),
    },
    actWords: actWordsIn(config.language),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
  // An empty map is the owner's wish; no map is a newcomer, who shall find somebody to talk to.
  const isFirstRun = server.kind === 'local' && !existsSync(server.files.map);
  const house = furnish(ground, { server, stores, agents, transport }, options);
  const { sessions, files, delivery, typing, topics, incoming, gate, prompts, commands, bridge, filesOut, acts } =
    house;
  const { catchUp } = incoming;

  await sessions.load();
  await endStrangers({
    terminal: agents.terminal,
    known: new Set(sessions.entries().map(({ number }) => terminalName(number))),
    serverFile: join(paths.state, 'server'),
    server: server.kind,
  });
  for (const entry of sessions.entries()) server.ensureChannel(entry);
  incoming.followed.begin();
  scope.defer('the audit', () => {
    gate.close();
  });
  const control = await startControlServer({ socket: paths.controlSocket, api: bridge, log });
  scope.defer('the control socket', () => control.close());
  scope.defer(
    'housekeeping',
    openHousekeeping(ground, { stores, sessions, ...filesOut, directory: server.files.sessions }).start(),
  );
  scope.defer('the chat connection', () => transport.close());
  scope.defer('the outbox', () => delivery.drain(drainTimeoutMs));
  scope.defer('typing indicators', () => {
    typing.close();
  });
  scope.defer('missed messages', () => {
    catchUp.close();
  });
  files.checkStored();
  scope.defer('files of messages', () => files.close());
  const announce = commandsAnnouncer(commands, transport, log);
  await transport.connect({
    onMessage: (message) => {
      catchUp.onMessage(message);
      delivery.heard(message.channel);
    },
    onEdited: (message) => {
      catchUp.onEdited(message);
    },
    onDeleted: (channel, messageIds) => {
      catchUp.onDeleted(channel, messageIds);
    },
    onGap: () => {
      catchUp.onGap();
    },
    onOpened: (channel) => {
      catchUp.onOpened(channel);
      delivery.retry(channel);
    },
    onState: (state) => {
      log.info({ connection: state.connection, detail: state.detail }, 'chat connection changed');
      delivery.kick();
      topics?.resume();
      if (state.connection === 'ready') announce();
    },
    onAct: (act) => acts.take(act),
  });
  files.kick();
  server.letPeopleIn();
  const patience = new AbortController();
  await Promise.race([catchUp.settled(), clock.sleep(catchUpPatienceMs, patience.signal).catch(() => undefined)]);
  patience.abort();
  scope.defer('the sessions', () => (keepSessions ? sessions.detachAll() : sessions.stopAll()));
  await sessions.startAll();
  scope.defer('reminders', () => {
    prompts.reminders.close();
    prompts.decisions.close();
  });
  prompts.reminders.start();
  if (isFirstRun) await bridge.addSession({ kind: 'local' }, { channel: 'new' });
  delivery.kick();
  const { name: agent } = agents.choice;
  log.info({ version: productVersion(), agent, chat: server.kind, pid: process.pid }, 'the bridge is ready');

  return {
    stop: async (how) => {
      keepSessions = how.keepSessions;
      log.info({ keepSessions }, 'the bridge stops');
      await scope.close();
    },
  };
}

interface Outside {
  readonly server: ChatServer;
  readonly stores: Stores;
  readonly agents: Agents;
  readonly transport: ChatTransport;
}

interface House {
  readonly sessions: SessionManager;
  readonly files: MessageFiles;
  readonly delivery: Delivery;
  readonly typing: TypingIndicator;
  readonly topics: ChannelTopics | undefined;
  readonly incoming: Incoming;
  readonly gate: Gate;
  readonly prompts: Prompts;
  readonly commands: Commands;
  readonly acts: Acts;
  readonly bridge: Bridge;
  readonly filesOut: FilesOut;
}

/** Constructs the middle and ties it to what is outside. Starts nothing. */
function furnish(ground: Ground, outside: Outside, { onStopRequested }: DaemonOptions): House {
  const { config, sources, clock, log } = ground;
  const { server, stores, agents, transport } = outside;
  const words = wordsIn(config.language);
  const workspace = new SessionDirectories({
    workspace: ground.paths.workspace,
    attachments: ground.paths.attachments,
    sessions: server.files.sessions,
    defaultWorkDir: config.claudeWorkDir,
    closed: [ground.paths.config, ground.paths.state, ground.paths.logs],
  });
  const { register, owners, gate } = furnishAccess(ground, { server, stores });
  const delivery = new Delivery({
    stores,
    transport,
    clock,
    log,
    words,
    owners: () => owners.ids(),
    mainChannel: () => sessions.channelOf(defaultSession()),
    onRefused: (channel) => {
      incoming.catchUp.onRefused(channel);
    },
    onTaken: (channel) => {
      incoming.catchUp.onTaken(channel);
    },
    onEnded: (content) => {
      filesOut.onEnded(content);
    },
  });
  const onOutbox = (): void => {
    delivery.kick();
  };
  const filesOut: FilesOut = furnishFilesOut({
    ...{ stores, workspace, gate, clock, log, onOutbox },
    language: config.language,
    directory: server.files.outgoing,
    entries: () => sessions.entries(),
  });
  const typing = new TypingIndicator({ stores, transport, clock });
  const topics = server.takesTopicsFreely ? new ChannelTopics({ transport, words, log }) : undefined;
  const promptPolicy = promptPolicyOf(config);
  const collector = new ReplyCollector({
    stores,
    words,
    clock,
    log,
    promptPolicy,
    channelOf: (session) => sessions.channelOf(session),
    onOutbox,
    onFilesGone: (paths) => {
      files.remove(paths);
    },
    offers: filesOut.offers,
  });
  const files = furnishFiles(ground, {
    stores,
    transport,
    onOutbox,
    // Somebody may have removed the session meanwhile.
    onReady: (session) =>
      sessions
        .list()
        .find(({ entry }) => entry.number === session)
        ?.wake(),
  });
  const sessions: SessionManager = new SessionManager({
    map: new SessionsFile({ path: server.files.map }),
    stores,
    collector,
    files,
    workspace,
    words,
    clock,
    log,
    driver: (name) => agents.drivers.get(name),
    defaultAgent: agents.choice.name,
    environment: (entry, token) => environmentOf(ground, entry.number, token),
    onAdded: (entry) => {
      server.ensureChannel(entry);
      incoming.followed.follow(entry.channel);
    },
    onRemoved: (entry) => {
      incoming.followed.leave(entry.channel);
      topics?.forget(entry.channel);
      server.removeChannel(entry);
    },
    onState: ({ entry, record, state }) => {
      typing.update(entry.number, state.activity === 'busy');
      topics?.update({
        number: entry.number,
        channel: entry.channel,
        lifecycle: record.lifecycle,
        state,
        agent: record.agent,
        workDir: shownPath(workspace.workDirOf(entry), ground.environment['HOME']),
      });
    },
  });
  // Nobody chose 1: where the map has no session 1, its first one serves.
  const defaultSession = (): SessionNumber =>
    sources.defaultSession.from === 'default'
      ? servingSession(sessions.entries(), config.defaultSession)
      : config.defaultSession;
  const incoming: Incoming = furnishIncoming({
    stores,
    transport,
    gate,
    owners,
    words,
    clock,
    log,
    entries: () => sessions.entries(),
    policy: { defaultSession, unmapped: config.routingUnmapped },
    queueNotice: config.queueNotice,
    botMessages: config.botMessages,
    maxAgeMs: config.catchUpMaxAge,
    onStored: (session) => {
      files.kick();
      sessions.get(session).wake();
    },
    onOutbox,
    onFilesGone: (paths) => {
      files.remove(paths);
    },
  });
  const prompts = furnishPrompts({
    stores,
    words,
    clock,
    log,
    policy: promptPolicy,
    gate,
    sessions,
    collector,
    owners: () => owners.ids(),
    onOutbox,
  });
  const bridge = new Bridge({
    sessions,
    held: incoming.held,
    decisions: prompts.decisions,
    stores,
    transport,
    collector,
    gate,
    register,
    owners,
    workspace,
    outgoing: filesOut.outgoing,
    words,
    clock,
    log,
    defaultSession,
    onOutbox,
    onEnded: filesOut.onEnded,
    retryParked: (channel) => delivery.retry(channel),
    attachLine: (name) => shellLine(agents.terminal.attachCommand(name)),
    newChannelId: () => server.newChannelId(),
    requestStop: onStopRequested,
    surroundings: () => surroundingsOf(ground, { ...outside, owners, incoming }),
  });
  const commands = new Commands({
    sessions,
    stores,
    collector,
    gate,
    policy: { defaultSession, unmapped: config.routingUnmapped },
    words,
    commandWords: commandWordsIn(config.language),
    log,
  });
  const takers = { offers: filesOut.offerActs, prompts: prompts.acts, commands };
  const acts = furnishActs(takers, { language: config.language, log });
  return { sessions, files, delivery, typing, topics, incoming, gate, prompts, commands, bridge, filesOut, acts };
}
