import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { ChannelType } from 'discord-api-types/v10';
import { WebSocketServer } from 'ws';

import type { Clock } from '../base/clock.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { Scope } from '../base/scope.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway/gateway.ts';
import { isOwnCaller } from './http/caller-check.ts';
import { RestServer } from './http/rest-server.ts';
import { addMember, addRole, setRoles } from './members.ts';
import type { NewMember, NewRole } from './members.ts';
import { addChannel, channelName, removeChannel, updateChannel } from './routes/channel-routes.ts';
import { routes } from './routes/routes.ts';
import { newToken } from './store/settings.ts';
import type { Dispatch, World } from './world.ts';
import { openWorld } from './world-file.ts';

export interface LocalDiscordOptions {
  /** 0 = any that is free. */
  readonly port: number;
  /** Path of the SQLite file that keeps everything (made with 0600 when there is none), or `:memory:`. */
  readonly dataFile: string;
  readonly clock: Clock;
  /** What goes wrong on demand; for tests. */
  readonly faults?: Faults;
  /** Hears of this server's own mistakes, which a client sees as status 500. Default: written to stderr. */
  readonly onError?: (error: Error) => void;
  /** Whether people are let in from the start, or turned away (they try again) until `letPeopleIn`. Default: from the start. */
  readonly people?: 'from the start' | 'later';
  /** The built chat page. Default: where `npm run build` puts it. */
  readonly pageDirectory?: string;
}

