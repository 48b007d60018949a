import { describe, it } from 'vitest';

import type { Transition } from '../../../src/model/transitions.ts';
import { rehearse } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** One test per transition and moment; some run at the same time, because most of one is waiting. */
export function runScenarios<Name extends Transition>(scenarios: Readonly<Record<Name, Scenario>>): void {
  describe.concurrent(
    'BX-01 BX-02 I1 I3 I4 I5: a daemon that is killed there loses nothing and doubles nothing',
    () => {
      const entries = Object.entries(scenarios) as [Name, Scenario][];
      for (const [transition, scenario] of entries) {
        it.each(['before', 'after'] as const)(`${transition}:%s`, (moment) => rehearse(transition, moment, scenario));
      }
    },
  );
}
