import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { CountingServer, allowedSeconds } from './discord-limits.ts';

function ask(server: CountingServer, method: string, path: string, now: number, by: 'bot' | 'person' = 'bot') {
  server.takeForRequest(method, path, by);
  return server.countRequest(method, path, now, new ServerResponse(new IncomingMessage(new Socket())));
}

describe('what the limits allow', () => {
  const taken = (kind: 'post' | 'reaction', count: number, channel: string) =>
    Array.from({ length: count }, () => ({ kind, channel }));

  it('is the slowest of the bot and of each channel', () => {
    expect(allowedSeconds(taken('post', 5, 'a'))).toBe(0.1);
    expect(allowedSeconds(taken('post', 6, 'a'))).toBe(5);
    expect(allowedSeconds([...taken('post', 5, 'a'), ...taken('reaction', 9, 'a')])).toBe(2);
    expect(allowedSeconds(Array.from({ length: 100 }, (_, index) => taken('post', 5, `c${index}`)).flat())).toBe(10);
  });
});

describe('a server with limits', () => {
  it('refuses the sixth message of a channel in five seconds, and no other channel', () => {
    const server = new CountingServer({ isLimited: true });
    for (let index = 0; index < 5; index += 1) expect(ask(server, 'POST', '/channels/1/messages', 0)).toBeUndefined();
    expect(ask(server, 'POST', '/channels/1/messages', 1000)).toBe(4000);
    expect(ask(server, 'POST', '/channels/2/messages', 1000)).toBeUndefined();
    expect(ask(server, 'POST', '/channels/1/messages', 5000)).toBeUndefined();
    expect([server.taken.length, server.refused]).toEqual([7, 1]);
  });

  it('counts all reactions of a channel together', () => {
    const server = new CountingServer({ isLimited: true });
    expect(ask(server, 'PUT', '/channels/1/messages/7/reactions/x/@me', 0)).toBeUndefined();
    expect(ask(server, 'PUT', '/channels/1/messages/8/reactions/y/@me', 100)).toBe(150);
    expect(ask(server, 'PUT', '/channels/1/messages/8/reactions/y/@me', 250)).toBeUndefined();
  });

  it('refuses the fifty-first request in a second, and never a person', () => {
    const server = new CountingServer({ isLimited: true });
    for (let index = 0; index < 50; index += 1) {
      expect(ask(server, 'POST', `/channels/${index}/typing`, 0)).toBeUndefined();
    }
    expect(ask(server, 'POST', '/channels/99/typing', 400)).toBe(600);
    expect(ask(server, 'POST', '/channels/99/messages', 400, 'person')).toBeUndefined();
    expect(ask(server, 'POST', '/channels/99/typing', 1000)).toBeUndefined();
  });

  it('without limits only counts', () => {
    const server = new CountingServer({ isLimited: false });
    for (let index = 0; index < 100; index += 1) expect(ask(server, 'POST', '/channels/1/messages', 0)).toBeUndefined();
    expect([server.taken.length, server.refused]).toEqual([100, 0]);
  });
});
