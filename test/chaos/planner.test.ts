import { describe, expect, it } from 'vitest';

import { countMark } from './check.ts';
import { messagesOf, placesOf } from './plan.ts';
import type { Plan, Step } from './plan.ts';
import { planScenario } from './planner.ts';

const plans = Array.from({ length: 300 }, (_, seed) => planScenario(seed));

describe('the scenario of a seed', () => {
  it('is the same again', () => {
    expect(planScenario(42)).toEqual(planScenario(42));
    expect(planScenario(42)).not.toEqual(planScenario(43));
  });

  it('takes its steps in the order of their times, within five seconds', () => {
    for (const { steps } of plans) {
      const times = steps.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(Math.max(...times)).toBeLessThan(7000);
    }
  });

  it('marks each message with words that stand in no other', () => {
    for (const plan of plans) {
      const messages = messagesOf(plan);
      for (const { name, mark } of messages) {
        const holders = messages.filter(({ text }) => countMark(text, mark) > 0);
        expect(holders.map((one) => one.name)).toEqual([name]);
      }
    }
  });

  it('names places that there are, and changes only what was said', () => {
    for (const plan of plans) {
      const names = new Set(messagesOf(plan).map(({ name }) => name));
      const places = placesOf(plan).length;
      for (const message of messagesOf(plan)) expect(message.place).toBeLessThan(places);
      for (const step of plan.steps) {
        if (step.do === 'edit' || step.do === 'remove') expect(names).toContain(step.message);
      }
    }
  });

  it('brings back whatever it takes away', () => {
    const pairs = [
      ['end-daemon', 'start-daemon'],
      ['server-away', 'server-back'],
      ['fill-disk', 'free-disk'],
      ['close-channel', 'open-channel'],
      ['read-only', 'read-and-write'],
    ] as const;
    for (const plan of plans) for (const [one, other] of pairs) expect(count(plan, one)).toBe(count(plan, other));
  });

  it('does everything that there is to do, in some seed', () => {
    const done = new Set(plans.flatMap(({ steps }) => steps.map((step) => step.do)));
    const all: Record<Step['do'], true> = {
      say: true,
      flood: true,
      edit: true,
      remove: true,
      send: true,
      post: true,
      'answer-prompts': true,
      interrupt: true,
      archive: true,
      'end-daemon': true,
      'start-daemon': true,
      'kill-agent': true,
      'kill-tmux': true,
      'fill-disk': true,
      'free-disk': true,
      'move-clock': true,
      gateway: true,
      'server-away': true,
      'server-back': true,
      dispatches: true,
      requests: true,
      'close-channel': true,
      'open-channel': true,
      'read-only': true,
      'read-and-write': true,
      'forget-nonces': true,
    };
    expect([...done].sort()).toEqual(Object.keys(all).sort());
  });
});

function count({ steps }: Plan, what: Step['do']): number {
  return steps.filter((step) => step.do === what).length;
}
