import type { TerminalKey } from '../contracts/terminal.ts';

/** One tmux command with its arguments, unquoted. */
export type TmuxCommand = readonly string[];

/** A pane that runs one of our terminals, as `list-panes` tells it. */
export interface Pane {
  readonly name: string;
  /** `$3`: never given twice by one server. */
  readonly sessionId: string;
  /** `%3`: never given twice by one server. */
  readonly paneId: string;
  readonly pid: number;
  /** How many people look at it. */
  readonly viewers: number;
  /** Present size, `120x40`. */
  readonly size: string;
  /** Size it was made with, `120x40`. */
  readonly madeWith: string;
}

/**
 * Bytes of text in one `send-keys`: a tmux client cannot send more than 16 kB to its server as arguments
 * ("command too long", tmux 3.3a), the other words included.
 */
export const maxTextBytes = 14_000;

/** Bytes of all words of one tmux process, with room for the message's own header. */
const maxSpawnBytes = 15_500;

/**
 * A command as one line for a control client. Every byte that is not a letter, digit or dash becomes `\ooo`: that is
 * the only quoting that survived all bytes (escaping `\ " $` alone fails on a leading `~`, among others).
 */
export function controlLine(command: TmuxCommand): string {
  return command.map((word) => (/^[A-Za-z0-9-]+$/.test(word) ? word : quoteOctal(word))).join(' ');
}

/** Several commands as the arguments of one tmux process. */
export function spawnArguments(commands: readonly TmuxCommand[]): readonly string[] {
  return commands.flatMap((command, index) => [...(index === 0 ? [] : [';']), ...command.map(escapeSemicolon)]);
}

/** Groups commands so that each group fits into the arguments of one tmux process; keeps the order. */
export function batches(commands: readonly TmuxCommand[]): readonly (readonly TmuxCommand[])[] {
  const groups: TmuxCommand[][] = [];
  let room = 0;
  for (const command of commands) {
    const size = command.reduce((sum, word) => sum + Buffer.byteLength(word) + 2, 2);
    if (groups.length === 0 || size > room) {
      groups.push([]);
      room = maxSpawnBytes;
    }
    groups.at(-1)?.push(command);
    room -= size;
  }
  return groups;
}

/** Cuts a text into pieces of at most `maxBytes` UTF-8 bytes, never inside a character. */
export function splitText(text: string, maxBytes: number = maxTextBytes): readonly string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > maxBytes && piece.length > 0) {
      pieces.push(piece.join(''));
      piece = [];
      size = 0;
    }
    piece.push(character);
    size += bytes;
  }
  if (piece.length > 0) pieces.push(piece.join(''));
  return pieces;
}

/**
 * Takes a pane out of copy mode and the like. Somebody at the desk may have scrolled back: keys typed then would be
 * commands of that mode and never reach the program.
 */
export function leaveModes(paneId: string): TmuxCommand {
  return ['copy-mode', '-q', '-t', paneId];
}

/** Types text literally. A pane id is an exact target, also when somebody split the window. */
export function sendText(paneId: string, text: string): TmuxCommand {
  return ['send-keys', '-l', '-t', paneId, '--', text];
}

export function sendKeys(paneId: string, keys: readonly TerminalKey[]): TmuxCommand {
  return ['send-keys', '-t', paneId, '--', ...keys];
}

export function capturePane(paneId: string, history: number): TmuxCommand {
  return ['capture-pane', '-p', '-t', paneId, ...(history > 0 ? ['-S', String(-history)] : [])];
}

/** Gives a pane nobody looks at its size back, and lets the next person who attaches decide again. */
export function restoreSize(pane: Pane): readonly TmuxCommand[] {
  const [columns = '', rows = ''] = pane.madeWith.split('x');
  return [
    ['resize-window', '-t', pane.paneId, '-x', columns, '-y', rows],
    ['set-option', '-w', '-u', '-t', pane.paneId, 'window-size'],
  ];
}

export function killSession(sessionId: string): TmuxCommand {
  return ['kill-session', '-t', sessionId];
}