export interface LocalDiscord {
  readonly port: number;
  /** The page's address with its key. */
  readonly url: string;
  /** What discord.js gets as `rest.api`. */
  readonly api: string;
  readonly botToken: string;
  readonly userToken: string;
  /** The page's user, who owns the guild. */
  readonly userId: string;
  readonly guildId: string;
  /** `METHOD path` of the latest requests that this server has no route for: a test that causes one is wrong, or we are. */
  readonly unknownRoutes: readonly string[];
  /** An id that nothing has yet, for `ensureChannel`. */
  newChannelId(): string;
  /**
   * Makes sure that a text channel exists; with an id, exactly that one; gives it the name, and the topic if there is
   * one. A removed channel comes back with its history.
   * @returns the channel's id.
   */
  ensureChannel(channel: { id?: string; name: string; topic?: string }): string;
  /**
   * Hides a channel with its threads: for clients it is deleted. It can be brought back by `ensureChannel` with its id
   * for 30 days; then it is erased at the next start.
   */
  removeChannel(id: string): void;
  /** From now on people can connect: somebody listens to what they say. */
  letPeopleIn(): void;
  /** One more member of the guild, who lasts like everything else. For tests: nothing does this over HTTP. */
  addUser(user: NewMember): { id: string; token: string };
  /** One more role of the guild. @returns its id. */
  addRole(role: NewRole): string;
  /** Lets somebody speak in a channel who knows the address. @returns the path to post to, after `/api/v10`. */
  addWebhook(webhook: { channel: string; name: string }): string;
  /** Gives a member these roles, by id, in the place of those that they had. */
  setRoles(user: string, roles: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Starts a Discord-compatible server on 127.0.0.1: REST under `/api/v10`, the gateway over WebSocket, and a chat page.
 *
 * @throws BridgeError `local-port-taken`, `local-data-unreadable`, `local-data-newer`.
 */
export async function startLocalDiscord(options: LocalDiscordOptions): Promise<LocalDiscord> {
  const { clock, faults = new Faults(), onError = reportError } = options;
  const scope = new Scope();
  const here = { port: options.port, publish: (_dispatch: Dispatch): void => undefined };
  try {
    const world = openWorld({ dataFile: options.dataFile, clock, faults, scope, here });
    const gateway = new Gateway(world, { takesPeople: options.people !== 'later' });
    here.publish = (dispatch) => gateway.publish(dispatch);
    const { pageDirectory } = options;
    const rest = new RestServer({ world, routes, port: () => here.port, onError, pageDirectory });
    const server = createServer((request, response) => {
      rest.handle(request, response).catch((error: unknown) => {
        onError(error instanceof Error ? error : new Error(String(error)));
        response.destroy();
      });
    });
    upgradeToGateway(server, gateway, () => here.port);
    here.port = await listen(server, options.port);
    scope.defer('listener', () => {
      gateway.close(); // first: the listener waits for its sockets
      return stopListening(server);
    });
    faults.attach({
      dropConnections: (code) => gateway.dropConnections(code),
      requestReconnect: () => gateway.requestReconnect(),
      invalidateSessions: (resumable) => gateway.invalidateSessions(resumable),
      freezeConnections: () => gateway.freezeConnections(),
      muteConnections: () => gateway.muteConnections(),
      forgetNonces: () => world.messages.forgetNonces(),
      parentOf: (channel) => world.channels.get(channel)?.parent ?? undefined,
      stopListening: async () => {
        gateway.dropConnections(undefined);
        await stopListening(server);
      },
      listenAgain: async () => {
        await listen(server, here.port);
      },
    });
    return describe(world, { rest, gateway, port: here.port, scope });
  } catch (error) {
    await scope.close();
    throw error;
  }
}

interface Running {
  readonly rest: RestServer;
  readonly gateway: Gateway;
  readonly port: number;
  readonly scope: Scope;
}

function describe(world: World, { rest, gateway, port, scope }: Running): LocalDiscord {
  const { settings } = world;
  return {
    port,
    url: `${world.origin}/?key=${settings.pageKey}`,
    api: `${world.origin}/api`,
    botToken: settings.botToken,
    userToken: settings.userToken,
    userId: settings.userId,
    guildId: settings.guildId,
    unknownRoutes: rest.unknownRoutes,
    newChannelId: () => world.ids.next(),
    ensureChannel: (wanted) => ensureChannel(world, wanted),
    removeChannel: (id) => {
      const channel = world.channels.get(id);
      if (channel) removeChannel(world, channel);
    },
    letPeopleIn: () => {
      gateway.letPeopleIn();
    },
    addUser: (wanted) => {
      const { id, token } = addMember(world, wanted);
      return { id, token };
    },
    addRole: (wanted) => addRole(world, wanted).id,
    addWebhook: ({ channel, name }) => {
      const { id, token } = world.webhooks.put({ id: world.ids.next(), channel, name, token: newToken('local') });
      return `/webhooks/${id}/${token}`;
    },
    setRoles: (id, roles) => {
      const user = world.users.get(id);
      if (user) setRoles(world, user, roles);
    },
    close: () => scope.close(),
  };
}

function ensureChannel(world: World, wanted: { id?: string; name: string; topic?: string }): string {
  const { id, name, topic } = wanted;
  const wantedName = channelName(ChannelType.GuildText, name);
  const known =
    id === undefined
      ? world.channels
          .ofGuild()
          .find((channel) => channel.type === ChannelType.GuildText && channel.name === wantedName)
      : world.channels.getAny(id);
  const described = topic === undefined ? {} : { topic };
  if (!known) {
    return addChannel(world, { id: id ?? world.ids.next(), type: ChannelType.GuildText, name, ...described }).id;
  }
  if (known.removedAt !== undefined) {
    const { removedAt: _removedAt, ...channel } = known;
    return addChannel(world, { ...channel, name, ...described }).id;
  }
  if (known.name !== wantedName || (topic !== undefined && known.topic !== topic)) {
    updateChannel(world, { ...known, name: wantedName, ...described });
  }
  return known.id;
}

function upgradeToGateway(server: Server, gateway: Gateway, port: () => number): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, clientTracking: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // From here on the socket is ours; one that breaks is gone, and its close says so.
    socket.on('error', () => undefined);
    const path = request.url ?? '/';
    const url = new URL(URL.canParse(path, 'http://local') ? path : '/malformed', 'http://local');
    const encoding = url.searchParams.get('encoding') ?? 'json';
    const refusal = !isOwnCaller(request, port())
      ? '403 Forbidden'
      : url.pathname !== '/' || encoding !== 'json' || url.searchParams.has('compress')
        ? '400 Bad Request'
        : undefined;
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      gateway.accept(client, url.searchParams.get('v'), `ws://${request.headers.host ?? ''}`);
    });
  });
}

/** Listens on loopback and says on which port. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => {
      reject(
        systemErrorCode(cause) === 'EADDRINUSE'
          ? new BridgeError('local-port-taken', `Port ${port} on 127.0.0.1 is taken by another program.`, {
              advice: 'Set LOCAL_PORT to a free port, or end that program.',
              cause,
            })
          : cause,
      );
    };
    server.once('error', onError);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops listening and cuts what is connected; the gateway's sockets are closed by the gateway. */
async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function reportError(error: Error): void {
  process.stderr.write(`local-discord: ${error.stack ?? error.message}\n`);
}
