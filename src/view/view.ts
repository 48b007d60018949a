import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import { runCommand, spawnProcess } from '../base/run-command.ts';
import type { BridgeStatus } from '../contracts/bridge-api.ts';
import { closeForsakenViews, viewSocket } from './forsaken-views.ts';
import type { CellSize } from './tile-layout.ts';
import { emptyTile, tileOf } from './tile.ts';
import type { Tile } from './tile.ts';
import { ViewServer } from './view-server.ts';

export interface ViewOptions {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Size of the terminal. */
  readonly size: CellSize;
  /** These sessions only. */
  readonly only: readonly number[] | undefined;
  /** The bridge as it is now; undefined while none runs. */
  readonly status: () => Promise<BridgeStatus | undefined>;
}

const lookEveryMs = 1000;

/** What the view's tmux and the programs in its tiles get of our environment. */
const handedOver = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TZ',
  'TMPDIR',
  'TERM',
  // A terminal may bring its own description: without it tmux does not know what TERM means.
  'TERMINFO',
  'TERMINFO_DIRS',
  'COLORTERM',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
];

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Shows the terminals of sessions as tiles on the terminal of this process, until the person leaves. Follows sessions
 * that come, go and start again. Gives the exit code.
 *
 * @throws BridgeError `session-unknown`, `no-session`, `tmux-too-old`, `view-failed`.
 */
export async function showView(first: BridgeStatus, options: ViewOptions): Promise<number> {
  const { only, size } = options;
  const unknown = only?.find((number) => !first.sessions.some((session) => session.number === number));
  if (unknown !== undefined) {
    throw new BridgeError('session-unknown', `There is no session ${unknown}.`, { advice: 'See: vai list-sessions' });
  }
  const environment = cleanEnvironment(options.environment);
  await demandTmux(environment);
  const directory = dirname(first.tmuxSocket);
  await closeForsakenViews(directory, environment);
  const socket = viewSocket(directory, process.pid);
  const server = new ViewServer({ socket, bridgeSocket: first.tmuxSocket, environment });
  const asked = new EndSignals(() => {
    // The client notices, gives the terminal back, and ends. Should this fail, the close at the end says so.
    server.close().catch(() => undefined);
  });
  try {
    // One row is the status line's.
    const tiles = tilesOf(first, only);
    await server.start(tiles, { columns: size.columns, rows: Math.max(1, size.rows - 1) });
    // Who asked for the end before the server was there has closed nothing.
    const code = asked.signal === undefined ? await show(server, tiles, environment, options) : null;
    if (asked.signal !== undefined) return 128 + constants.signals[asked.signal];
    return code === 0 ? 0 : 1;
  } catch (error) {
    // Or has closed it in the middle of its start.
    if (asked.signal === undefined) throw error;
    return 128 + constants.signals[asked.signal];
  } finally {
    await server.close();
    rmSync(socket, { force: true });
    // Last: a terminal that goes hangs up more than once, and what is left to do must be done all the same.
    asked.release();
  }
}

/** Hears the signals that ask for the end, from its making until its release. */
class EndSignals {
  readonly #listener: (name: NodeJS.Signals) => void;
  #signal: (typeof signals)[number] | undefined;

  constructor(onSignal: () => void) {
    this.#listener = (name) => {
      this.#signal = signals.find((one) => one === name);
      onSignal();
    };
    for (const name of signals) process.on(name, this.#listener);
  }

  /** The last one that came. */
  get signal(): (typeof signals)[number] | undefined {
    return this.#signal;
  }

  release(): void {
    for (const name of signals) process.off(name, this.#listener);
  }
}

/** Returns the exit code of the client that showed the tiles, null after a signal. */
async function show(
  server: ViewServer,
  tiles: readonly Tile[],
  environment: Readonly<Record<string, string>>,
  options: ViewOptions,
): Promise<number | null> {
  const ended = new AbortController();
  const client = spawnProcess('tmux', server.clientArguments(), { stdio: 'inherit', env: environment });
  const exit = once(client, 'exit').finally(() => {
    ended.abort();
  });
  await follow(server, tiles, options, ended.signal);
  const [code] = (await exit) as [number | null];
  return code;
}

/** Keeps the tiles as the sessions are, until the client has ended. */
async function follow(
  server: ViewServer,
  first: readonly Tile[],
  { clock, only, status }: ViewOptions,
  ended: AbortSignal,
): Promise<void> {
  let tiles = first;
  while (!ended.aborted) {
    // The sleep rejects for one reason only: the end, and the condition below sees it.
    await clock.sleep(lookEveryMs, ended).catch(() => undefined);
    const now = await status();
    if (now) tiles = tilesOf(now, only);
    try {
      await server.arrange(tiles, now ? undefined : 'The bridge is not running.');
    } catch (error) {
      // A view that is being closed refuses; one that is open for reasons that may pass (a terminal of no size).
      if (!(error instanceof BridgeError)) throw error;
    }
  }
}

function tilesOf({ sessions }: BridgeStatus, only: readonly number[] | undefined): readonly Tile[] {
  const tiles = sessions
    .filter(({ number }) => only?.includes(number) ?? true)
    .toSorted((one, other) => one.number - other.number)
    .map(tileOf);
  return tiles.length === 0 ? [emptyTile] : tiles;
}

function cleanEnvironment(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept = handedOver.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}

async function demandTmux(environment: Readonly<Record<string, string>>): Promise<void> {
  const { stdout } = await runCommand('tmux', ['-V'], { env: environment, timeoutMs: 5000 });
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined || Number(major) * 100 + Number(minor) >= 302) return;
  throw new BridgeError('tmux-too-old', `vai view needs tmux 3.2 or newer; this is ${stdout.trim()}.`, {
    advice: 'Look at one session at a time: vai attach N',
  });
}
