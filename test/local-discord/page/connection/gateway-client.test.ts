import { beforeEach, describe, expect, it } from 'vitest';

import { GatewayClient } from '../../../../src/local-discord/page/connection/gateway-client.ts';
import type { SocketHandlers } from '../../../../src/local-discord/page/connection/gateway-client.ts';
import { RestError } from '../../../../src/local-discord/page/connection/rest.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';

interface FakeSocket {
  readonly url: string;
  readonly handlers: SocketHandlers;
  readonly sent: { readonly op: number; readonly d: object | number | null }[];
  closedWith: number | undefined;
}

const hello = { op: 10, d: { heartbeat_interval: 1000 } };
const ready = {
  op: 0,
  t: 'READY',
  s: 1,
  d: { user: { id: '1' }, session_id: 's1', resume_gateway_url: 'ws://resume' },
};

describe('the gateway client', () => {
  let clock: ManualClock;
  let sockets: FakeSocket[];
  let states: string[];
  let events: string[];
  let failure: Error | undefined;
  let client: GatewayClient;

  const socket = (): FakeSocket => sockets.at(-1)!;
  const say = (frame: object): void => {
    socket().handlers.onText(JSON.stringify({ s: null, t: null, ...frame }));
  };
  const ops = (): number[] => socket().sent.map(({ op }) => op);

  beforeEach(() => {
    clock = new ManualClock();
    sockets = [];
    states = [];
    events = [];
    failure = undefined;
    client = new GatewayClient({
      token: 'token',
      findUrl: () => (failure ? Promise.reject(failure) : Promise.resolve('ws://gateway')),
      openSocket: (url, handlers) => {
        const opened: FakeSocket = { url, handlers, sent: [], closedWith: undefined };
        sockets.push(opened);
        return {
          send: (text) => void opened.sent.push(JSON.parse(text) as FakeSocket['sent'][number]),
          close: (code) => {
            opened.closedWith = code;
          },
        };
      },
      clock,
      random: () => 1,
      onEvent: ({ event }) => events.push(event),
      onConnection: (state) => states.push(state),
    });
  });

  async function begin(): Promise<void> {
    await client.connect();
    say(hello);
    say(ready);
  }

  it('identifies, and tells when it is ready, after the event itself', async () => {
    await begin();
    expect(socket().url).toBe('ws://gateway/?v=10&encoding=json');
    expect(socket().sent[0]).toMatchObject({ op: 2, d: { token: 'token' } });
    expect(events).toEqual(['READY']);
    expect(states).toEqual(['ready']);
  });

  it('beats, and leaves a server that does not answer, to resume', async () => {
    await begin();
    await clock.advance(1000);
    expect(ops()).toEqual([2, 1]);
    expect(socket().sent[1]?.d).toBe(1);
    await clock.advance(1000);
    expect(socket().closedWith).toBe(4000);
    await clock.advance(300);
    expect(sockets).toHaveLength(2);
    say(hello);
    expect(socket().sent[0]).toEqual({ op: 6, d: { token: 'token', session_id: 's1', seq: 1 } });
    say({ op: 0, t: 'RESUMED', s: 2, d: {} });
    expect(states).toEqual(['ready', 'lost', 'ready']);
  });

  it('goes on beating while it is answered', async () => {
    await begin();
    for (let beat = 0; beat < 5; beat += 1) {
      await clock.advance(1000);
      say({ op: 11 });
    }
    expect(ops()).toEqual([2, 1, 1, 1, 1, 1]);
    say({ op: 1 });
    expect(ops()).toHaveLength(7);
  });

  it('resumes at the address it was given when the line breaks', async () => {
    await begin();
    say({ op: 0, t: 'TYPING_START', s: 7, d: { channel_id: '1', user_id: '2' } });
    socket().handlers.onClose(1006);
    await clock.advance(300);
    expect(socket().url).toContain('ws://resume/');
    say(hello);
    expect(socket().sent[0]?.d).toMatchObject({ seq: 7 });
  });

  it('begins anew when the server does not know its session', async () => {
    await begin();
    socket().handlers.onClose(1006);
    await clock.advance(300);
    say(hello);
    say({ op: 9, d: false });
    await clock.advance(600);
    say(hello);
    expect(socket().url).toContain('ws://gateway/');
    expect(ops()).toEqual([2]);
  });

  it('comes back when it is asked to, and keeps its session', async () => {
    await begin();
    say({ op: 7 });
    expect(socket().closedWith).toBe(4000);
    await clock.advance(300);
    say(hello);
    expect(ops()).toEqual([6]);
  });

  it('tries for as long as the server is away, ever more slowly, and says so', async () => {
    failure = new Error('no connection');
    await client.connect();
    expect(sockets).toHaveLength(0);
    await clock.advance(60_000);
    expect(new Set(states)).toEqual(new Set(['connecting']));
    expect(states.length).toBeGreaterThan(5);
    expect(states.length).toBeLessThan(15);
    failure = undefined;
    await clock.advance(10_000);
    expect(sockets).toHaveLength(1);
  });

  it('connects at once when it is told that there may be a line again', async () => {
    await begin();
    socket().handlers.onClose(1006);
    await client.connect();
    await client.connect();
    expect(sockets).toHaveLength(2);
    await clock.advance(5000);
    expect(sockets).toHaveLength(2);
  });

  it('leaves a server that accepts and says nothing', async () => {
    await client.connect();
    await clock.advance(10_000);
    expect(socket().closedWith).toBe(4000);
  });

  it('stops when its token is refused, and says so', async () => {
    await client.connect();
    say(hello);
    socket().handlers.onClose(4004);
    expect(states.at(-1)).toBe('refused');
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('stops too when already its question for the address is refused', async () => {
    failure = new RestError(401, '401: Unauthorized');
    await client.connect();
    await clock.advance(60_000);
    expect(states).toEqual(['refused']);
    expect(clock.pending).toBe(0);
  });

  it('does not listen to a line that it has left', async () => {
    await begin();
    const left = socket();
    say({ op: 7 });
    left.handlers.onText(JSON.stringify({ op: 0, t: 'TYPING_START', s: 9, d: {} }));
    left.handlers.onClose(1006);
    expect(events).toEqual(['READY']);
    await clock.advance(300);
    expect(sockets).toHaveLength(2);
  });
});
