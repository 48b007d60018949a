import type { Transition } from '../../../src/model/transitions.ts';
import { renderText } from '../../../src/discord/render.ts';
import { stepsFor } from '../../../src/agents/scripted/script.ts';
import { answered } from './ledger.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { parkedChannels } from './evidence.ts';
import { until } from '../support/until.ts';

/** An answer of several parts. */
async function askForMuch(stage: Stage): Promise<void> {
  const text = 'long 400';
  const [step] = stepsFor(text);
  if (step?.do !== 'say') throw new Error('the practice agent does not say much');
  const parts = renderText(step.text);
  if (parts.length < 4) throw new Error(`${parts.length} parts are too few`);
  await stage.say(1, text, answered(text, ...parts));
}

/** The agent of session 1 answers, and its channel takes no texts any more, until `faults.clear()`. */
async function answerUnwelcome(stage: Stage): Promise<void> {
  const entry = await stage.say(1, 'slow 3', answered('slow 3', 'A slow answer, after 3 s.'));
  await stage.reacts(entry, 'delivered');
  stage.faults.failRequests(
    { method: 'POST', path: new RegExp(`^/channels/${stage.channel(1)}/messages$`), times: Infinity },
    { status: 403, body: { code: 50013, message: 'Missing Permissions' } },
  );
}

async function isParked(stage: Stage): Promise<void> {
  await until(() => parkedChannels(stage.bridge.paths).includes(stage.channel(1)), { what: 'a parked channel' });
}

export const outboxScenarios: Readonly<Record<Extract<Transition, `outbox:${string}`>, Scenario>> = {
  'outbox:new': {
    // The first is the reaction "stored", the second "delivered", the third the answer.
    passage: 3,
    act: (stage) => stage.say(1, 'first'),
  },
  'outbox:plan': { act: askForMuch },
  'outbox:part': { passage: 2, act: askForMuch },
  'outbox:posted': {
    act: async (stage) => {
      stage.expectPosts(1, 'words from a shell');
      await stage.bridge.run('dp', ['1', 'words from a shell']);
    },
  },
  'outbox:failed': {
    act: async (stage) => {
      const entry = await stage.say(1, 'slow 3', {
        reads: 'slow 3',
        posts: ['A slow answer, after 3 s.'],
        outcome: null,
      });
      await stage.reacts(entry, 'delivered');
      await stage.owner.remove(stage.channel(1), entry.id ?? '');
    },
  },
  'outbox:dropped': {
    act: async (stage) => {
      stage.faults.delayRequests({ method: 'PUT', path: /\/reactions\// }, 2_500, 'before');
      await stage.say(1, 'faster than its reaction');
    },
  },
  'outbox:park': {
    act: answerUnwelcome,
    meanwhile: async (stage) => {
      stage.faults.clear();
      await stage.say(2, 'said elsewhere while nobody listened');
    },
  },
  'outbox:unpark': {
    past: (stage) =>
      stage.crashWhen(async () => {
        await answerUnwelcome(stage);
        await isParked(stage);
        stage.faults.clear();
      }),
  },
};
