import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { Intake } from '../../../src/bridge/inbound/intake.ts';
import { MessageChanges } from '../../../src/bridge/inbound/message-changes.ts';
import type { Surface } from '../../../src/contracts/audit.ts';
import type { ChatDeed } from '../../../src/contracts/chat.ts';
import { roles } from '../../../src/model/access.ts';
import type { Action, Role } from '../../../src/model/access.ts';
import type { Author } from '../../../src/model/message.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { world as bridgeWorld } from '../support/bridge-world.ts';
import { asks, words } from '../support/collector-world.ts';
import { rules } from '../support/gate-world.ts';
import { channelOne, channelTwo, inbound, one, two } from '../support/messages.ts';

/** Whom the roles are for, one after another. */
const ann: Author = { kind: 'human', id: '5', name: 'Ann', roles: ['50'] };
const said = '1200000000000000001';
const channelOf = { 1: channelOne, 2: channelTwo } as Readonly<Record<number, typeof channelOne>>;

/** Who may do what, written down a second time: the code's own table is what is tested. */
const allowedTo: Readonly<Record<Action, readonly Role[]>> = {
  message: ['owner', 'operator', 'member'],
  'message-unmapped': ['owner', 'operator'],
  'decide-prompt': ['owner', 'operator'],
  control: ['owner', 'operator'],
  'fetch-file': ['owner', 'operator', 'member'],
  post: ['owner', 'operator'],
  read: ['owner', 'operator', 'member', 'viewer'],
  'read-texts': ['owner', 'operator', 'member', 'viewer'],
  manage: ['owner'],
};

type World = Awaited<ReturnType<typeof world>>;

/** One way in. */
type Way =
  | {
      readonly asks: Action;
      /** Whether it is about the bridge as a whole: then a role in one session is nothing. */
      readonly isWhole?: true;
      /** Comes in that way as Ann, about a session; tells whether she was let in, or throws what she is told. */
      readonly enter: (world: World, session: SessionNumber) => unknown;
    }
  /** Nobody asks for anything there; why. */
  | string;

async function world() {
  const all = await bridgeWorld();
  const { stores, gate, owners, manager, clock, log, driver } = all;
  for (const [index, agent] of driver.agents.entries()) {
    agent.tell(asks(`p${index + 1}`));
    agent.become('busy');
  }
  const common = {
    ...{ stores, gate, owners, words, clock, log },
    entries: () => manager.entries(),
    policy: { defaultSession: () => one, unmapped: 'default' as const },
    botMessages: 10,
    queueNotice: 100,
    onStored: () => undefined,
    onOutbox: () => undefined,
    onFilesGone: () => undefined,
  };
  for (const session of [one, two]) {
    stores.inbox.append({
      id: `discord:${waitingIn(session)}`,
      session,
      source: 'discord',
      channel: channelOf[session]!,
      messageId: waitingIn(session),
      authorId: ann.id,
      authorName: ann.name,
      text: 'old',
      sentAt: 0,
      receivedAt: 0,
    });
  }
  return { ...all, intake: new Intake(common), changes: new MessageChanges(common) };
}

/** The message of Ann that waits for a session. */
function waitingIn(session: SessionNumber): string {
  return `120000000000000010${session}`;
}

function isStored({ stores }: World): boolean {
  return stores.inbox.get(`discord:${said}`) !== undefined;
}

/** What people do with controls, forms and commands is taken by whoever they belong to: see `surfaces-acts.test.ts`. */
type Deed = 'onAct' | ChatDeed['kind'];

