import { BridgeError } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';
import type { CellSize } from './tile-layout.ts';
import { dealTiles, tilesPerWindow } from './tile-layout.ts';
import type { Tile } from './tile.ts';
import {
  labelCommands,
  lineOf,
  listTiles,
  parseTiles,
  startCommands,
  tileProgram,
  viewSession,
} from './view-commands.ts';
import type { TilePane, TmuxCommand } from './view-commands.ts';

/** A step that hangs is tried again with the next look. */
const stepTimeoutMs = 5000;

export interface ViewServerOptions {
  /** Socket of the view's own server. */
  readonly socket: string;
  /** Socket of the bridge's server. */
  readonly bridgeSocket: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Owns the view's own tmux server: a tile for each session, in as many windows as it takes. Knows nothing about where
 * tiles come from, or about the terminal that shows them.
 */
export class ViewServer {
  readonly #options: ViewServerOptions;

  constructor(options: ViewServerOptions) {
    this.#options = options;
  }

  /** @throws BridgeError `view-failed`. */
  async start(tiles: readonly Tile[], size: CellSize): Promise<void> {
    const [first] = tiles;
    if (first === undefined) return;
    await this.#run(startCommands(first, this.#options.bridgeSocket, size));
    const [pane] = await this.#tiles();
    if (pane) await this.#run(labelCommands(pane.pane, first));
    await this.arrange(tiles, undefined);
  }

  /**
   * Makes the view show these tiles, in this order, and says what is the matter.
   *
   * @throws BridgeError `view-failed`, also when the server is gone.
   */
  async arrange(tiles: readonly Tile[], problem: string | undefined): Promise<void> {
    const windows = dealTiles(tiles, tilesPerWindow(await this.#size()));
    let present = await this.#tiles();
    if (!isAsWanted(present, windows)) {
      await this.#place(windows, present);
      present = await this.#tiles();
    }
    const byNumber = new Map(tiles.map((tile) => [tile.session, tile]));
    await this.#run([
      ...present.flatMap(({ pane, session, line }) => {
        const tile = byNumber.get(session);
        return tile === undefined || lineOf(tile) === line ? [] : labelCommands(pane, tile);
      }),
      ['set-option', '-g', '@problem', problem ?? ''],
    ]);
  }

  /** The arguments of the tmux client that shows the view; when the last one leaves, the server ends by itself. */
  clientArguments(): readonly string[] {
    const commands = [
      ['attach-session', '-t', `=${viewSession}`],
      [';'],
      ['set-option', '-s', 'exit-unattached', 'on'],
    ];
    return ['-u', '-S', this.#options.socket, ...commands.flat()];
  }

  /** Ends the server and everything in it; one that is gone is fine. */
  async close(): Promise<void> {
    await this.#tmux([['kill-server']]);
  }

  async #place(windows: readonly (readonly Tile[])[], present: readonly TilePane[]): Promise<void> {
    const wanted = new Set(windows.flat().map(({ session }) => session));
    const surplus = present.filter(({ session }) => !wanted.has(session));
    // A server without a window has no session either: the last tile goes when another one is there.
    const kept = surplus.length === present.length ? surplus.slice(0, 1) : [];
    await this.#run(surplus.filter((tile) => !kept.includes(tile)).map(({ pane }) => ['kill-pane', '-t', pane]));
    for (const [index, tiles] of windows.entries()) await this.#fill(index, tiles);
    await this.#run(kept.map(({ pane }) => ['kill-pane', '-t', pane]));
    for (const tiles of windows) await this.#order(tiles);
  }

  /** Brings the tiles of one window together, from wherever they are. */
  async #fill(index: number, tiles: readonly Tile[]): Promise<void> {
    for (const tile of tiles) {
      const present = await this.#tiles();
      const window = [...new Set(present.map((one) => one.window))][index];
      const there = present.find(({ session }) => session === tile.session);
      if (window === undefined) await this.#openWindow(tile, there);
      else if (there === undefined) await this.#add(['split-window', '-d', '-t', window], tile);
      else if (there.window !== window) await this.#run([['join-pane', '-d', '-s', there.pane, '-t', window]]);
      else continue;
      if (window !== undefined) await this.#run([['select-layout', '-t', window, 'tiled']]);
    }
  }

  async #openWindow(tile: Tile, there: TilePane | undefined): Promise<void> {
    if (there) await this.#run([['break-pane', '-d', '-s', there.pane]]);
    else await this.#add(['new-window', '-d', '-t', `=${viewSession}:`], tile);
  }

  async #add(command: TmuxCommand, tile: Tile): Promise<void> {
    const program = tileProgram(tile, this.#options.bridgeSocket);
    const pane = await this.#run([[...command, '-c', '/', '-P', '-F', '#{pane_id}', '--', ...program]]);
    await this.#run(labelCommands(pane.trim(), tile));
  }

  /** Sorts the tiles of a window: those that were brought from elsewhere stand at its end. */
  async #order(tiles: readonly Tile[]): Promise<void> {
    const present = await this.#tiles();
    const window = present.find(({ session }) => session === tiles[0]?.session)?.window;
    const order = present.filter((one) => one.window === window);
    for (const [index, { session }] of tiles.entries()) {
      const here = order[index];
      const at = order.findIndex((one) => one.session === session);
      const there = order[at];
      if (here === undefined || there === undefined || at === index) continue;
      await this.#run([['swap-pane', '-d', '-s', there.pane, '-t', here.pane]]);
      order[index] = there;
      order[at] = here;
    }
    if (window !== undefined) await this.#run([['select-layout', '-t', window, 'tiled']]);
  }

  async #size(): Promise<CellSize> {
    const answer = await this.#run([
      ['display-message', '-p', '-t', `=${viewSession}:`, '#{window_width} #{window_height}'],
    ]);
    const [columns = 80, rows = 24] = answer.trim().split(' ').map(Number);
    return { columns, rows };
  }

  async #tiles(): Promise<readonly TilePane[]> {
    return parseTiles(await this.#run([listTiles]));
  }

  async #run(commands: readonly TmuxCommand[]): Promise<string> {
    if (commands.length === 0) return '';
    const { exitCode, stdout, stderr } = await this.#tmux(commands);
    if (exitCode === 0) return stdout;
    throw new BridgeError('view-failed', `tmux refused a step of the view (${stderr.trim()}).`, {
      advice: 'Close it and try again; a single terminal is shown by: vai attach N',
    });
  }

  #tmux(commands: readonly TmuxCommand[]): ReturnType<typeof runCommand> {
    const words = commands.flatMap((command, index) => [...(index === 0 ? [] : [';']), ...command]);
    const { socket, environment } = this.#options;
    return runCommand('tmux', ['-u', '-f', '/dev/null', '-S', socket, ...words], {
      env: environment,
      timeoutMs: stepTimeoutMs,
    });
  }
}

function isAsWanted(present: readonly TilePane[], windows: readonly (readonly Tile[])[]): boolean {
  const shown = Map.groupBy(present, ({ window }) => window);
  const numbers = (tiles: readonly { readonly session: number }[]): string =>
    tiles.map(({ session }) => session).join();
  return [...shown.values()].map(numbers).join(';') === windows.map(numbers).join(';');
}
