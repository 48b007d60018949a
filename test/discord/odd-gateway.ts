import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { GatewayDispatchEvents, GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** What the gateway does with the next connections: `open` is well-behaved. */
export type GatewayMood = 'open' | 'bad-gateway' | 'garbage' | 'cut' | 'silent';

/**
 * The least of a Discord-compatible server: enough to log in and resume, and able to do what a real server never should.
 */
export interface OddGateway {
  readonly api: string;
  mood: GatewayMood;
  /** What it answers under a path after `/api/v10`; everything else gets the gateway's address. */
  readonly answers: Map<string, object>;
  /** The paths it was asked for. */
  readonly asked: string[];
  /** How many connections were tried. */
  readonly tries: number;
  /** Sends one dispatch on the newest connection. */
  dispatch(event: string, data: unknown): void;
  /** Sends anything at all on the newest connection. */
  sendRaw(text: string): void;
  cut(): void;
  close(): Promise<void>;
}

export async function openOddGateway(): Promise<OddGateway> {
  let newest: WebSocket | undefined;
  let sequence = 0;
  let tries = 0;
  const answers = new Map<string, object>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/api/v10', '');
    asked.push(path);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(
        answers.get(path) ?? {
          url: gatewayUrl(),
          shards: 1,
          session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
        },
      ),
    );
  });
  const raw = new Set<Duplex>();
  const sockets = new WebSocketServer({ noServer: true });
  const port = (): number => (server.address() as AddressInfo).port;
  const gatewayUrl = (): string => `ws://127.0.0.1:${port()}`;
  const send = (socket: WebSocket | undefined, frame: object): void => socket?.send(JSON.stringify(frame));
  const dispatch = (t: string, d: unknown): void =>
    send(newest, { op: GatewayOpcodes.Dispatch, t, d, s: (sequence += 1) });
  server.on('upgrade', (request, socket, head) => {
    tries += 1;
    raw.add(socket);
    const { mood } = gateway;
    if (mood === 'bad-gateway') {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    } else if (mood === 'garbage') socket.end('what?\r\n\r\n');
    else if (mood === 'cut') socket.destroy();
    else if (mood === 'open') {
      sockets.handleUpgrade(request, socket, head, (client) => {
        newest = client;
        send(client, { op: GatewayOpcodes.Hello, d: { heartbeat_interval: 41_250 } });
        client.on('message', (data: Buffer) => {
          const { op } = JSON.parse(data.toString()) as { op: GatewayOpcodes };
          if (op === GatewayOpcodes.Heartbeat) send(client, { op: GatewayOpcodes.HeartbeatAck });
          if (op === GatewayOpcodes.Resume) dispatch(GatewayDispatchEvents.Resumed, {});
          if (op === GatewayOpcodes.Identify) dispatch(GatewayDispatchEvents.Ready, ready(gatewayUrl()));
        });
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway: OddGateway = {
    api: `http://127.0.0.1:${port()}/api`,
    mood: 'open',
    answers,
    asked,
    get tries() {
      return tries;
    },
    dispatch,
    sendRaw: (text) => newest?.send(text),
    cut: () => newest?.terminate(),
    close: async () => {
      for (const socket of raw) socket.destroy();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return gateway;
}

function ready(url: string): object {
  const id = '100000000000000001';
  return {
    v: 10,
    user: { id, username: 'bot', discriminator: '0', avatar: null, bot: true },
    guilds: [],
    session_id: 'session',
    resume_gateway_url: url,
    application: { id, flags: 0 },
  };
}
