import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type {
  Acknowledgement,
  AgentListener,
  AgentLook,
  AgentSpec,
  Delivered,
  RunningAgent,
} from '../../contracts/agent.ts';
import type { Terminal, TerminalDeath } from '../../contracts/terminal.ts';
import { canAcceptMessage, canSteer } from '../../model/agent.ts';
import type { AgentEvent, AgentState, WaitingFor } from '../../model/agent.ts';
import type { TurnInput } from '../../model/message.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import { TerminalPulse } from '../pulse/terminal-pulse.ts';
import type { AgentFiles, AgentStateFile } from './agent-files.ts';
import { DialogBook } from './dialog-book.ts';
import { EventFeed } from './event-feed.ts';
import type { EventHandlers } from './event-feed.ts';
import { lookUp } from './look-up.ts';
import { readStateFile } from './program-events.ts';
import type { ProgramEvents } from './program-events.ts';
import { promptText } from './prompt-text.ts';
import { PromptTyper } from './prompt-typer.ts';
import { TurnNews } from './turn-news.ts';
import type { TypedMessages } from './typed-messages.ts';

export interface ScriptedAgentOptions {
  readonly spec: AgentSpec;
  readonly agentSession: string;
  readonly listener: AgentListener;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: AgentFiles;
  readonly mailbox: Mailbox;
  readonly typed: TypedMessages;
}

/** Milliseconds until something that the listener refused is told again. */
const tellAgainMs = 1000;

/** Milliseconds until an interrupt has failed, and until its key is pressed once more. */
const interruptMs = 5000;
const pressAgainMs = 300;

/** Milliseconds for which the program waits for the confirmation of a prompt, and then some. */
const confirmMs = 3000;

/**
 * One process of the practice agent. Owns what is known about it and the ends of its mailbox and terminal; tells the
 * listener in the order in which things happened. Knows nothing about what the bridge makes of it.
 */
export class ScriptedAgent implements RunningAgent {
  readonly agentSession: string;
  readonly #options: ScriptedAgentOptions;
  readonly #typer: PromptTyper;
  readonly #feed: EventFeed;
  readonly #dialogs: DialogBook;
  readonly #turns: TurnNews;
  readonly #pulse: TerminalPulse;
  readonly #cancels: Cancel[] = [];
  #state: AgentState;
  #pid: number | undefined;
  /** A person ended it at its terminal. */
  #asked = false;
  /** `starting` and `recovering`: the listener learns of the state from the agent that it is given. */
  #phase: 'starting' | 'recovering' | 'running' | 'ended' = 'starting';
  #death: TerminalDeath | undefined;
  #onStarted: (() => void) | undefined;

