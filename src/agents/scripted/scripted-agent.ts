import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Acknowledgement, AgentListener, AgentSpec, Delivered, RunningAgent } from '../../contracts/agent.ts';
import type { Terminal, TerminalDeath } from '../../contracts/terminal.ts';
import { canAcceptMessage } from '../../model/agent.ts';
import type { AgentEvent, AgentState, WaitingFor } from '../../model/agent.ts';
import type { TurnInput } from '../../model/message.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import type { AgentFiles, AgentStateFile } from './agent-files.ts';
import { textHash } from './history.ts';
import { programEvents, readHistoryFile, readStateFile } from './program-events.ts';
import type { ProgramEvents } from './program-events.ts';
import { containsTyping, promptText } from './prompt-text.ts';
import { PromptTyper } from './prompt-typer.ts';
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
  readonly #answered = new Set<string>();
  readonly #cancels: Cancel[] = [];
  #state: AgentState;
  #pid: number | undefined;
  /** The event of the dialog that is open. */
  #dialog: string | undefined;
  /** The event that the listener refused; the later ones wait behind it. */
  #refused: string | undefined;
  /** `starting` and `recovering`: the listener learns of the state from the agent that it is given. */
  #phase: 'starting' | 'recovering' | 'running' | 'ended' = 'starting';
  #death: TerminalDeath | undefined;
  #onStarted: (() => void) | undefined;

  constructor(options: ScriptedAgentOptions) {
    this.#options = options;
    this.agentSession = options.agentSession;
    this.#state = stateOf('initializing', null, 'process', options.clock.now());
    this.#typer = new PromptTyper({
      ...options,
      name: options.spec.terminal,
      readState: () => readStateFile(options.files),
    });
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
    this.#dialog = file.dialog?.id;
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
    this.#cancels.push(mailbox.listen((event) => this.#hear(event)));
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
      this.#answer(promptId, answer);
      resolve();
    });
  }

  async interrupt(): Promise<void> {
    const { terminal, spec } = this.#options;
    if (this.#state.activity === 'busy' || this.#state.activity === 'waiting') {
      await terminal.keys(spec.terminal, ['Escape']);
    }
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

  #lookUp(message: string): Delivered {
    const { mailbox, typed, files } = this.#options;
    if (this.#phase === 'running') mailbox.sweep();
    const known = typed.get(message);
    if (!known) return { delivered: 'no' };
    if (known.turn !== null) return { delivered: 'yes', turn: known.turn };
    const history = readHistoryFile(files, this.agentSession);
    const read = history?.messages.find(({ hash, at }) => hash === known.hash && at >= known.at);
    return read ? { delivered: 'yes', turn: read.turn } : { delivered: 'no' };
  }

  #answer(promptId: string, answer: PromptAnswer): void {
    const dialog = this.#openDialog(promptId);
    if (dialog === undefined || this.#answered.has(promptId)) {
      throw new BridgeError('prompt-gone', `The agent does not wait for prompt "${promptId}" any more.`, {
        advice: 'See what is open: vai prompts.',
      });
    }
    this.#answered.add(promptId);
    this.#options.mailbox.answer(dialog, { ...answer });
  }

  /** The dialog of a prompt while the program shows it; undefined when it does not, or not any more. */
  #openDialog(promptId: string): string | undefined {
    if (this.#phase !== 'running' || this.#dialog === undefined || this.#promptId(this.#dialog) !== promptId) {
      return undefined;
    }
    // The file shows the end of a dialog before we are told.
    const file = readStateFile(this.#options.files);
    return file?.pid === this.#pid && file?.dialog?.id === this.#dialog ? this.#dialog : undefined;
  }

  #refuseUnlessReady(): void {
    const { session } = this.#options.spec;
    if (this.#phase !== 'running' || this.#death) {
      throw new BridgeError('agent-gone', `The agent of session ${session} has ended.`);
    }
    if (!canAcceptMessage(this.#state) || this.#typer.busy) {
      throw new BridgeError('agent-not-idle', `The agent of session ${session} is ${this.#state.activity}.`);
    }
  }

  #hear(event: MailboxEvent): void {
    if (this.#refused !== undefined && this.#refused !== event.id) throw new Error('waits behind an earlier event');
    this.#refused = event.id; // Whoever throws below leaves it here.
    this.#take(event);
    this.#refused = undefined;
    this.#options.mailbox.remove([event.id]);
  }

  #take(event: MailboxEvent): void {
    const kind = event.kind;
    if (!isProgramEvent(kind)) {
      this.#options.log.warn({ event: event.id }, 'an event of an unknown kind was dropped');
      return;
    }
    const parsed = programEvents[kind].safeParse(event.event);
    if (!parsed.success) {
      this.#options.log.error({ event: event.id, error: parsed.error }, 'an event of a wrong shape was dropped');
      return;
    }
    const apply = this.#handlers[kind] as (event: MailboxEvent, content: typeof parsed.data) => void;
    apply(event, parsed.data);
  }

  readonly #handlers: {
    readonly [Kind in keyof ProgramEvents]: (event: MailboxEvent, content: ProgramEvents[Kind]) => void;
  } = {
    started: (event, { generation }) => {
      if (generation !== this.#options.spec.generation) return;
      this.#pid = event.pid;
      this.#become('idle', null, event, generation);
      this.#onStarted?.();
    },
    prompt: (event, content) => this.#prompted(event, content),
    text: (event, { turn, text }) => this.#tell({ kind: 'text', turn, key: event.id, text }),
    end: (event, { turn, outcome, reason, generation }) => {
      this.#tell({ kind: 'turn-ended', turn, outcome, ...(reason === undefined ? {} : { reason }) });
      this.#become('idle', null, event, generation);
    },
    dialog: (event, { turn, prompt, tool, input, generation }) => {
      this.#tell({ kind: 'prompt-opened', id: this.#promptId(event.id), turn, prompt, tool, input });
      if (generation === this.#options.spec.generation) this.#dialog = event.id;
      this.#become('waiting', prompt, event, generation);
    },
    'dialog-closed': (event, { dialog, by, generation }) => {
      this.#tell({ kind: 'prompt-closed', id: this.#promptId(dialog), by });
      if (this.#dialog === dialog) this.#dialog = undefined;
      this.#answered.delete(this.#promptId(dialog));
      this.#options.mailbox.release({ id: dialog, pid: event.pid });
      this.#become('busy', null, event, generation);
    },
  };

  #prompted(event: MailboxEvent, { turn, text, generation }: ProgramEvents['prompt']): void {
    const { typed, mailbox, clock } = this.#options;
    const waits = generation === this.#options.spec.generation && clock.now() - event.at < confirmMs && !this.#death;
    const known = typed.match(textHash(text), turn);
    const expected = this.#typer.typing;
    if (!known && waits && expected !== undefined && containsTyping(text, expected)) {
      mailbox.answer(event.id, { decision: 'block', reason: 'the text did not arrive as it was typed' });
      this.#typer.resolve({ kind: 'garbled' });
      return;
    }
    this.#tell(
      known
        ? { kind: 'turn-started', turn, by: 'bridge', message: known.message }
        : { kind: 'turn-started', turn, by: 'desk', text },
    );
    if (known) typed.confirm(known.message, turn);
    if (waits) mailbox.answer(event.id, {});
    this.#become('busy', null, event, generation);
    if (known) this.#typer.resolve({ kind: 'accepted', message: known.message, turn });
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
  #tellDeath(death: TerminalDeath): void {
    try {
      if (this.#refused !== undefined) throw new Error('waits behind an earlier event');
      this.#closeDialog();
      this.#tell({ kind: 'died', exitCode: death.exitCode, lastLines: death.lastLines, asked: false });
    } catch (error) {
      const { log, clock, spec } = this.#options;
      log.error({ session: spec.session, error }, 'a death could not be handled; it is told again');
      this.#cancels.push(clock.after(tellAgainMs, () => this.#tellDeath(death)));
    }
  }

  /** The agent is gone, and with it what it asked. */
  #closeDialog(): void {
    if (this.#dialog === undefined) return;
    this.#tell({ kind: 'prompt-closed', id: this.#promptId(this.#dialog), by: 'agent-ended' });
    this.#dialog = undefined;
  }

  #tell(event: AgentEvent): void {
    this.#options.listener.onEvent(event);
  }

  /** Short, and unique among all sessions: the event's id is unique within this directory. */
  #promptId(event: string): string {
    return shortHash(`${this.#options.spec.directory} ${event}`, 8);
  }
}

function isProgramEvent(kind: string): kind is keyof ProgramEvents {
  return kind in programEvents;
}

function stateOf(
  activity: AgentState['activity'],
  waitingFor: WaitingFor | null,
  source: AgentState['source'],
  since: number,
): AgentState {
  return { activity, waitingFor, source, since };
}
