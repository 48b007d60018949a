import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { Scope } from '../base/scope.ts';
import type { BridgePaths } from '../config/paths.ts';
import { productVersion } from '../config/version.ts';
import { startControlServer } from '../control/server.ts';
import type { StartWish } from '../model/session.ts';
import { terminalName } from '../model/terminal-name.ts';
import { openStores } from '../storage/stores.ts';
import { commandsAnnouncer } from './acts.ts';
import { openAgents } from './agents.ts';
import { openChatServer } from './chat-server.ts';
import { layGround } from './ground.ts';
import { furnishHouse } from './house.ts';
import { openHousekeeping } from './housekeeping.ts';
import { openGauges } from './monitor.ts';
import { endStrangers } from './strangers.ts';
import { openTransport } from './transport.ts';
import { prepareWatch } from './watch.ts';

/** How long a stop waits for texts that are on their way to the chat server, in milliseconds. */
const drainTimeoutMs = 5_000;

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
  /** Which sessions are brought up; default `usual`. */
  readonly start?: StartWish;
  /** Somebody asked for the end of the daemon. */
  readonly onStopRequested: (options: StopOptions) => void;
  /** In the place of what is real, for tests and measurements: the clock, the agents, the chat, the look at processes. */
  readonly clock?: Clock;
  readonly openAgents?: typeof openAgents;
  readonly openTransport?: typeof openTransport;
  readonly openGauges?: typeof openGauges;
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
  const ground = await layGround(options, scope);
  const { paths, clock, log } = ground;
  const server = await openChatServer(ground, scope);
  const watch = await prepareWatch(ground);
  const stores = scope.own('the state', openStores(server.files.database, watch.tally), (opened) => {
    opened.close();
  });
  const uncertain = stores.inbox.markUncertain('sending', clock.now());
  if (uncertain > 0) log.info({ count: uncertain }, 'messages of the last run will be looked up');
  let keepSessions = true;
  const open = options.openAgents ?? openAgents;
  const agents = await open(ground, { umask: options.umask, keepSessions: () => keepSessions }, scope);
  const transport = (options.openTransport ?? openTransport)(ground, { server, stores });
  const gauges = (options.openGauges ?? openGauges)(ground);
  // An empty map is the owner's wish; no map is a newcomer, who shall find somebody to talk to.
  const isFirstRun = server.kind === 'local' && !existsSync(server.files.map);
  const house = furnishHouse(ground, { server, stores, agents, transport, gauges, watch }, options.onStopRequested);
  const {
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
    filesOut,
    acts,
    monitor,
  } = house;
  const { catchUp } = incoming;

  const { start: wish = 'usual' } = options;
  await sessions.load();
  sessions.demandKnown(wish);
  await endStrangers({
    terminal: agents.terminal,
    known: new Set(
      sessions
        .list()
        .filter(({ record }) => record.handle !== undefined)
        .map(({ entry }) => terminalName(entry.number)),
    ),
    serverFile: join(paths.state, 'server'),
    server: server.kind,
  });
  for (const entry of sessions.entries()) server.ensureChannel(entry);
  incoming.followed.begin();
  scope.defer('the audit', () => {
    gate.close();
    audit.close();
  });
  const control = await startControlServer({ socket: paths.controlSocket, api: bridge, log });
  scope.defer('the control socket', () => control.close());
  await watch.open(bridge, scope);
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
  await sessions.startAll(wish);
  scope.defer('the monitor', monitor.start());
  scope.defer('recovery', house.recovery.start());
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
