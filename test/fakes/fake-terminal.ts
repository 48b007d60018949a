import { statSync } from 'node:fs';

import type { Cancel } from '../../src/base/clock.ts';
import { BridgeError } from '../../src/base/errors.ts';
import type { Terminal, TerminalDeath, TerminalInfo, TerminalKey, TerminalSpec } from '../../src/contracts/terminal.ts';

/** One thing a terminal was given, in order. */
export type FakeInput =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'keys'; readonly keys: readonly TerminalKey[] };

interface FakePane {
  readonly spec: TerminalSpec;
  readonly pid: number;
  readonly inputs: FakeInput[];
  screen: string;
}

/** The server and its panes: what outlives one `FakeTerminal`, as tmux outlives the bridge. */
export class FakeTerminalServer {
  readonly panes = new Map<string, FakePane>();
  readonly watchers = new Set<FakeTerminal>();
  #nextPid = 100_000;

  newPid(): number {
    return this.#nextPid++;
  }
}

/**
 * Terminals in memory. Keeps the promises of the contract: one of a name, exact names, deaths told once and only to
 * who watches. No program runs: what is typed is shown on the screen, as a terminal echoes it, until a test says what
 * the program would have done (`show`, `die`, `onInput`).
 */
export class FakeTerminal implements Terminal {
  readonly #server: FakeTerminalServer;
  readonly #watched = new Set<string>();
  readonly #deathListeners = new Set<(death: TerminalDeath) => void>();
  readonly #inputListeners = new Set<(name: string, input: FakeInput) => void>();
  readonly #failures: BridgeError[] = [];

  constructor(server: FakeTerminalServer = new FakeTerminalServer()) {
    this.#server = server;
    server.watchers.add(this);
  }

  // The contract.

  async create(spec: TerminalSpec): Promise<TerminalInfo> {
    this.#throwIfTold();
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(spec.name) || spec.argv.length === 0) {
      throw new BridgeError('terminal-spec-invalid', `"${spec.name}" cannot be made.`);
    }
    if (!statSync(spec.cwd, { throwIfNoEntry: false })?.isDirectory()) {
      throw new BridgeError('work-dir-missing', `The working directory "${spec.cwd}" does not exist.`);
    }
    if (this.#server.panes.has(spec.name)) {
      throw new BridgeError('terminal-exists', `There is a terminal "${spec.name}" already.`);
    }
    const pid = this.#server.newPid();
    this.#server.panes.set(spec.name, { spec, pid, inputs: [], screen: '' });
    this.#watched.add(spec.name);
    return { name: spec.name, pid };
  }

  async type(name: string, text: string): Promise<void> {
    this.#throwIfTold();
    const pane = this.#pane(name);
    if (text === '') return;
    pane.screen += text;
    this.#take(pane, { kind: 'text', text });
  }

  async keys(name: string, keys: readonly TerminalKey[]): Promise<void> {
    this.#throwIfTold();
    const pane = this.#pane(name);
    if (keys.length === 0) return;
    for (const key of keys) if (key === 'Enter') pane.screen += '\n';
    this.#take(pane, { kind: 'keys', keys });
  }

  async capture(name: string, options: { readonly history?: number } = {}): Promise<string> {
    const { screen, spec } = this.#pane(name);
    const rows = (spec.rows ?? 40) + (options.history ?? 0);
    return screen.replace(/\s+$/, '').split('\n').slice(-rows).join('\n');
  }

  async list(): Promise<readonly TerminalInfo[]> {
    return [...this.#server.panes].map(([name, { pid }]) => ({ name, pid }));
  }

  async kill(name: string): Promise<void> {
    for (const terminal of this.#server.watchers) terminal.#watched.delete(name);
    this.#server.panes.delete(name);
  }

  onDeath(listener: (death: TerminalDeath) => void): Cancel {
    this.#deathListeners.add(listener);
    return () => this.#deathListeners.delete(listener);
  }

  async adopt(name: string, _directory: string): Promise<TerminalInfo> {
    const { pid } = this.#pane(name);
    this.#watched.add(name);
    return { name, pid };
  }

  attachCommand(name: string): readonly string[] {
    return ['tmux', '-S', '/fake/tmux.sock', 'attach', '-t', `=${name}`];
  }

  async close(): Promise<void> {
    this.#server.watchers.delete(this);
    this.#watched.clear();
  }

  async shutdown(): Promise<void> {
    for (const name of [...this.#server.panes.keys()]) await this.kill(name);
  }

  // What tests say and see.

  /** What a terminal was made with. */
  spec(name: string): TerminalSpec {
    return this.#pane(name).spec;
  }

  /** Everything a terminal was given, in order. */
  inputs(name: string): readonly FakeInput[] {
    return this.#pane(name).inputs;
  }

  /** All text typed so far, without keys. */
  typed(name: string): string {
    return this.#pane(name)
      .inputs.map((input) => (input.kind === 'text' ? input.text : ''))
      .join('');
  }

  /** Replaces what the screen shows. */
  show(name: string, screen: string): void {
    this.#pane(name).screen = screen;
  }

  /** Hears every input after it was taken, to play the program. */
  onInput(listener: (name: string, input: FakeInput) => void): Cancel {
    this.#inputListeners.add(listener);
    return () => this.#inputListeners.delete(listener);
  }

  /** The program ends by itself. */
  die(name: string, exitCode: number | undefined, lastLines?: string): void {
    const { screen } = this.#pane(name);
    this.#server.panes.delete(name);
    const death = { name, exitCode, lastLines: lastLines ?? screen.replace(/\s+$/, '') };
    for (const terminal of [...this.#server.watchers]) {
      if (!terminal.#watched.delete(name)) continue;
      for (const listener of [...terminal.#deathListeners]) listener(death);
    }
  }

  /** The next `create`, `type` or `keys` fails with this error; several are used in order. */
  failNext(error: BridgeError): void {
    this.#failures.push(error);
  }

  #throwIfTold(): void {
    const error = this.#failures.shift();
    if (error) throw error;
  }

  #pane(name: string): FakePane {
    const pane = this.#server.panes.get(name);
    if (!pane) throw new BridgeError('terminal-gone', `There is no terminal "${name}".`);
    return pane;
  }

  #take(pane: FakePane, input: FakeInput): void {
    pane.inputs.push(input);
    for (const listener of [...this.#inputListeners]) listener(pane.spec.name, input);
  }
}
