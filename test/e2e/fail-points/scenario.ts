import type { Transition } from '../../../src/model/transitions.ts';
import { Stage } from './stage.ts';
import type { Moment, StageOptions } from './stage.ts';

/** How one transition is brought about, and what is done with the daemon that comes after. */
export interface Scenario extends StageOptions {
  /** At which of its passages the daemon dies. Default: the first. */
  readonly passage?: number;
  /** Earlier daemons, if the transition needs a past; none runs when it returns. */
  readonly past?: (stage: Stage) => Promise<unknown>;
  /** What happens while the mortal daemon runs; it may be dead already. Default: nothing. */
  readonly act?: (stage: Stage) => Promise<unknown>;
  /** What happens while nobody listens. Default: somebody says something in both channels. */
  readonly meanwhile?: (stage: Stage) => Promise<unknown>;
  /** What happens when the next daemon runs. Default: nothing. */
  readonly after?: (stage: Stage) => Promise<unknown>;
  /** Channels in which the owner says a last word; what is in order comes before its answer. Default: both. */
  readonly lastWords?: readonly number[];
}

/**
 * Kills a daemon exactly at a transition, starts the next one, and looks at everything that was said.
 *
 * @returns what is not as it must be.
 */
export async function rehearse(transition: Transition, moment: Moment, scenario: Scenario): Promise<void> {
  const stage = await Stage.make(moment, scenario);
  try {
    await play(stage, transition, scenario);
    const problems = await stage.problems();
    if (problems.length > 0) throw new Error('not everything is as it must be');
  } catch (error) {
    throw new Error(`${String(error)}\n${await stage.describe()}`, { cause: error });
  } finally {
    await stage.destroy();
  }
}

async function play(stage: Stage, transition: Transition, scenario: Scenario): Promise<void> {
  const { passage, past, act, meanwhile = talkToNobody, after, lastWords = [1, 2] } = scenario;
  await past?.(stage);
  await stage.startMortal(transition, stage.moment, passage);
  await act?.(stage);
  await stage.died();
  await meanwhile(stage);
  await stage.start();
  await after?.(stage);
  for (const session of lastWords) await stage.say(session, `last words in ${session}`);
  await stage.settled();
}

/** Somebody says something in both channels. */
export async function talkToNobody(stage: Stage): Promise<void> {
  await stage.say(1, 'said while nobody listened');
  await stage.say(2, 'said elsewhere while nobody listened');
}
