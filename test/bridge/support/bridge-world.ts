import { patientPolicy } from '../../../src/bridge/prompts/prompt-policy.ts';
import { furnishPrompts } from '../../../src/compose/prompts.ts';
import { Bridge } from '../../../src/bridge/bridge.ts';
import { HeldMessages } from '../../../src/bridge/catch-up/held-messages.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import { ReplyCollector } from '../../../src/bridge/replies/reply-collector.ts';
import { roles } from '../../../src/model/access.ts';
import type { Actor, Role } from '../../../src/model/access.ts';
import type { Author } from '../../../src/model/message.ts';
import type { OutboundContent } from '../../../src/model/outbound.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { words } from './collector-world.ts';
import { HandOutgoing } from './hand-outgoing.ts';
import { HandTransport } from './hand-transport.ts';
import { monitorOf } from './monitor-world.ts';
import { world as managerWorld } from './manager-world.ts';
import { gateWorld, rules } from './gate-world.ts';
import { channelOne, channelTwo, elsewhere, one, two } from './messages.ts';
import { textsFor } from './outbox.ts';

export const local: Actor = { kind: 'local' };
export const paneOne: Actor = { kind: 'pane', session: one };
export const paneTwo: Actor = { kind: 'pane', session: two };
const idOf = (role: Role): string => `70${roles.indexOf(role)}`;
/** Somebody in chat who is this everywhere. */
export const chat = (role: Role): Author => ({ kind: 'human', id: idOf(role), name: role });

/** A bridge with sessions 1 and 2, both running. */
export async function world(policy = patientPolicy) {
  const base = managerWorld({ 1: channelOne, 2: channelTwo });
  const { manager, stores, clock, log, workspace } = base;
  await manager.load();
  await manager.startAll();
  const stops: { readonly keepSessions: boolean }[] = [];
  const provided: string[] = [];
  const kicks: number[] = [];
  const retried: ChannelId[] = [];
  const transport = new HandTransport();
  const outgoing = new HandOutgoing();
  const ended: OutboundContent[] = [];
  const owners = new Owners({ server: 'local', configured: [], facts: stores.facts, clock });
  const { gate, register, audited, setPolicy } = gateWorld({ owners, clock, log });
  setPolicy({ everywhere: rules({ users: new Map(roles.map((role) => [idOf(role), { role }])) }) });
  const onOutbox = (): void => {
    kicks.push(1);
  };
  const filesGone: string[] = [];
  const onFilesGone = (paths: readonly string[]): void => {
    filesGone.push(...paths);
  };
  const collector = new ReplyCollector({
    onFilesGone,
    stores,
    words,
    clock,
    log,
    channelOf: (session) => manager.channelOf(session),
    onOutbox,
  });
  const { decisions, acts, reminders } = furnishPrompts({
    stores,
    words,
    clock,
    log,
    policy,
    gate,
    sessions: manager,
    collector,
    owners: () => owners.ids(),
    onOutbox,
  });
  const { gauges, monitor } = monitorOf(base);
  const bridge = new Bridge({
    sessions: manager,
    monitor,
    // How sessions are looked at: test/bridge/recovery.
    recovery: {
      recover: async (session) => ({ outcome: await session.recover(), finding: 'healthy', helped: true }),
    },
    stores,
    transport,
    collector,
    decisions,
    gate,
    register,
    owners,
    held: new HeldMessages({ stores, words, clock, maxAgeMs: 1_000, onOutbox, onFilesGone }),
    workspace,
    outgoing,
    words,
    clock,
    log,
    defaultSession: () => two,
    onOutbox,
    retryParked: (channel) => {
      const parked = stores.outbox.parked().map((one) => one.channel);
      const tried = channel === undefined ? parked : parked.filter((one) => one === channel);
      retried.push(...tried);
      return tried;
    },
    surroundings: () =>
      Promise.resolve({
        version: '1.2.3',
        pid: 4,
        home: '/home',
        tmuxSocket: '/run/tmux',
        agent: { name: 'hand', why: 'it is the only one' },
        foreignSessions: ['claude-session-7'],
        chat: {
          kind: 'local' as const,
          state: 'ready' as const,
          url: 'http://127.0.0.1:1/?key=SECRET',
          api: 'http://127.0.0.1:1/api',
          userToken: 'SECRET-TOKEN',
          owned: owners.known(),
        },
      }),
    attachLine: (name) => `tmux attach -t =${name}`,
    newChannelId: () => {
      provided.push(elsewhere);
      return elsewhere;
    },
    requestStop: (options) => stops.push(options),
    onEnded: (content) => ended.push(content),
  });
  return {
    ...base,
    bridge,
    gauges,
    collector,
    decisions,
    acts,
    reminders,
    transport,
    gate,
    register,
    audited,
    setPolicy,
    owners,
    stops,
    provided,
    kicks,
    retried,
    outgoing,
    ended,
    filesGone,
    said: () => textsFor(stores, channelOne),
  };
}

export type World = Awaited<ReturnType<typeof world>>;
