import { describe, expect, it } from 'vitest';

import type { Answer } from '../../../../src/local-discord/page/connection/rest.ts';
import { readError, Rest, RestError } from '../../../../src/local-discord/page/connection/rest.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';

function setUp(...answers: (Answer | Error)[]): { rest: Rest; clock: ManualClock; asked: string[] } {
  const clock = new ManualClock();
  const asked: string[] = [];
  const rest = new Rest({
    token: 'token',
    clock,
    carry: ({ method, path, token }) => {
      asked.push(`${method} ${path} ${token}`);
      const answer = answers.shift();
      return answer instanceof Error || !answer
        ? Promise.reject(answer ?? new Error('none left'))
        : Promise.resolve(answer);
    },
  });
  return { rest, clock, asked };
}

describe('REST', () => {
  it('gives the answer, or nothing when there is none', async () => {
    const { rest, asked } = setUp({ status: 200, text: '{"id":"1"}' }, { status: 204, text: '' });
    expect(await rest.get('/users/@me')).toEqual({ id: '1' });
    await expect(rest.call('POST', '/channels/1/typing')).resolves.toBeUndefined();
    expect(asked).toEqual(['GET /users/@me token', 'POST /channels/1/typing token']);
  });

  it('waits as long as the server says', async () => {
    const limited = { status: 429, text: '{"message":"slow down","retry_after":2.5}' };
    const { rest, clock, asked } = setUp(limited, { status: 200, text: '{}' });
    const answer = rest.get('/x');
    await clock.advance(2400);
    expect(asked).toHaveLength(1);
    await clock.advance(100);
    expect(await answer).toEqual({});
  });

  it('tries again when the server has a mistake, but not for ever', async () => {
    const broken = { status: 500, text: 'oops' };
    const { rest, clock, asked } = setUp(broken, broken, broken, broken);
    const answer = expect(rest.get('/x')).rejects.toThrow('HTTP 500');
    await clock.advance(10_000);
    await answer;
    expect(asked).toHaveLength(4);
  });

  it('refuses in the words of the server', async () => {
    const text = '{"message":"Missing Permissions","code":50013}';
    const { rest } = setUp({ status: 403, text });
    await expect(rest.get('/x')).rejects.toThrow(new RestError(403, 'Missing Permissions'));
  });

  it('passes on that there is no connection', async () => {
    const { rest } = setUp(new Error('no connection'));
    await expect(rest.get('/x')).rejects.not.toBeInstanceOf(RestError);
  });

  it('finds what is wrong with which field', () => {
    const errors = { data: { components: { 0: { value: { _errors: [{ code: 'X', message: 'Too short.' }] } } } } };
    expect(readError({ status: 400, text: JSON.stringify({ message: 'Invalid Form Body', errors }) }).message).toBe(
      'Invalid Form Body Too short.',
    );
  });
});