  constructor(options: ScriptedAgentOptions) {
    this.#options = options;
    this.agentSession = options.agentSession;
    this.#state = stateOf('initializing', null, 'process', options.clock.now());
    const readState = (): AgentStateFile | undefined => readStateFile(options.files);
    this.#dialogs = new DialogBook({ directory: options.spec.directory, mailbox: options.mailbox, readState });
    // What it asks is told again after a restart, as long as it waits.
    const keeps = ({ id }: MailboxEvent): boolean => this.#dialogs.open === id;
    this.#feed = new EventFeed({ ...options, handlers: this.#handlers(), keeps });
    this.#typer = new PromptTyper({
      ...options,
      name: options.spec.terminal,
      readState,
    });
    const { terminal, spec } = options;
    const onGone = (): void => this.#died({ name: spec.terminal, exitCode: undefined, lastLines: '' });
    this.#pulse = new TerminalPulse({ terminal, name: spec.terminal, onGone });
    this.#turns = new TurnNews({ ...options, typer: this.#typer, tell: (event) => this.#tell(event) });
  }

  get handle(): string {
    return JSON.stringify({ agentSession: this.agentSession, pid: this.#pid });
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** How it ended, if it has. */
  get death(): TerminalDeath | undefined {
    return this.#death;
  }

  /** Takes what the program's own file says for true, until events say more. Comes before `listen`. */
  adopt(file: AgentStateFile): void {
    this.#phase = 'recovering';
    this.#pid = file.pid;
    this.#dialogs.opened(file.dialog?.id);
    this.#state = stateOf(file.status, file.dialog?.prompt ?? null, 'state-file', file.since);
  }

  /** Begins to hear of deaths, then of events: the recorded ones at once. */
  listen(): void {
    const { terminal, mailbox, spec } = this.#options;
    this.#cancels.push(
      terminal.onDeath((death) => {
        if (death.name === spec.terminal) this.#died(death);
      }),
    );
    mailbox.writeDaemonPid();
    this.#cancels.push(this.#feed.listen());
  }

  /** It is gone, found so at recovery: tells what became of its turn, and its end when a person asked for it. */
  conclude(): void {
    if (this.#feed.isHeldUp) return;
    this.#tellEnd();
    if (this.#asked) this.#tell({ kind: 'died', exitCode: undefined, lastLines: '', asked: true });
  }

  /** From now on the listener hears of states and of the death. */
  run(): void {
    this.#phase = 'running';
  }

  /** Resolves when the program has started (undefined), has died, or nothing came for `limitMs` (`timeout`). */
  async started(limitMs: number): Promise<TerminalDeath | 'timeout' | undefined> {
    const { clock } = this.#options;
    const outcome = await new Promise<'timeout' | undefined>((resolve) => {
      const cancel = clock.after(limitMs, () => resolve('timeout'));
      this.#onStarted = () => {
        cancel();
        resolve(undefined);
      };
      if (this.#death ?? this.#pid) this.#onStarted();
    });
    return this.#death ?? outcome;
  }

  async deliver(input: TurnInput, signal?: AbortSignal): Promise<Acknowledgement> {
    this.#refuseUnlessReady();
    return this.#typer.deliver(input.message, promptText(input, this.#options.spec.session), signal);
  }

  wasDelivered(message: string): Promise<Delivered> {
    return new Promise((resolve) => resolve(this.#lookUp(message)));
  }

  answer(promptId: string, answer: PromptAnswer): Promise<void> {
    return new Promise((resolve) => {
      this.#dialogs.answer(promptId, answer, this.#phase === 'running' ? this.#pid : undefined);
      resolve();
    });
  }

  async interrupt(): Promise<void> {
    const { terminal, spec, clock } = this.#options;
    const waited = new WatchedTime(clock);
    let pressedAt = -Infinity;
    // What is queued runs as soon as the turn before it is stopped: it is stopped as well.
    while (this.#phase === 'running' && !this.#death && this.#isAtWork()) {
      if (waited.elapsed() >= interruptMs) {
        throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.', {
          advice: 'Look at the terminal.',
        });
      }
      const now = clock.monotonic();
      if (now - pressedAt >= pressAgainMs) {
        await terminal.keys(spec.terminal, ['Escape']);
        pressedAt = now;
      }
      await clock.sleep(10);
    }
  }

  async look(): Promise<AgentLook | undefined> {
    const screen = await this.#pulse.look();
    return screen === undefined ? undefined : { screen };
  }

  async nudge(): Promise<void> {
    await this.#pulse.proceed(this.#pid);
    if (this.#phase === 'running') this.#options.mailbox.sweep();
  }

  async stop(): Promise<void> {
    const { terminal, spec, mailbox } = this.#options;
    this.#phase = 'ended';
    await terminal.kill(spec.terminal);
    mailbox.sweep();
    this.#closeDialog();
    await this.detach();
  }

  async detach(): Promise<void> {
    const { mailbox } = this.#options;
    this.#phase = 'ended';
    this.#typer.end();
    for (const cancel of this.#cancels.splice(0)) cancel();
    rmSync(join(mailbox.directory, 'daemon.pid'), { force: true });
    await mailbox.close();
  }

  /** By its own file, and by what was told. */
  #isAtWork(): boolean {
    const status = readStateFile(this.#options.files)?.status;
    return status === 'busy' || status === 'waiting' || !canAcceptMessage(this.#state);
  }

  #lookUp(message: string): Delivered {
    if (this.#phase === 'running') this.#options.mailbox.sweep();
    return lookUp({ ...this.#options, pid: this.#death ? undefined : this.#pid }, message);
  }

  #refuseUnlessReady(): void {
    const { session } = this.#options.spec;
    if (this.#phase !== 'running' || this.#death) {
      throw new BridgeError('agent-gone', `The agent of session ${session} has ended.`);
    }
    if (!(canAcceptMessage(this.#state) || canSteer(this.#state)) || this.#typer.busy) {
      throw new BridgeError('agent-not-idle', `The agent of session ${session} is ${this.#state.activity}.`);
    }
  }

  #handlers(): EventHandlers {
    const current = (generation: number): boolean => generation === this.#options.spec.generation;
    return {
      started: (event, { generation }) => {
        if (!current(generation)) return;
        this.#pid = event.pid;
        this.#become('idle', null, event, generation);
        this.#onStarted?.();
      },
      prompt: (event, content) => this.#prompted(event, content),
      taken: (_, content) => this.#turns.taken(content),
      text: (event, { turn, text }) => this.#tell({ kind: 'text', turn, key: event.id, text }),
      end: (event, content) => {
        this.#turns.ended(content);
        if (!content.next) this.#become('idle', null, event, content.generation);
      },
      dialog: (event, { generation, ...dialog }) => {
        const { prompt } = dialog;
        this.#tell({ kind: 'prompt-opened', id: this.#dialogs.promptId(event.id), ...dialog });
        if (current(generation)) this.#dialogs.opened(event.id);
        this.#become('waiting', prompt, event, generation);
      },
      'dialog-closed': (event, { dialog, by, generation }) => {
        this.#tell({ kind: 'prompt-closed', id: this.#dialogs.promptId(dialog), by });
        this.#dialogs.closed(dialog);
        this.#options.mailbox.release({ id: dialog, pid: event.pid });
        this.#options.mailbox.remove([dialog]);
        this.#become('busy', null, event, generation);
      },
      leaving: (_, { turn, generation }) => {
        this.#asked = current(generation);
        if (turn === null) return;
        this.#turns.ended({ turn, outcome: 'interrupted', reason: 'the agent was ended at its terminal' });
      },
    };
  }

  #prompted(event: MailboxEvent, content: ProgramEvents['prompt']): void {
    const { spec, clock } = this.#options;
    const { turn, queued, generation } = content;
    const waits = generation === spec.generation && clock.now() - event.at < confirmMs && !this.#death;
    const accepted = this.#turns.prompted(event, content, waits);
    if (!accepted) {
      this.#typer.resolve({ kind: 'garbled' });
      return;
    }
    if (!queued) this.#become('busy', null, event, generation);
    const { message } = accepted;
    if (message !== undefined) this.#typer.resolve({ kind: 'accepted', message, turn, queued });
  }

  /** A new state, unless it is one of an earlier process. */
  #become(
    activity: AgentState['activity'],
    waitingFor: WaitingFor | null,
    event: MailboxEvent,
    generation: number,
  ): void {
    if (generation !== this.#options.spec.generation) return;
    this.#state = stateOf(activity, waitingFor, 'hook', event.at);
    if (this.#phase === 'running') this.#tell({ kind: 'state', state: this.#state });
  }

  #died(death: TerminalDeath): void {
    if (this.#death || this.#phase === 'ended') return;
    this.#options.mailbox.sweep();
    this.#death = death;
    this.#typer.resolve({ kind: 'dead' });
    this.#onStarted?.();
    if (this.#phase === 'running') this.#tellDeath(death);
  }

  /** Tells the death, behind everything that was told before it. */
  #tellDeath({ exitCode, lastLines, ...death }: TerminalDeath): void {
    try {
      if (this.#feed.isHeldUp) throw new Error('waits behind an earlier event');
      this.#tellEnd();
      this.#tell({ kind: 'died', exitCode, lastLines, asked: this.#asked });
    } catch (error) {
      const { log, clock, spec } = this.#options;
      log.error({ session: spec.session, error }, 'a death could not be handled; it is told again');
      this.#cancels.push(clock.after(tellAgainMs, () => this.#tellDeath({ exitCode, lastLines, ...death })));
    }
  }

  /** The agent is gone, and with it what it asked, and its turn. */
  #tellEnd(): void {
    this.#closeDialog();
    this.#turns.agentEnded();
  }

  #closeDialog(): void {
    const { open } = this.#dialogs;
    if (open === undefined) return;
    this.#tell({ kind: 'prompt-closed', id: this.#dialogs.promptId(open), by: 'agent-ended' });
    this.#dialogs.closed(open);
    this.#options.listener.flush();
    this.#options.mailbox.remove([open]);
  }

  #tell(event: AgentEvent): void {
    this.#options.listener.onEvent(event);
  }
}

function stateOf(
  activity: AgentState['activity'],
  waitingFor: WaitingFor | null,
  source: AgentState['source'],
  since: number,
): AgentState {
  return { activity, waitingFor, source, since };
}
