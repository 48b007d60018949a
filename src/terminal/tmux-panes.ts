import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import type { WatchedTerminal } from './death-watch.ts';
import {
  classifyRefusal,
  killSession,
  listPanes,
  lookAtPanes,
  parseLook,
  parsePanes,
  restoreSize,
} from './tmux-commands.ts';
import type { Pane, PaneLook, TmuxCommand } from './tmux-commands.ts';
import type { TmuxConnection } from './tmux-connection.ts';

export interface TmuxPanesOptions {
  readonly connection: Pick<TmuxConnection, 'run' | 'epoch'>;
  readonly log: Log;
}

/**
 * Which pane belongs to which terminal. Owns what was learned in the connection's present epoch; in another one the
 * same pane id may mean another pane, so then it is asked again.
 */
export class TmuxPanes {
  readonly #connection: TmuxPanesOptions['connection'];
  readonly #log: Log;
  #known: { readonly epoch: number; readonly byName: Map<string, Pane> } | undefined;
  readonly #questions = new SerialQueue();
  /** The question that has not been sent yet. */
  #next: Promise<readonly Pane[] | undefined> | undefined;

  constructor({ connection, log }: TmuxPanesOptions) {
    this.#connection = connection;
    this.#log = log;
  }

  /** All panes of our terminals; none when there is no server. @throws BridgeError `terminal-unreachable`. */
  async list(): Promise<readonly Pane[]> {
    const panes = await this.#ask();
    if (panes) return panes;
    throw new BridgeError('terminal-unreachable', 'tmux does not answer.', { advice: 'See the log of the bridge.' });
  }

  /**
   * All panes in short, also those of others; undefined when tmux does not answer. Gives panes their size back that
   * people left with another one.
   */
  async look(): Promise<readonly PaneLook[] | undefined> {
    const { epoch } = this.#connection;
    // Another server, perhaps: whose pane is whose has to be learned again.
    if (epoch !== undefined && this.#known?.epoch !== epoch) return this.#ask();
    const answer = await this.#query(lookAtPanes);
    if (answer === undefined) return undefined;
    const looks = parseLook(answer);
    this.#restoreSizes(looks);
    return looks;
  }

  /**
   * As `list`, but undefined when tmux does not answer. While one question is under way, all who come share the next
   * one: a start with hundreds of terminals asks twice, not hundreds of times.
   */
  #ask(): Promise<readonly Pane[] | undefined> {
    this.#next ??= this.#questions.run(() => {
      this.#next = undefined;
      return this.#askTmux();
    });
    return this.#next;
  }

  async #askTmux(): Promise<readonly Pane[] | undefined> {
    const answer = await this.#query(listPanes);
    if (answer === undefined) return undefined;
    const panes = parsePanes(answer);
    for (const pane of panes) this.learn(pane);
    return panes;
  }

  /** One line for each pane; nothing without a server, and of one that has not a single session. */
  async #query(command: TmuxCommand): Promise<string | undefined> {
    const reply = await this.#connection.run([command], { repeatable: true });
    if (reply.kind === 'done') return reply.output;
    if (reply.kind === 'no-server') return '';
    if (reply.kind === 'refused' && classifyRefusal(reply.message) === 'no-session') return '';
    this.#log.warn({ reason: reply.message }, 'tmux could not list its panes');
    return undefined;
  }

  /** The pane of a terminal, from memory or by asking; undefined when there is none. */
  async find(name: string): Promise<Pane | undefined> {
    const known = this.#known?.epoch === this.#connection.epoch ? this.#known?.byName.get(name) : undefined;
    return known ?? (await this.list()).find((pane) => pane.name === name);
  }

  learn(pane: Pane): void {
    const { epoch } = this.#connection;
    if (epoch === undefined) {
      this.#known = undefined;
      return;
    }
    if (this.#known?.epoch !== epoch) this.#known = { epoch, byName: new Map() };
    this.#known.byName.set(pane.name, pane);
  }

  forget(name: string): void {
    this.#known?.byName.delete(name);
  }

  /** Closes the tmux session of a terminal whose program has ended, so that its name is free. */
  async free(terminal: WatchedTerminal): Promise<void> {
    this.forget(terminal.name);
    const { epoch } = this.#connection;
    if (terminal.epoch !== undefined && terminal.epoch === epoch) {
      await this.close(terminal.sessionId);
      return;
    }
    const pane = (await this.list()).find(({ pid }) => pid === terminal.process.pid);
    if (pane) await this.close(pane.sessionId);
  }

  /** Closes a tmux session. One that is gone is fine. */
  async close(sessionId: string): Promise<void> {
    await this.#connection.run([killSession(sessionId)], { repeatable: true });
  }

  #restoreSizes(looks: readonly PaneLook[]): void {
    const { epoch } = this.#connection;
    if (epoch === undefined || this.#known?.epoch !== epoch) return;
    const byPid = new Map([...this.#known.byName.values()].map((pane) => [pane.pid, pane]));
    const commands = looks.flatMap(({ pid, viewers, size }) => {
      const pane = byPid.get(pid);
      return pane && viewers === 0 && size !== pane.madeWith ? restoreSize(pane) : [];
    });
    if (commands.length === 0) return;
    this.#connection.run(commands, { repeatable: true }).catch((error: unknown) => {
      this.#log.warn({ error }, 'the size of a terminal could not be restored');
    });
  }
}
