import { setTimeout as sleep } from 'node:timers/promises';

import type { Transition } from '../../../src/model/transitions.ts';
import { answered } from './ledger.ts';
import type { Post } from './ledger.ts';
import { talkToNobody } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** A card, whatever became of it. */
const question = /^(🔐|❓)/u;

/** A dialog that was just drawn takes no keys, in milliseconds. */
const deafMs = 200;

const allowed = 'You allowed it.';

/** Asks for a permission and denies it to itself after four seconds. */
const impatient = 'ask 4';

/** The owner has the agent ask for a permission: that is posted once, and then these. */
async function letAsk(stage: Stage, ask: string, ...posts: readonly Post[]): Promise<void> {
  await stage.say(1, ask, answered(ask, question, ...posts));
  await stage.asked();
}

export const turnScenarios: Readonly<
  Record<Exclude<Transition, `inbox:${string}` | `outbox:${string}` | `file:${string}`>, Scenario>
> = {
  'turn:begin': {
    passage: 2,
    act: async (stage) => {
      await stage.say(1, 'two', answered('two', 'This is the first of two texts.', 'And this is the second.'));
      await stage.say(1, 'one more');
    },
  },
  'turn:join': {
    settings: { whileBusy: 'steer' },
    act: async (stage) => {
      const posts = ['You said: squeezed in', 'Used tools for 4 s.'];
      const entry = await stage.say(1, 'tools 4', answered('tools 4', ...posts));
      await stage.reacts(entry, 'delivered');
      // It becomes part of the turn that runs, and shares what becomes of it.
      await stage.say(1, 'squeezed in', { reads: 'squeezed in', posts: [], outcome: 'answered' });
    },
    meanwhile: async (stage) => {
      await talkToNobody(stage);
      // What is told to it before that would become part of it, too.
      await stage.agentRests(1);
    },
  },
  'turn:end': {
    act: (stage) => stage.say(1, 'two', answered('two', 'This is the first of two texts.', 'And this is the second.')),
  },
  'prompt:new': {
    act: (stage) => stage.say(1, 'ask', answered('ask', question, allowed)),
    after: async (stage) => {
      await stage.asked();
      await stage.allow();
    },
  },
  'prompt:open>sent': {
    act: async (stage) => {
      await letAsk(stage, 'ask', allowed);
      await stage.allow();
    },
    // Whoever was told that it failed tries again; an answer that is on disk needs nobody.
    after: (stage) => stage.allow(),
  },
  'prompt:open>overtaken': {
    act: async (stage) => {
      await letAsk(stage, 'ask', allowed);
      await sleep(deafMs);
      await stage.press(1, 'y');
    },
  },
  'prompt:open>expired': {
    act: (stage) =>
      letAsk(stage, impatient, /expired: nobody answered in time/, 'You denied it: nobody answered in time'),
  },
  'prompt:draft': {
    act: async (stage) => {
      await stage.say(1, 'question multi', answered('question multi', question, /You chose/));
      await stage.asked();
      const card = await stage.owner.finds(stage.channel(1), question);
      // A daemon that dies over it answers nobody.
      await stage.owner.choose(stage.channel(1), card.id, 'Fruits', ['Apple', 'Melon']).catch(() => undefined);
    },
    after: async (stage) => {
      const id = await stage.asked();
      await stage.vai('answer', id, '--choose', 'Which fruits?=Apple, Melon');
    },
  },
  'prompt:sent>open': {
    act: async (stage) => {
      await letAsk(stage, 'ask', allowed);
      await stage.whileDeaf(1, () => stage.allow());
    },
    meanwhile: (stage) => stage.listensAgain(1),
    // What is still on its way is handed over again without anybody.
    after: (stage) => stage.allow(),
  },
  'prompt:sent>expired': {
    past: async (stage) => {
      await stage.crashAt('prompt:open>sent', 'after', async () => {
        await letAsk(stage, impatient, /expired: nobody answered in time/, 'You denied it: nobody answered in time');
        await stage.allow();
      });
      // The answer never reached the agent, which gives up meanwhile.
      await stage.agentDecides(1);
    },
  },
  'prompt:sent>applied': {
    act: async (stage) => {
      await letAsk(stage, 'ask', allowed);
      await stage.allow();
    },
  },
  'prompt:sent>overtaken': {
    past: async (stage) => {
      await stage.crashAt('prompt:open>sent', 'after', async () => {
        await stage.say(1, 'ask', {
          reads: 'ask',
          posts: [question, /The agent ended while it worked/],
          outcome: 'failed',
        });
        await stage.asked();
        await stage.allow();
      });
      await stage.killAgent(1);
    },
  },
  'cursor:channel': {
    // Each of the two channels gets its mark at the start; the thread gets one with its first message.
    passage: 3,
    act: async (stage) => {
      const thread = await stage.owner.openThread(stage.channel(1), 'a side track');
      await stage.sayIn(thread, 1, 'first in the thread');
      await stage.sayIn(thread, 1, 'second in the thread');
    },
  },
  'cursor:mailbox': {
    // Each agent says that it has started; then come the message that was read, and what is said about it.
    passage: 4,
    act: (stage) => stage.say(1, 'first'),
  },
};
