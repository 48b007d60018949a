import { shellLine } from '../base/shell-words.ts';
import type { Gate } from '../bridge/access/gate.ts';
import type { Acts } from '../bridge/acts.ts';
import { Commands } from '../bridge/commands.ts';
import { commandWordsIn } from '../bridge/words/commands.ts';
import { Bridge } from '../bridge/bridge.ts';
import { ChannelTopics } from '../bridge/outbound/channel-topics.ts';
import type { MessageFiles } from '../bridge/attachments/message-files.ts';
import type { ResourceMonitor } from '../bridge/monitor/resource-monitor.ts';
import { Delivery } from '../bridge/outbound/delivery.ts';
import { ReplyCollector } from '../bridge/replies/reply-collector.ts';
import { servingSession } from '../bridge/inbound/routing.ts';
import type { AutoRecovery } from '../bridge/recovery/auto-recovery.ts';
import { SessionManager } from '../bridge/session/session-manager.ts';
import { TypingIndicator } from '../bridge/outbound/typing-indicator.ts';
import { wordsIn } from '../bridge/words.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Gauges } from '../contracts/gauges.ts';
import type { Stores } from '../contracts/stores.ts';
import type { SessionNumber } from '../model/session.ts';
import { RecoveryFile } from '../observe/recovery-file.ts';
import type { AuditFile } from '../observe/audit-file.ts';
import { SessionDirectories } from '../storage/session-directories.ts';
import { SessionsFile } from '../storage/sessions-file.ts';
import { furnishAccess } from './access.ts';
import { furnishActs } from './acts.ts';
import type { Agents } from './agents.ts';
import type { ChatServer } from './chat-server.ts';
import type { Ground } from './ground.ts';
import { furnishFiles } from './files.ts';
import { furnishFilesOut } from './files-out.ts';
import type { FilesOut } from './files-out.ts';
import { furnishIncoming } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { furnishMonitor } from './monitor.ts';
import { furnishPrompts, promptPolicyOf } from './prompts.ts';
import type { Prompts } from './prompts.ts';
import { furnishRecovery } from './recovery.ts';
import { environmentOf, shownPath, surroundingsOf } from './surroundings.ts';
import type { Watch } from './watch.ts';

/** What the house stands on and talks to. */
export interface Outside {
  readonly server: ChatServer;
  readonly stores: Stores;
  readonly agents: Agents;
  readonly transport: ChatTransport;
  readonly gauges: Gauges;
  readonly watch: Pick<Watch, 'state'>;
}

/** The middle, and what ties it to the outside. */
export interface House {
  readonly sessions: SessionManager;
  readonly files: MessageFiles;
  readonly delivery: Delivery;
  readonly typing: TypingIndicator;
  readonly topics: ChannelTopics | undefined;
  readonly incoming: Incoming;
  readonly gate: Gate;
  readonly audit: AuditFile;
  readonly prompts: Prompts;
  readonly commands: Commands;
  readonly acts: Acts;
  readonly bridge: Bridge;
  readonly recovery: AutoRecovery;
  readonly filesOut: FilesOut;
  readonly monitor: ResourceMonitor;
}

/** Constructs the middle and ties it to what is outside. Starts nothing. */
export function furnishHouse(
  ground: Ground,
  outside: Outside,
  onStopRequested: (options: { readonly keepSessions: boolean }) => void,
): House {
  const { config, sources, clock, log } = ground;
  const { server, stores, agents, transport, gauges } = outside;
  const words = wordsIn(config.language);
  const workspace = new SessionDirectories({
    workspace: ground.paths.workspace,
    attachments: ground.paths.attachments,
    sessions: server.files.sessions,
    defaultWorkDir: config.claudeWorkDir,
    closed: [ground.paths.config, ground.paths.state, ground.paths.logs],
  });
  const { register, owners, gate, deeds, audit } = furnishAccess(ground, { server, stores });
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
    onSettled: (item, outcome) => {
      deeds.posted(item, outcome);
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
    witness: deeds,
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
  const book = new RecoveryFile({ path: ground.paths.recoveryFile, log });
  const sessions: SessionManager = new SessionManager({
    book,
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
      deeds.sessionAdded(entry);
    },
    onRemoved: (entry) => {
      incoming.followed.leave(entry.channel);
      topics?.forget(entry.channel);
      server.removeChannel(entry);
      deeds.sessionRemoved(entry);
    },
    heldBack: (session) => monitor.heldBack(session),
    onState: ({ entry, record, state }) => {
      typing.update(entry.number, state.activity === 'busy');
      deeds.sessionIs(entry.number, record.lifecycle);
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
  const monitor = furnishMonitor(ground, {
    stores,
    gauges,
    sessions: () => sessions.list(),
    channelOf: (session) => sessions.channelOf(session),
    mainChannel: () => sessions.channelOf(defaultSession()),
    onOutbox,
  });
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
    onDecided: (...decision) => {
      deeds.promptDecided(...decision);
    },
  });
  const recovery = furnishRecovery(ground, { stores, gauges, collector, book, sessions: () => sessions.list() });
  const bridge = new Bridge({
    sessions,
    monitor,
    recovery,
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
    surroundings: () => surroundingsOf(ground, { ...outside, owners, incoming, audit }),
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
  return {
    sessions,
    files,
    delivery,
    typing,
    topics,
    incoming,
    gate,
    audit,
    prompts,
    commands,
    bridge,
    recovery,
    filesOut,
    acts,
    monitor,
  };
}
