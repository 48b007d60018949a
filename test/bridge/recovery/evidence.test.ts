import { describe, expect, it } from 'vitest';

import { findingOf } from '../../../src/bridge/recovery/evidence.ts';
import type { Evidence } from '../../../src/bridge/recovery/evidence.ts';

const patienceMs = 300_000;

/** Everything speaks for a stuck agent, but for what is said. */
const found = (change: Partial<Evidence>): string =>
  findingOf(
    {
      lifecycle: 'running',
      isUnderway: false,
      hasAgent: true,
      state: { activity: 'busy', waitingFor: null },
      waiting: 1,
      inVain: 0,
      silentMs: patienceMs,
      restingMs: patienceMs,
      tools: 0,
      overlay: undefined,
      asks: false,
      ...change,
    },
    patienceMs,
  );

describe('MS-07: what is found about a session', () => {
  it.each([
    ['wedged', {}],
    ['healthy', { silentMs: patienceMs - 1 }],
    ['healthy', { restingMs: patienceMs - 1 }],
    ['waiting', { asks: true }],
    ['waiting', { asks: true, state: { activity: 'idle', waitingFor: null }, inVain: 3 }],
    ['wedged', { restingMs: 0, silentMs: 12 * patienceMs }],
    ['healthy', { restingMs: 0, silentMs: 12 * patienceMs - 1 }],
    ['healthy', { restingMs: undefined, tools: undefined, silentMs: 100 * patienceMs }],
    ['tool', { tools: 1, silentMs: 100 * patienceMs, restingMs: 100 * patienceMs }],
    ['stopped', { lifecycle: 'stopped', hasAgent: false }],
    ['given-up', { lifecycle: 'failed', hasAgent: false }],
    ['underway', { isUnderway: true }],
    ['underway', { isUnderway: true, lifecycle: 'lost', hasAgent: false }],
    ['missing', { hasAgent: false }],
    ['missing', { lifecycle: 'lost', hasAgent: false }],
    ['waiting', { state: { activity: 'waiting', waitingFor: 'permission' }, overlay: 'a menu' }],
    ['waiting', { state: { activity: 'waiting', waitingFor: null } }],
    ['overlay', { state: { activity: 'waiting', waitingFor: null }, overlay: 'a menu' }],
    ['waiting', { state: { activity: 'waiting', waitingFor: null }, overlay: 'a menu', waiting: 0 }],
    ['waiting', { state: { activity: 'waiting', waitingFor: null }, overlay: 'a menu', silentMs: patienceMs - 1 }],
    ['healthy', { state: { activity: 'idle', waitingFor: null }, silentMs: 100 * patienceMs }],
    ['healthy', { state: { activity: 'idle', waitingFor: null }, inVain: 2 }],
    ['deaf', { state: { activity: 'idle', waitingFor: null }, inVain: 3 }],
  ] as const)('%s: %j', (finding, change) => {
    expect(found(change)).toBe(finding);
  });
});