/** Every way in that the code knows, by type: a new one does not compile without its line here. */
const ways: Readonly<Record<Exclude<Surface, Deed>, Way>> = {
  onMessage: {
    asks: 'message',
    enter: (all, session) => {
      all.intake.receive(inbound(said, { author: ann, channel: channelOf[session]! }));
      return isStored(all);
    },
  },
  onEdited: {
    asks: 'message',
    enter: ({ changes, stores }, session) => {
      const id = waitingIn(session);
      changes.edited(inbound(id, { author: ann, channel: channelOf[session]!, text: 'new' }));
      return stores.inbox.get(`discord:${id}`)?.text === 'new';
    },
  },
  onDeleted: 'the server does not say who deleted; it takes back only what was let in, and only before an agent has it',
  onGap: 'the connection speaks, no person',
  onOpened: 'the connection speaks, no person',
  onState: 'the connection speaks, no person',
  status: { asks: 'read', isWhole: true, enter: ({ bridge }) => bridge.status(ann) },
  listSessions: { asks: 'read', isWhole: true, enter: ({ bridge }) => bridge.listSessions(ann) },
  addSession: {
    asks: 'manage',
    isWhole: true,
    enter: ({ bridge }) => bridge.addSession(ann, { channel: '300000000000000003' }),
  },
  removeSession: { asks: 'manage', enter: ({ bridge }, session) => bridge.removeSession(ann, session) },
  recover: { asks: 'manage', enter: ({ bridge }, session) => bridge.recover(ann, session) },
  startSessions: { asks: 'manage', enter: ({ bridge }, session) => bridge.startSessions(ann, [session]) },
  stopSessions: { asks: 'manage', enter: ({ bridge }, session) => bridge.stopSessions(ann, [session]) },
  restartSession: {
    asks: 'manage',
    enter: ({ bridge }, session) => bridge.restartSession(ann, session, { whenIdle: false }),
  },
  send: { asks: 'message', enter: ({ bridge }, session) => bridge.send(ann, session, 'x') },
  post: { asks: 'post', enter: ({ bridge }, session) => bridge.post(ann, { kind: 'session', session }, 'x') },
  outbox: { asks: 'manage', isWhole: true, enter: ({ bridge }) => bridge.outbox(ann) },
  retryOutbox: { asks: 'manage', isWhole: true, enter: ({ bridge }) => bridge.retryOutbox(ann) },
  dropOutbox: { asks: 'manage', isWhole: true, enter: ({ bridge }) => bridge.dropOutbox(ann, 'none') },
  catchUp: { asks: 'control', enter: ({ bridge }, session) => bridge.catchUp(ann, session, 'run') },
  prompts: { asks: 'read', isWhole: true, enter: ({ bridge }) => bridge.prompts(ann) },
  answer: {
    asks: 'decide-prompt',
    enter: ({ bridge }, session) => bridge.answer(ann, `p${session}`, { behavior: 'deny' }),
  },
  queue: { asks: 'read-texts', enter: ({ bridge }, session) => bridge.queue(ann, session) },
  withdraw: {
    asks: 'control',
    enter: ({ bridge }, session) => bridge.withdraw(ann, session, `discord:${waitingIn(session)}`),
  },
  setBusyMode: { asks: 'manage', enter: ({ bridge }, session) => bridge.setBusyMode(ann, session, 'interrupt') },
  interrupt: { asks: 'control', enter: ({ bridge }, session) => bridge.interrupt(ann, session) },
  trace: { asks: 'read-texts', enter: ({ bridge }, session) => bridge.trace(ann, `discord:${waitingIn(session)}`) },
  metrics: { asks: 'read', isWhole: true, enter: ({ bridge }) => bridge.metrics(ann) },
  pair: { asks: 'manage', isWhole: true, enter: ({ bridge }) => bridge.pair(ann) },
  access: { asks: 'manage', isWhole: true, enter: ({ bridge }) => bridge.access(ann) },
  grantAccess: {
    asks: 'manage',
    enter: ({ bridge }, session) =>
      bridge.grantAccess(ann, { kind: 'user', id: '100000000000000077', role: 'viewer', session }),
  },
  revokeAccess: {
    asks: 'manage',
    enter: ({ bridge }, session) => bridge.revokeAccess(ann, { kind: 'user', id: '100000000000000077', session }),
  },
  stop: { asks: 'manage', isWhole: true, enter: ({ bridge }) => bridge.stop(ann, { keepSessions: true }) },
  paneActor: 'tells who asks, and lets nobody do anything',
};

/** How Ann came to her role, and in which sessions she has it. */
const grants = {
  'as a user, everywhere': (role: Role) => ({ everywhere: rules({ users: new Map([[ann.id, { role }]]) }) }),
  'by a role of hers, in session 1': (role: Role) => ({
    sessions: new Map([[one, rules({ roles: new Map([['50', { role }]]) })]]),
  }),
} as const;

async function isLetIn(all: World, way: Exclude<Way, string>, session: SessionNumber): Promise<boolean> {
  try {
    return (await way.enter(all, session)) !== false;
  } catch (error) {
    // Whoever was let in may still hear that there is nothing to be done.
    if (error instanceof BridgeError) return error.code !== 'forbidden';
    throw error;
  }
}

/** Everything that somebody could have changed. */
function traces({ stores, said: texts, file, stops, register }: World): string {
  const { policy } = register;
  const prompts = ['p1', 'p2'].map((id) => stores.prompts.get(id)?.state);
  const waiting = [one, two].map((session) => stores.inbox.unsettled(session).map(({ id, text }) => [id, text]));
  return JSON.stringify([texts(), file(), stops, prompts, waiting, policy.everywhere.users.size, policy.sessions.size]);
}

describe('I9, BX-09: every way in × every role × own and foreign session', () => {
  for (const [how, grant] of Object.entries(grants)) {
    for (const role of roles) {
      it(`${role}, ${how}`, async () => {
        let all = await world();
        all.setPolicy(grant(role));
        for (const [name, way] of Object.entries(ways)) {
          if (typeof way === 'string') continue;
          for (const session of [one, two]) {
            const hasRole = how.endsWith('everywhere') || (session === one && way.isWhole !== true);
            const expected = hasRole && allowedTo[way.asks].includes(role);
            const before = traces(all);
            expect(await isLetIn(all, way, session), `${name}, session ${session}`).toBe(expected);
            if (expected) {
              all = await world();
              all.setPolicy(grant(role));
            } else if (name !== 'onMessage') {
              expect(traces(all), `${name}, session ${session}`).toBe(before);
            }
          }
        }
      });
    }
  }

  it('every refusal is on record, with who, where and why', async () => {
    for (const [name, way] of Object.entries(ways)) {
      if (typeof way === 'string') continue;
      const all = await world();
      all.setPolicy({});
      expect(await isLetIn(all, way, one), name).toBe(false);
      expect(all.audited, name).toMatchObject([{ who: 'user 5', surface: name, action: way.asks, outcome: 'refused' }]);
    }
  });
});
