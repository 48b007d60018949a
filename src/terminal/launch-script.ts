/** What the launch script needs to know. */
export interface Launch {
  readonly name: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly columns: number;
  readonly rows: number;
  /** Absolute path of the tmux program. */
  readonly tmux: string;
  readonly socket: string;
  /** What the program's new files are denied; undefined = what the terminal server's are. */
  readonly umask: number | undefined;
}

/** Variables that belong to the terminal or to the shell, whatever the caller's own terminal was. */
const notHandedOver = new Set([
  ...['TERM', 'TMUX', 'TMUX_PANE', 'COLUMNS', 'LINES', 'PWD', 'OLDPWD', 'SHLVL', '_'],
  // Read-only in some shells: setting one would end the script.
  ...['PPID', 'UID', 'EUID', 'GROUPS', 'BASHOPTS', 'SHELLOPTS', 'BASH_VERSINFO'],
]);

/**
 * Whether `sh` can set a variable of this name. Others (`BASH_FUNC_x%%`, `npm_config_a-b`) cannot be handed over
 * without showing their values in the arguments of a process, so they are left out.
 */
export function canHandOver(variable: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable) && !notHandedOver.has(variable);
}

/** Where the exit code of the wrapper `pid` is found after the program's end. */
export function exitFile(name: string, pid: number): string {
  return `${name}.${pid}.exit`;
}

/** Where its last screen is found. */
export function screenFile(name: string, pid: number): string {
  return `${name}.${pid}.screen`;
}

/** Whether a file was left by an earlier terminal of this name. */
export function isLeftover(file: string, name: string): boolean {
  return (
    file.startsWith(`${name}.`) && /^(\d+\.(exit|exit-new|screen)|launch|process)$/.test(file.slice(name.length + 1))
  );
}

/**
 * What tmux runs in the pane. It empties the environment before the launch script fills it: that one carries the
 * secrets, and no argument does. `label` is how the pane is known later.
 */
export function paneCommand(label: string, scriptPath: string): readonly string[] {
  const clear = 'exec env -i TERM="$TERM" TMUX="$TMUX" TMUX_PANE="$TMUX_PANE" /bin/sh "$1"';
  return ['/bin/sh', '-c', clear, label, scriptPath];
}

/**
 * The wrapper of a terminal's program. It outlives the program by a few milliseconds to write down how it ended:
 *
 * - The program is a foreground child, so it has the terminal, and signals are *caught* here, not ignored: caught
 *   ones are back to normal in the child, ignored ones would be inherited. So a hang-up or ^C ends the program, and
 *   the wrapper lives to record the code.
 * - The last screen is read by the wrapper itself while its pane still exists, before the exit file appears. That
 *   needs no `remain-on-exit` (whose exit status tmux 3.3a loses in up to 63 % of deaths), no pane that lingers, and
 *   works while nobody watches.
 * - The exit file is renamed into place: whoever sees it sees all of it. It carries the wrapper's process id, which is
 *   the pane's, so that no terminal is taken for an earlier one of the same name.
 */
export function launchScript(launch: Launch): string {
  const { name, directory } = launch;
  const base = quote(`${directory}/${name}.`);
  const exports = Object.entries(launch.environment)
    .filter(([variable]) => canHandOver(variable))
    .map(([variable, value]) => `export ${variable}=${quote(value)}`);
  return [
    // Not exported: only for finding programs when the environment names no PATH of its own.
    'PATH=/usr/bin:/bin',
    'rm -f -- "$0"',
    'trap : HUP INT QUIT TERM',
    '(',
    ...(launch.umask === undefined ? [] : [`umask ${launch.umask.toString(8).padStart(4, '0')}`]),
    `cd -- ${quote(launch.cwd)} || exit 126`,
    ...exports,
    `exec ${launch.argv.map(quote).join(' ')}`,
    ')',
    'code=$?',
    "trap '' HUP INT QUIT TERM",
    'umask 077',
    `end=${base}$$`,
    `${quote(launch.tmux)} -u -S ${quote(launch.socket)} capture-pane -p -t "$TMUX_PANE" >"$end.screen" 2>/dev/null`,
    'echo "$code" >"$end.exit-new" && mv -f "$end.exit-new" "$end.exit"',
    'exit "$code"',
    '',
  ].join('\n');
}

/** A word for `sh`: nothing inside single quotes has a meaning. */
function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
