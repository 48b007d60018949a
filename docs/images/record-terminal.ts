// Records docs/images/terminal.svg: a real first run in a real terminal, as an animated picture.
// `npm run record` clones the last commit into a temporary directory, types the commands below there, and draws what
// tmux shows. Waiting is left out; nothing else is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { drawAnimation } from './terminal-svg.ts';
import type { Frame } from './terminal-svg.ts';

const repository = join(import.meta.dirname, '../..');
const columns = 108;
const rows = 26;
const prompt = /\$ $/;
/** What people read in the picture instead of the temporary directory and the one-time key. */
const shownHome = '/home/me';

/** A command (PROMPT stands for the id on the screen), how long its result is shown (ms), and how long it may take (ms). */
interface Step {
  readonly type: string;
  readonly showMs: number;
  readonly withinMs?: number;
  /** Whether the screen is cleared before it. */
  readonly isFresh?: boolean;
}

const steps: readonly Step[] = [
  { type: './start-bridge.sh', showMs: 5_000, withinMs: 300_000 },
  { type: 'export PATH="$PWD/bin:$PATH"; vai status', showMs: 4_000, isFresh: true },
  { type: 'vai send 1 ask', showMs: 1_800 },
  { type: 'vai prompts', showMs: 3_500 },
  { type: 'vai answer PROMPT allow', showMs: 2_500 },
  { type: 'dp 1 "the build is green"', showMs: 2_000, isFresh: true },
  { type: 'vai add-session new; vai list-sessions', showMs: 3_500 },
  { type: 'vai doctor', showMs: 5_000, isFresh: true },
  { type: './stop-bridge.sh', showMs: 4_000 },
];

// Short: lines are cut and wrapped by the length that they really have.
const home = realpathSync(mkdtempSync(join(tmpdir(), 'r-')));
const clone = join(home, 'claude-discord-bridge');
const socket = join(home, 'tmux.sock');

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

const tmux = (...args: readonly string[]): string => run('tmux', '-S', socket, '-f', '/dev/null', ...args);

function screen(): string {
  const shown = tmux('capture-pane', '-p', '-e', '-t', 'record').replaceAll(home, shownHome);
  if (shown.replaceAll('\n', '').includes(home)) throw new Error(`a line is wrapped within ${home}: more columns`);
  return shown.replace(/key=[\w-]+/g, 'key=…').trimEnd();
}

async function untilPrompt(withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    await sleep(150);
    if (prompt.test(tmux('capture-pane', '-p', '-t', 'record').trimEnd() + ' ')) return;
    if (Date.now() > deadline) throw new Error(`no prompt after ${withinMs} ms:\n${screen()}`);
  }
}

/** Types a command as a person would, and records how it looks. */
async function play({ type: wanted, showMs, withinMs = 60_000, isFresh = false }: Step): Promise<readonly Frame[]> {
  const type = wanted.replace('PROMPT', () => promptOnScreen());
  if (isFresh) {
    tmux('send-keys', '-t', 'record', 'C-l');
    await sleep(200);
  }
  const frames: Frame[] = [];
  for (let typed = 0; typed < type.length; typed += 8) {
    tmux('send-keys', '-t', 'record', '-l', type.slice(typed, typed + 8));
    await sleep(30);
    frames.push({ screen: screen(), showMs: 110 });
  }
  tmux('send-keys', '-t', 'record', 'Enter');
  await untilPrompt(withinMs);
  const exitCode = readFileSync(join(home, 'exit-code'), 'utf8').trim();
  if (exitCode !== '0') throw new Error(`"${type}" ended with exit code ${exitCode}:\n${screen()}`);
  frames.push({ screen: screen(), showMs });
  return frames;
}

/** The id of the request that `vai prompts` shows. */
function promptOnScreen(): string {
  const id = /^(\w{8}): session/m.exec(tmux('capture-pane', '-p', '-t', 'record'))?.[1];
  if (id === undefined) throw new Error(`no request on the screen:\n${screen()}`);
  return id;
}

function endEverything(): void {
  spawnSync(join(clone, 'bin/vai'), ['stop'], { env: { ...process.env, BRIDGE_HOME: clone } });
  spawnSync('tmux', ['-S', socket, 'kill-server']);
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

process.on('SIGINT', () => {
  endEverything();
  process.exit(130);
});

try {
  run('git', 'clone', '-q', repository, clone);
  mkdirSync(join(home, 'run'), { mode: 0o700 });
  const surroundings = [
    `HOME=${home}`,
    `XDG_RUNTIME_DIR=${join(home, 'run')}`,
    `PATH=${process.env['PATH'] ?? ''}`,
    'TERM=xterm-256color',
    'LANG=C.UTF-8',
    'AGENT=scripted',
    'LOCAL_PORT=0',
    `PROMPT_COMMAND=echo $? >${join(home, 'exit-code')}`,
    // npm's settings stay the user's: the way to the packages.
    `NPM_CONFIG_USERCONFIG=${process.env['NPM_CONFIG_USERCONFIG'] ?? join(homedir(), '.npmrc')}`,
    `NPM_CONFIG_CACHE=${process.env['NPM_CONFIG_CACHE'] ?? join(homedir(), '.npm')}`,
    `NODE_EXTRA_CA_CERTS=${process.env['NODE_EXTRA_CA_CERTS'] ?? ''}`,
    'PS1=\\[\\e[32m\\]\\w\\[\\e[0m\\] $ ',
  ];
  const shell = ['env', '-i', ...surroundings, 'bash', '--norc', '--noprofile'];
  tmux('new-session', '-d', '-s', 'record', '-x', `${columns}`, '-y', `${rows}`, '-c', clone, ...shell);
  await untilPrompt(10_000);
  const frames: Frame[] = [];
  for (const step of steps) frames.push(...(await play(step)));
  const svg = drawAnimation(frames, { columns, rows, title: 'A first run of claude-discord-bridge' });
  writeFileSync(join(import.meta.dirname, 'terminal.svg'), svg);
  console.log(`docs/images/terminal.svg: ${frames.length} frames, ${Math.round(svg.length / 1024)} kB`);
} finally {
  endEverything();
}