/** How a pane says that it is a terminal of ours: a word of its start command, which tmux keeps as long as the pane. */
export function paneLabel(name: string, columns: number, rows: number): string {
  return `bridge-terminal:${name}:${columns}x${rows}`;
}

const paneFormat =
  '#{session_id} #{pane_id} #{pane_pid} #{session_attached} #{window_width}x#{window_height} #{session_name}:#{pane_start_command}';

/** Asks for every pane of every session in one question. */
export const listPanes: TmuxCommand = ['list-panes', '-a', '-F', paneFormat];

/** What one look at a pane tells: enough to see who is gone, at a third of the cost of `listPanes`. */
export interface PaneLook {
  readonly pid: number;
  /** How many people look at it. */
  readonly viewers: number;
  /** Present size, `120x40`. */
  readonly size: string;
}

/** Looks at every pane of every session in one question. */
export const lookAtPanes: TmuxCommand = [
  'list-panes',
  '-a',
  '-F',
  '#{pane_pid} #{session_attached} #{window_width}x#{window_height}',
];

/** Makes a detached session. Its working directory is not given to tmux, which would expand formats in it. */
export function newSession(name: string, columns: number, rows: number, argv: readonly string[]): TmuxCommand {
  const size = ['-x', String(columns), '-y', String(rows)];
  return ['new-session', '-d', '-s', name, ...size, '-c', '/', '-P', '-F', paneFormat, '--', ...argv];
}

const paneLine = /^(\$\d+) (%\d+) (\d+) (\d+) (\d+x\d+) ([^:]*):.*?\bbridge-terminal:([a-z0-9-]+):(\d+x\d+)\b/;

/**
 * The panes of our terminals in an answer to `listPanes`; others (the hub, what people split off) are left out. A
 * window that is linked into a second session is listed twice: the session of the terminal's own name counts, and
 * everybody who looks through the other one is a viewer too.
 */
export function parsePanes(output: string): readonly Pane[] {
  const panes = new Map<string, Pane>();
  for (const line of output.split('\n')) {
    const [, sessionId, paneId, pid, viewers, size, sessionName, name, madeWith] = paneLine.exec(line) ?? [];
    if (!sessionId || !paneId || !pid || !viewers || !size || !name || !madeWith) continue;
    const known = panes.get(name);
    panes.set(name, {
      name,
      sessionId: known && sessionName !== name ? known.sessionId : sessionId,
      paneId,
      pid: Number(pid),
      viewers: Number(viewers) + (known?.viewers ?? 0),
      size,
      madeWith,
    });
  }
  return [...panes.values()];
}

/** The panes in an answer to `lookAtPanes`, ours and others; one that is in two sessions has the viewers of both. */
export function parseLook(output: string): readonly PaneLook[] {
  const looks = new Map<number, PaneLook>();
  for (const line of output.split('\n')) {
    const [pid, viewers, size] = line.split(' ');
    if (!pid || !viewers || !size) continue;
    const known = looks.get(Number(pid));
    looks.set(Number(pid), { pid: Number(pid), viewers: Number(viewers) + (known?.viewers ?? 0), size });
  }
  return [...looks.values()];
}

/** What a tmux error message says about the world. */
export function classifyRefusal(message: string): 'no-server' | 'no-session' | 'no-target' | 'duplicate' | 'other' {
  if (/^(no server running|error connecting to .*(No such file|Connection refused))/m.test(message)) return 'no-server';
  if (/^(lost server|server exited)/m.test(message)) return 'no-server';
  if (/^(no current target|no sessions)/m.test(message)) return 'no-session';
  if (/^can't find (pane|session|window)/m.test(message)) return 'no-target';
  if (message.startsWith('duplicate session')) return 'duplicate';
  return 'other';
}

function quoteOctal(word: string): string {
  let quoted = '';
  for (const byte of Buffer.from(word)) {
    const plain = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    quoted += plain || byte === 0x20 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${quoted}"`;
}

/** As an argument of the tmux program, a final `;` would end the command. */
function escapeSemicolon(word: string): string {
  return word.endsWith(';') ? `${word.slice(0, -1)}\\;` : word;
}
