import type { CellSize } from './tile-layout.ts';
import type { Tile } from './tile.ts';

/** One tmux command with its arguments. */
export type TmuxCommand = readonly string[];

/** The tmux session that people look at, on the view's own server. */
export const viewSession = 'view';

/** A session that the bridge's server always has and nobody looks at; see terminal/tmux-names. */
const hub = 'HUB';

/**
 * Holds the sizes. A tile is smaller than the agent's window, and tmux would shrink the window to the smallest or latest
 * client that looks at it; the agent would draw itself anew, for everybody. Tiles attach with `ignore-size`, which tmux
 * honours only while some client without that flag is there: this one, which has no size at all. It lives in the view's
 * server, so it ends with the view however that ends. It must not start a server (`-N`), as attaching does by itself: one
 * that comes and goes on the bridge's socket is in the way of a bridge that is starting.
 */
const anchorScript = `unset TMUX TMUX_PANE
while :; do
  tmux -N -S "$1" -C attach-session -f no-output -t "=$2" >/dev/null 2>&1
  sleep 0.5
done`;

/**
 * Shows one terminal for as long as the view lives, again whenever it comes back, and never before the sizes are held.
 * Starts no server either.
 */
const tileScript = `unset TMUX TMUX_PANE
while :; do
  if tmux -S "$1" list-clients -F '#{client_flags}' 2>/dev/null | grep -qv ignore-size; then
    tmux -N -u -S "$1" attach-session -f ignore-size -t "=$2" 2>/dev/null
    printf '\\033[H\\033[2JThis terminal is not there now. It appears here when it is back.\\n'
  fi
  sleep 0.2
done`;

const emptyScript = `while :; do sleep 3600; done`;

/** The program in a tile. */
export function tileProgram(tile: Tile, bridgeSocket: string): readonly string[] {
  return tile.session === 0
    ? ['sh', '-c', emptyScript]
    : ['sh', '-c', tileScript, 'vai-view-tile', bridgeSocket, tile.terminal];
}

/** What makes the view's server: its options, the anchor, and the first window with the first tile. */
export function startCommands(tile: Tile, bridgeSocket: string, size: CellSize): readonly TmuxCommand[] {
  const cells = ['-x', String(size.columns), '-y', String(size.rows)];
  const anchor = ['sh', '-c', anchorScript, 'vai-view-anchor', bridgeSocket, hub];
  return [
    ['start-server'],
    ['set-option', '-s', 'exit-empty', 'off'],
    ['set-option', '-s', 'escape-time', '10'],
    ...Object.entries(options).map(([name, value]) => ['set-option', '-g', name, value]),
    ...keyCommands,
    ['new-session', '-d', '-s', 'anchor', '-x', '80', '-y', '24', '-c', '/', '--', ...anchor],
    ['new-session', '-d', '-s', viewSession, ...cells, '-c', '/', '--', ...tileProgram(tile, bridgeSocket)],
  ];
}

/** Values of options are shown as they are; only what stands here is a format. */
const borderFormat = '#{?pane_active,#[bold],} #{@title} #[fg=#{@colour}]#{@state}#[default] ';

const statusFormat =
  '#{?@problem, #{@problem} ,}#{?#{e|>:#{session_windows},1}, Too many for one window: #{window_index} of #{session_windows} (C-b n: next) ,}';

const options: Readonly<Record<string, string>> = {
  'default-terminal': 'screen-256color',
  'update-environment': '',
  'base-index': '1',
  'renumber-windows': 'on',
  'window-size': 'latest',
  mouse: 'on',
  'allow-rename': 'off',
  'automatic-rename': 'off',
  'history-limit': '0',
  'pane-border-status': 'top',
  'pane-border-format': borderFormat,
  'pane-active-border-style': 'fg=green',
  'window-status-format': '',
  'window-status-current-format': '',
  'status-interval': '0',
  'status-left-length': '100',
  'status-left': statusFormat,
  'status-right-length': '100',
  'status-right': ' C-b z: one tile alone, C-b d: leave ',
};

/** Only what a view is for: nobody opens a shell in it by mistake. */
const keyCommands: readonly TmuxCommand[] = [
  ['unbind-key', '-a', '-T', 'prefix'],
  ['bind-key', 'C-b', 'send-prefix'],
  ['bind-key', 'd', 'detach-client'],
  ['bind-key', 'z', 'resize-pane', '-Z'],
  ['bind-key', 'o', 'select-pane', '-t', ':.+'],
  ['bind-key', 'n', 'next-window'],
  ['bind-key', 'p', 'previous-window'],
  ['bind-key', 'Up', 'select-pane', '-U'],
  ['bind-key', 'Down', 'select-pane', '-D'],
  ['bind-key', 'Left', 'select-pane', '-L'],
  ['bind-key', 'Right', 'select-pane', '-R'],
  ...['MouseDown3Pane', 'M-MouseDown3Pane', 'MouseDown3Status', 'MouseDown3StatusLeft'].map((key) => [
    'unbind-key',
    '-n',
    key,
  ]),
];

/** A tile as the view's server has it. */
export interface TilePane {
  /** `%3` */
  readonly pane: string;
  /** `@1` */
  readonly window: string;
  readonly session: number;
  /** What its line says now. */
  readonly line: string;
}

export const listTiles: TmuxCommand = [
  'list-panes',
  ...['-s', '-t', `=${viewSession}`],
  ...['-F', '#{window_id} #{pane_id} #{@session} #{@title}\t#{@state}\t#{@colour}'],
];

/** The answer to `listTiles`, in the order of the screen. */
export function parseTiles(output: string): readonly TilePane[] {
  return output.split('\n').flatMap((line) => {
    const [, window, pane, session, text] = /^(@\d+) (%\d+) (\d*) (.*)$/.exec(line) ?? [];
    if (window === undefined || pane === undefined || text === undefined) return [];
    return [{ window, pane, session: Number(session), line: text }];
  });
}

/** What the line above a tile says, as `listTiles` tells it. */
export function lineOf({ title, state, colour }: Tile): string {
  return `${title}\t${state}\t${colour}`;
}

/** Writes the line above a tile, and whose it is. */
export function labelCommands(pane: string, { session, title, state, colour }: Tile): readonly TmuxCommand[] {
  return Object.entries({ '@session': String(session), '@title': title, '@state': state, '@colour': colour }).map(
    ([name, value]) => ['set-option', '-p', '-t', pane, name, value],
  );
}
