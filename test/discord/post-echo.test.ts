import { beforeEach, describe, expect, it } from 'vitest';

import { PostEcho } from '../../src/discord/post-echo.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

describe('PostEcho', () => {
  let clock: ManualClock;
  let echo: PostEcho;
  let deaf: number;
  let nonces: number;

  beforeEach(() => {
    clock = new ManualClock();
    deaf = 0;
    nonces = 0;
    echo = new PostEcho({ clock, onDeaf: () => (deaf += 1) });
    echo.connected();
  });

  const post = (meanwhile: () => void = () => undefined, nonce = `n${(nonces += 1)}`): Promise<void> =>
    echo.around(nonce, () => {
      meanwhile();
      return Promise.resolve();
    });

  it('BX-01: is told of nothing for 30 s after a message was posted: the gateway is deaf', async () => {
    await post();
    await clock.advance(20_000);
    await post();
    await clock.advance(9_999);
    expect(deaf).toBe(0);
    await clock.advance(1);
    expect(deaf).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('is content with any event, also with one that is faster than the answer', async () => {
    await post();
    await clock.advance(29_999);
    echo.told();
    await post(() => echo.told());
    expect(clock.pending).toBe(0);
    await clock.advance(3_600_000);
    expect(deaf).toBe(0);
  });

  it('expects nothing of a message that was not posted, or perhaps before', async () => {
    await expect(echo.around('a', () => Promise.reject(new Error('reset')))).rejects.toThrow('reset');
    await post(undefined, 'a');
    expect(clock.pending).toBe(0);
    await post(undefined, 'b');
    expect(clock.pending).toBe(1);
  });

  it('expects nothing unless there was one connection all the time', async () => {
    await post(() => echo.lost());
    await post();
    await post(() => echo.connected());
    await post(() => {
      echo.lost();
      echo.connected();
    });
    expect(clock.pending).toBe(0);
    await post();
    expect(clock.pending).toBe(1);
    echo.lost();
    expect(clock.pending).toBe(0);
  });

  it('asks for another login ever later when that does not help, until something is told', async () => {
    const waits: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await post();
      const from = clock.monotonic();
      const before = deaf;
      while (deaf === before) await clock.advance(30_000);
      waits.push((clock.monotonic() - from) / 60_000);
      echo.lost();
      echo.connected();
      echo.told(); // READY: not what was waited for.
    }
    expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    await post(() => echo.told());
    await post();
    await clock.advance(30_000);
    expect(deaf).toBe(11);
    await post();
    echo.told();
    await post();
    await clock.advance(30_000);
    expect(deaf).toBe(12);
  });

  it('remembers a bounded number of doubtful messages', async () => {
    for (let one = 0; one < 1_001; one += 1) {
      await echo.around(`x${one}`, () => Promise.reject(new Error('reset'))).catch(() => undefined);
    }
    await post(undefined, 'x1000');
    expect(clock.pending).toBe(0);
    await post(undefined, 'x0');
    expect(clock.pending).toBe(1);
  });
});
