import { describe, expect, it } from 'vitest';

import type { AgentEvent, AgentState } from '../../../src/model/agent.ts';
import { words, world } from '../support/collector-world.ts';
import { channelOne, one } from '../support/messages.ts';

const needsLogin = { kind: 'notice', key: 'login', notice: { kind: 'needs-login' } } as const;

function state(activity: AgentState['activity'], waitingFor: AgentState['waitingFor'] = null): AgentEvent {
  return { kind: 'state', state: { activity, waitingFor, source: 'screen', since: 1 } };
}

function edits({ stores }: ReturnType<typeof world>): readonly string[] {
  return stores.outbox.pending(channelOne, 'edit').map(({ content }) => (content.kind === 'edit' ? content.text : ''));
}

describe('notices of a login', () => {
  it('read that it is over, once, as soon as the agent goes on', () => {
    const bridge = world();
    bridge.told(needsLogin, state('waiting', 'login'));
    expect(edits(bridge)).toEqual([]);
    bridge.told(state('idle'));
    expect(edits(bridge)).toEqual([words.prompts.loggedIn()]);
    bridge.told(state('busy'), state('idle'));
    expect(edits(bridge)).toHaveLength(1);
  });

  it('are remembered over a restart, and over an agent that was started again', () => {
    const bridge = world();
    bridge.told(needsLogin);
    bridge.collector.collect(one, 2, needsLogin);
    const next = world(bridge.stores);
    next.told(state('idle'));
    expect(edits(next)).toEqual([words.prompts.loggedIn(), words.prompts.loggedIn()]);
  });

  it('stay as they are when the session is removed', () => {
    const bridge = world();
    bridge.told(needsLogin);
    bridge.collector.rejectWaiting(one, 'removed');
    bridge.told(state('idle'));
    expect(edits(bridge)).toEqual([]);
  });
});
