import { describe, expect, it } from 'vitest';

import type { BridgeStatus, SessionStatus } from '../../../src/contracts/bridge-api.ts';
import type { Alert } from '../../../src/contracts/metrics.ts';
import { ailmentsOf, healthReport } from '../../../src/control/http/health.ts';
import { catalogue } from '../../../src/doctor/catalogue.ts';
import { FakeBridgeApi } from '../fake-bridge-api.ts';
import { one } from '../planted.ts';

async function statusWith(
  session: Partial<SessionStatus> = {},
  chat: Partial<BridgeStatus['chat']> = {},
): Promise<BridgeStatus> {
  const api = new FakeBridgeApi();
  api.states.set(1, session);
  api.chat = { ...api.chat, ...chat };
  return api.status({ kind: 'local' });
}

const well = { alerts: [], awayMs: 0 };

/** Every ailment that there is, and what brings it. */
const ill: [code: string, session: Partial<SessionStatus>, chat: Partial<BridgeStatus['chat']>][] = [
  ['session-failed', { lifecycle: 'failed' }, {}],
  ['session-lost', { lifecycle: 'lost' }, {}],
  ['session-error', { state: 'error' }, {}],
  ['session-wants-login', { state: 'waiting', waitingFor: 'login' }, {}],
  ['session-wants-trust', { state: 'waiting', waitingFor: 'trust' }, {}],
  ['chat-failed', {}, { state: 'failed' }],
  ['chat-away', {}, { state: 'reconnecting' }],
  ['nobody-owns', {}, { owned: false }],
];

describe('ailmentsOf', () => {
  it('finds nothing in a bridge that is well, also when it works or asks', async () => {
    for (const session of [{}, { state: 'busy' }, { lifecycle: 'stopped' }, { lifecycle: 'starting' }] as const) {
      expect(ailmentsOf({ ...well, status: await statusWith(session), awayMs: 0 })).toEqual([]);
    }
    expect(
      ailmentsOf({ ...well, status: await statusWith({ state: 'waiting', waitingFor: 'permission' }), awayMs: 0 }),
    ).toEqual([]);
  });

  it.each(ill)('BX-10: finds %s, and takes it as seriously as vai doctor does', async (code, session, chat) => {
    const found = ailmentsOf({ ...well, status: await statusWith(session, chat), awayMs: 0 });
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]?.level).toBe(catalogue[code as keyof typeof catalogue].level);
    expect(found[0]?.session).toBe(code.startsWith('session-') ? 1 : undefined);
  });

  it('wants somebody to look when the chat stays away', async () => {
    const status = await statusWith({}, { state: 'connecting' });
    expect(ailmentsOf({ ...well, status, awayMs: 119_999 })[0]?.level).toBe('warning');
    expect(ailmentsOf({ ...well, status, awayMs: 120_000 })[0]).toMatchObject({
      level: 'problem',
      says: expect.stringContaining('2 minutes'),
    });
  });

  it('tells of channels that refuse the bot', async () => {
    const status = { ...(await statusWith()), outbox: { pending: 5, parked: 2 } };
    expect(ailmentsOf({ ...well, status })).toMatchObject([
      { code: 'channel-parked', level: 'warning', says: expect.stringContaining('refuse the bot: 2;') as string },
    ]);
    for (const code of ['channel-parked', 'session-throttled', 'over-threshold', 'measuring-failed'] as const) {
      expect(catalogue[code].level).toBe('warning');
    }
  });

  it('warns of what the monitor found, and of nothing else when it could not look', async () => {
    const status = await statusWith();
    const alert = { since: '2025-01-01T00:00:00.000Z', value: 2, limit: 1 } as const;
    const alerts: readonly Alert[] = [
      { ...alert, kind: 'throttled', session: one },
      { ...alert, kind: 'total-memory' },
      { ...alert, kind: 'disk' },
    ];
    expect(ailmentsOf({ ...well, status, alerts })).toEqual([
      {
        code: 'session-throttled',
        level: 'warning',
        says: 'Session 1 takes more memory than it may, and its new messages wait: vai top',
        session: 1,
      },
      {
        code: 'over-threshold',
        level: 'warning',
        says: 'All sessions together take nearly all the memory that they may: vai top',
      },
      {
        code: 'over-threshold',
        level: 'warning',
        says: 'The machine has nearly all the disk in use that it may: vai top',
      },
    ]);
    expect(ailmentsOf({ ...well, status, alerts: undefined })).toMatchObject([{ code: 'measuring-failed' }]);
  });

  it('repeats no word of an agent, and no address or token', async () => {
    const secret = { detail: 'sk-secret' };
    const reports = await Promise.all(
      ill.map(async ([, session, chat]) =>
        JSON.stringify(
          healthReport(
            ailmentsOf({
              ...well,
              status: await statusWith({ ...session, ...secret }, { ...chat, ...secret }),
              awayMs: 1e9,
            }),
          ),
        ),
      ),
    );
    expect(reports.join()).not.toMatch(/sk-secret|page-user|key=/);
  });
});

describe('healthReport', () => {
  it('is as bad as the worst', () => {
    const warning = { code: 'a', level: 'warning', says: 'A.' } as const;
    const problem = { code: 'b', level: 'problem', says: 'B.', session: 2 } as const;
    expect(healthReport([], '1.2.3')).toEqual({ status: 'ok', version: '1.2.3', problems: [], warnings: [] });
    expect(healthReport([warning])).toMatchObject({ status: 'degraded', warnings: [{ code: 'a', says: 'A.' }] });
    expect(healthReport([warning, problem])).toEqual({
      status: 'failing',
      problems: [{ code: 'b', says: 'B.', session: 2 }],
      warnings: [{ code: 'a', says: 'A.' }],
    });
  });
});
