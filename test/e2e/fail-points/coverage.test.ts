import { expect, it } from 'vitest';

import { transitions } from '../../../src/model/transitions.ts';
import { fileScenarios } from './file-scenarios.ts';
import { inboxScenarios } from './inbox-scenarios.ts';
import { outboxScenarios } from './outbox-scenarios.ts';
import { turnScenarios } from './turn-scenarios.ts';

it('every transition of the state tables has a scenario, and there is no other', () => {
  const scenarios = { ...fileScenarios, ...inboxScenarios, ...outboxScenarios, ...turnScenarios };
  expect(Object.keys(scenarios).sort()).toEqual([...transitions].sort());
});
