import { describe, expect, it } from 'vitest';

import { methods, requestSchema, startReportSchema } from '../../src/control/protocol.ts';

function accepted(value: unknown): boolean {
  return requestSchema.safeParse(value).success;
}

describe('requestSchema', () => {
  it.each([
    { id: '1', method: 'status', params: {} },
    { id: '1', token: 't', method: 'listSessions', params: {} },
    { id: '1', method: 'addSession', params: { channel: 'new' } },
    { id: '1', method: 'addSession', params: { channel: 'x', workDir: '/w', agent: 'a', trust: true } },
    { id: '1', method: 'removeSession', params: { session: 1 } },
    { id: '1', method: 'recover', params: { session: 99 } },
    { id: '1', method: 'send', params: { session: 1, text: '' } },
    { id: '1', method: 'post', params: { target: { kind: 'default' }, text: 'x' } },
    { id: '1', method: 'post', params: { target: { kind: 'session', session: 0 }, text: 'x' } },
    { id: '1', method: 'post', params: { target: { kind: 'channel', channel: '1' }, text: 'x' } },
    { id: '1', method: 'prompts', params: {} },
    { id: '1', method: 'answer', params: { prompt: 'p', answer: { behavior: 'allow' } } },
    { id: '1', method: 'answer', params: { prompt: 'p', answer: { behavior: 'deny', message: 'no' } } },
    { id: '1', method: 'answer', params: { prompt: 'p', answer: { behavior: 'choose', answers: { a: 'b' } } } },
    { id: '1', method: 'catchUp', params: { session: 1 } },
    { id: '1', method: 'catchUp', params: { session: 1, decision: 'drop' } },
    { id: '1', method: 'queue', params: { session: 1 } },
    { id: '1', method: 'withdraw', params: { session: 1, message: 'discord:1' } },
    { id: '1', method: 'setBusyMode', params: { session: 1, mode: 'steer' } },
    { id: '1', method: 'interrupt', params: { session: 1 } },
    { id: '1', method: 'trace', params: { message: 'https://x' } },
    { id: '1', method: 'addSession', params: { channel: 'x', whileBusy: 'interrupt' } },
    { id: '1', method: 'pair', params: {} },
    { id: '1', method: 'stop', params: { keepSessions: true } },
  ])('takes $method', (request) => {
    expect(accepted(request)).toBe(true);
  });

  it.each([
    undefined,
    null,
    [],
    'status',
    { id: '1', params: {} },
    { id: '1', method: 'paneActor', params: {} },
    { id: '1', method: 'status' },
    { id: 1, method: 'status', params: {} },
    { id: '', method: 'status', params: {} },
    { id: 'x'.repeat(101), method: 'status', params: {} },
    { id: '1', method: 'status', params: { extra: 1 } },
    { id: '1', method: 'status', params: {}, extra: 1 },
    { id: '1', token: '', method: 'status', params: {} },
    { id: '1', method: 'send', params: { session: '1', text: 'x' } },
    { id: '1', method: 'send', params: { session: Number.NaN, text: 'x' } },
    { id: '1', method: 'post', params: { target: { kind: 'user' }, text: 'x' } },
    { id: '1', method: 'answer', params: { prompt: 'p', answer: { behavior: 'maybe' } } },
    { id: '1', method: 'setBusyMode', params: { session: 1, mode: 'hurry' } },
    { id: '1', method: 'trace', params: {} },
    { id: '1', method: 'stop', params: {} },
  ])('refuses %j', (request) => {
    expect(accepted(request)).toBe(false);
  });

  it('knows every method that has a result, and no other', () => {
    const known = requestSchema.options.map((option) => option.shape.method.value);
    expect([...known].sort()).toEqual(Object.keys(methods).sort());
  });
});

describe('results', () => {
  it('refuses a session number or a channel that is none', () => {
    const listing = { number: 1, channel: '111111111111111111', workDir: '/w', agent: 'a' };
    expect(methods.addSession.result.safeParse(listing).success).toBe(true);
    expect(methods.addSession.result.safeParse({ ...listing, number: 0 }).success).toBe(false);
    expect(methods.addSession.result.safeParse({ ...listing, channel: 'general' }).success).toBe(false);
  });

  it('keeps what a newer bridge adds out, and does not mind it', () => {
    const listing = { number: 1, channel: '111111111111111111', workDir: '/w', agent: 'a', colour: 'red' };
    expect(methods.addSession.result.parse(listing)).not.toHaveProperty('colour');
  });
});

describe('startReportSchema', () => {
  it('takes ready and failed', () => {
    expect(startReportSchema.safeParse({ kind: 'ready' }).success).toBe(true);
    expect(startReportSchema.safeParse({ kind: 'failed', code: 'c', message: 'm', advice: 'a' }).success).toBe(true);
    expect(startReportSchema.safeParse({ kind: 'failed' }).success).toBe(false);
  });
});
