import { describe, expect, it } from 'vitest';

import { readRateLimits } from '../../src/discord/rate-limits.ts';

const read = (status: number, headers: Readonly<Record<string, string>>) =>
  readRateLimits(status, new Headers(headers));

const spent = {
  'X-RateLimit-Bucket': 'b1',
  'X-RateLimit-Limit': '5',
  'X-RateLimit-Remaining': '0',
  'X-RateLimit-Reset-After': '1.2345',
};

describe('what an answer says about limits', () => {
  it('how many more may follow, and when it is counted anew', () => {
    expect(read(200, spent)).toEqual({ name: 'b1', left: 0, resetMs: 1235, refusal: undefined });
  });

  it('of a server without limits: any number', () => {
    expect(read(204, {})).toEqual({ name: undefined, left: Infinity, resetMs: 0, refusal: undefined });
    expect(read(200, { 'X-RateLimit-Remaining': 'many', 'X-RateLimit-Reset-After': '' })).toMatchObject({
      left: Infinity,
      resetMs: 0,
    });
  });

  it('a refusal by a limit that it names: until that is counted anew, to the millisecond', () => {
    const refused = { ...spent, 'Retry-After': '2', 'X-RateLimit-Scope': 'user' };
    expect(read(429, refused)?.refusal).toEqual({ forMs: 1235, isGlobal: false });
  });

  it('a refusal by another limit than it names: as long as it asks for', () => {
    const hidden = { ...spent, 'X-RateLimit-Remaining': '3', 'Retry-After': '300', 'X-RateLimit-Scope': 'shared' };
    expect(read(429, hidden)?.refusal).toEqual({ forMs: 300_000, isGlobal: false });
  });

  it('a refusal of everything, by the server or by somebody in front of it', () => {
    const all = { ...spent, 'Retry-After': '7', 'X-RateLimit-Scope': 'global', 'X-RateLimit-Global': 'true' };
    expect(read(429, all)?.refusal).toEqual({ forMs: 7_000, isGlobal: true });
    expect(read(429, { 'Retry-After': '60', 'Content-Type': 'text/html' })?.refusal).toEqual({
      forMs: 60_000,
      isGlobal: true,
    });
  });

  it.each([{}, { 'Retry-After': '0' }, { 'Retry-After': 'soon' }])('no refusal without an end: %o', (headers) => {
    expect(read(429, { ...headers, 'X-RateLimit-Scope': 'user' })).toBeUndefined();
  });
});
