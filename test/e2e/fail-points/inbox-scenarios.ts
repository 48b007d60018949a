import { setTimeout as sleep } from 'node:timers/promises';

import type { Transition } from '../../../src/model/transitions.ts';
import { answered } from './ledger.ts';
import type { Fate } from './ledger.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** Settled without ever having been read, and told why. */
function refused(why: RegExp): Fate {
  return { reads: null, posts: [why], outcome: 'failed' };
}

/** Taken back before the agent read it: nothing is said about it. */
const takenBack: Fate = { reads: null, posts: [], outcome: null };

/** Works until it is stopped. */
const endless: Fate = { reads: 'busy 600', posts: [/Interrupted/], outcome: 'failed' };

/** The agent of session 1 works until the next daemon stops it: what is said meanwhile waits, however long it takes. */
const whileBusy = {
  act: async (stage: Stage) => {
    const entry = await stage.say(1, 'busy 600', endless);
    await stage.reacts(entry, 'delivered');
  },
  after: (stage: Stage) => stage.vai('interrupt', '1'),
} as const;

/** A daemon that dies with a message that may have been typed or not: it was not. */
function diesBeforeTyping(session: number, fate?: Fate): NonNullable<Scenario['past']> {
  return (stage) => stage.crashAt('inbox:queued>sending', 'after', () => stage.say(session, 'typed, or not?', fate));
}

/** A daemon that dies when its agent has the message, before it has written that down. */
function diesBeforeAcknowledging(session: number): NonNullable<Scenario['past']> {
  return (stage) => stage.crashAt('inbox:sending>acknowledged', 'before', () => stage.say(session, 'typed, or not?'));
}

async function removeSecondByHand(stage: Stage): Promise<void> {
  stage.bridge.writeSessions({ 1: stage.channel(1) });
}

const steering = { settings: { whileBusy: 'steer' } } as const satisfies Partial<Scenario>;

/** A message that is typed into the queue of an agent that works for a while. */
async function squeezeIn(stage: Stage, busy: string, fate: Fate, then: Fate = answered('squeezed in')): Promise<void> {
  const entry = await stage.say(1, busy, fate);
  await stage.reacts(entry, 'delivered');
  await stage.say(1, 'squeezed in', then);
}

/** Longer than the age at which messages are held, in milliseconds. */
const tooOldMs = 1_100;

/** One message was missed for too long: the next daemon holds it. Nothing else is said while no daemon runs. */
function holding(session: number, fate: Fate): Pick<Scenario, 'past' | 'environment' | 'meanwhile'> {
  return {
    environment: { CATCH_UP_MAX_AGE: '1s' },
    past: async (stage) => {
      await stage.crashWhen(() => Promise.resolve());
      await stage.say(session, 'said long ago', { ...fate, posts: [/vai catch-up/, ...fate.posts] });
      await sleep(tooOldMs);
    },
    meanwhile: () => Promise.resolve(),
  };
}

/** Only session 1 is there to be spoken to. */
const secondIsGone = {
  meanwhile: (stage: Stage) => stage.say(1, 'said while nobody listened'),
  lastWords: [1],
} as const satisfies Partial<Scenario>;

