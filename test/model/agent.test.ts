import { expect, it } from 'vitest';

import { canAcceptMessage, canSteer } from '../../src/model/agent.ts';
import type { AgentActivity, AgentState } from '../../src/model/agent.ts';

const activities: readonly AgentActivity[] = ['unknown', 'initializing', 'idle', 'busy', 'waiting', 'error'];

function state(activity: AgentActivity): AgentState {
  return { activity, waitingFor: activity === 'waiting' ? 'permission' : null, source: 'hook', since: 0 };
}

it('BX-03: takes a message when it is idle, and never while a dialog is open', () => {
  expect(activities.filter((activity) => canAcceptMessage(state(activity)))).toEqual(['idle']);
});

it('BX-06: takes a message into its own queue while it works, and at no other time', () => {
  expect(activities.filter((activity) => canSteer(state(activity)))).toEqual(['busy']);
});