export const inboxScenarios: Readonly<Record<Extract<Transition, `inbox:${string}`>, Scenario>> = {
  'inbox:new': {
    passage: 2,
    act: async (stage) => {
      await stage.say(1, 'first');
      await stage.say(2, 'another');
      await stage.say(1, 'last');
    },
  },
  'inbox:edit': {
    ...whileBusy,
    act: async (stage) => {
      await whileBusy.act(stage);
      const entry = await stage.say(1, 'first words', answered('second thoughts'));
      await stage.waits(1, 'queued');
      await stage.owner.edit(stage.channel(1), entry.id ?? '', 'second thoughts');
    },
  },
  'inbox:queued>sending': {
    passage: 2,
    act: async (stage) => {
      await stage.say(1, 'first');
      await stage.say(1, 'another');
    },
  },
  'inbox:queued>withdrawn': {
    ...whileBusy,
    act: async (stage) => {
      await whileBusy.act(stage);
      const entry = await stage.say(1, 'never mind', takenBack);
      await stage.waits(1, 'queued');
      await stage.owner.remove(stage.channel(1), entry.id ?? '');
    },
  },
  'inbox:queued>failed': {
    ...secondIsGone,
    act: async (stage) => {
      const busy = await stage.say(2, 'busy 30', {
        reads: 'busy 30',
        posts: [/stopped while it worked on this/],
        outcome: 'failed',
      });
      await stage.reacts(busy, 'delivered');
      await stage.say(2, 'too late', refused(/was removed before/));
      await stage.waits(2, 'queued');
      await stage.vai('remove-session', '2');
    },
  },
  'inbox:sending>acknowledged': {
    passage: 2,
    act: async (stage) => {
      await stage.say(1, 'first');
      await stage.say(1, 'another');
    },
  },
  'inbox:held>queued': {
    ...holding(1, answered('said long ago')),
    act: async (stage) => {
      await stage.waits(1, 'held');
      await stage.vai('catch-up', '1', '--run');
    },
    // Whoever was told that it failed tries again.
    after: (stage) => stage.vai('catch-up', '1', '--run'),
  },
  'inbox:held>withdrawn': {
    ...holding(1, { reads: null, posts: [], outcome: 'withdrawn' }),
    act: async (stage) => {
      await stage.waits(1, 'held');
      await stage.vai('catch-up', '1', '--drop');
    },
    after: (stage) => stage.vai('catch-up', '1', '--drop'),
  },
  'inbox:held>failed': {
    ...secondIsGone,
    ...holding(2, refused(/was removed before/)),
    act: async (stage) => {
      await stage.waits(2, 'held');
      await stage.vai('remove-session', '2');
    },
  },
  'inbox:sending>steered': {
    ...steering,
    act: (stage) => squeezeIn(stage, 'busy 3', answered('busy 3', 'Was busy for 3 s.')),
  },
  'inbox:steered>acknowledged': {
    ...steering,
    act: (stage) => squeezeIn(stage, 'busy 3', answered('busy 3', 'Was busy for 3 s.')),
  },
  'inbox:steered>uncertain': {
    ...steering,
    past: async (stage) => {
      await stage.crashWhen(async () => {
        await squeezeIn(stage, 'busy 600', { ...endless, posts: [/The agent ended while it worked/] });
        await stage.waits(1, 'steered');
      });
      await stage.killAgent(1);
    },
  },
  'inbox:uncertain>steered': {
    ...steering,
    past: (stage) => stage.crashAt('inbox:sending>steered', 'before', () => squeezeIn(stage, 'busy 600', endless)),
    after: (stage) => stage.vai('interrupt', '1'),
  },
  'inbox:sending>uncertain': { past: diesBeforeTyping(1) },
  'inbox:sending>queued': {
    act: async (stage) => {
      await stage.pretendWaiting(1);
      await stage.say(1, 'hard to hand over');
    },
    meanwhile: (stage) => stage.endPretence(1),
  },
  'inbox:sending>failed': {
    act: async (stage) => {
      await stage.pretendWaiting(1);
      const tooLate = stage.moment === 'after';
      await stage.say(1, 'hard to hand over', tooLate ? refused(/did not reach the agent/) : undefined);
    },
    meanwhile: (stage) => stage.endPretence(1),
  },
  'inbox:uncertain>queued': {
    past: async (stage) => {
      let id = '';
      await stage.crashAt('inbox:queued>sending', 'after', async () => {
        ({ id = '' } = await stage.say(1, 'typed, or not?', answered('second thoughts')));
      });
      await stage.owner.edit(stage.channel(1), id, 'second thoughts');
    },
  },
  'inbox:uncertain>acknowledged': { past: diesBeforeAcknowledging(1) },
  'inbox:uncertain>failed': {
    ...secondIsGone,
    past: async (stage) => {
      await diesBeforeTyping(2, refused(/was removed before/))(stage);
      await removeSecondByHand(stage);
    },
  },
};
