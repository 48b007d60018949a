import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { Scope } from '../../base/scope.ts';
import type { AgentState } from '../../model/agent.ts';
import type { TurnInput } from '../../model/message.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import type {
  Acknowledgement,
  AgentListener,
  AgentLook,
  AgentSpec,
  Delivered,
  RunningAgent,
} from '../../contracts/agent.ts';
import type { Terminal, TerminalDeath } from '../../contracts/terminal.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import { TerminalPulse } from '../pulse/terminal-pulse.ts';
import { AgentRecord } from './agent-record.ts';
import type { Conversation } from './conversation.ts';
import { Delivery } from './delivery.ts';
import type { FoundInQueue } from './delivery.ts';
import { ExpectationFile } from './expectation.ts';
import { HeldPrompts } from './held-prompts.ts';
import { HookIntake } from './hook-intake.ts';
import { InputBoxTypist } from './input-box.ts';
import { deskNeed } from './desk-need.ts';
import type { DeskNeed } from './desk-need.ts';
import { LookTimer } from './look-timer.ts';
import { OpenTurnsFile } from './open-turns.ts';
import { ScreenWatch } from './screen-watch.ts';
import { Interrupter } from './interrupter.ts';
import { Interrupts } from './interrupts.ts';
import { PromptQueue } from './prompt-queue.ts';
import { QueueWatch } from './queue-watch.ts';
import { whyNotReady } from './readiness.ts';
import { settingsPlaces } from './settings-places.ts';
import { findDialog, isClosable } from './screen.ts';
import { asksSomething, configDirectory, isLivingProcess } from './state-file.ts';
import type { StateFile } from './state-file.ts';
import type { StateFiles } from './state-files.ts';
import { StateKeeper } from './state-keeper.ts';
import { StateReader } from './state-reader.ts';
import { Teller } from './teller.ts';
import { TurnBook } from './turn-book.ts';
import type { TurnEnd } from './turn-book.ts';
import { TrustPrompt } from './trust-prompt.ts';

export interface ClaudeAgentOptions {
  readonly spec: AgentSpec;
  readonly listener: AgentListener;
  readonly terminal: Terminal;
  readonly mailbox: Mailbox;
  readonly conversation: Conversation;
  readonly stateFiles: StateFiles;
  /** The agent's process, where it is known from before. */
  readonly pid?: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Milliseconds between two looks: at a busy or waiting agent, at an idle one, and at an idle one whose state file
 * tells of its changes by itself. After such a change the hooks, which know better, have a moment to speak first.
 */
const lookMs = { active: 100, idle: 1000, told: 30_000, changed: 250 };
const stopWithinMs = 3000;
const settleLookMs = 20;

/**
 * One living Claude Code in its terminal. Joins the parts: what hooks report goes its own way (`hook-intake`); the
 * agent's state file, record and screen fill in what no hook tells. Knows nothing about how it was started.
 */
export class ClaudeAgent implements RunningAgent {
  readonly #options: ClaudeAgentOptions;
  readonly #scope = new Scope();
  readonly #teller: Teller;
  readonly #turns: TurnBook;
  readonly #prompts: HeldPrompts;
  readonly #trust: TrustPrompt;
  readonly #delivery: Delivery;
  readonly #states: StateKeeper;
  readonly #own: StateReader;
  readonly #interrupts: Interrupts;
  readonly #interrupter: Interrupter;
  readonly #queue: QueueWatch;
  readonly #hooks: HookIntake;
  readonly #screen: ScreenWatch;
  readonly #record: AgentRecord;
  readonly #looks: LookTimer;
  readonly #pulse: TerminalPulse;
  #lastEventAt: number;
  #starting = true;
  #dead = false;

  constructor(options: ClaudeAgentOptions) {
    const { spec, listener, terminal, mailbox, conversation, stateFiles, pid, clock, log } = options;
    this.#options = options;
    this.#own = new StateReader({ files: stateFiles, conversation: () => conversation.current, pid });
    this.#record = new AgentRecord(conversation);
    this.#looks = new LookTimer({ clock, look: () => this.#lookOnce() });
    this.#pulse = new TerminalPulse({
      terminal,
      name: spec.terminal,
      onGone: () => this.#died({ name: spec.terminal, exitCode: undefined, lastLines: '' }),
    });
    this.#lastEventAt = clock.monotonic();
    this.#teller = new Teller({ listener, clock, log, forget: (ids) => mailbox.remove(ids) });
    this.#states = new StateKeeper({ clock, onChange: (state) => this.#teller.tell({ kind: 'state', state }) });
    this.#turns = new TurnBook({
      teller: this.#teller,
      file: new OpenTurnsFile(spec.directory),
      clock,
      log,
      transcriptSize: () => this.#record.size(),
      readTranscript: (from) => this.#record.read(from),
      goesOn: () => this.#own.read()?.status === 'busy',
      onChange: () => this.#update(),
    });
    this.#interrupts = new Interrupts({
      turns: this.#turns,
      clock,
      sweep: () => mailbox.sweep(),
      readTranscript: () => this.#record.read(undefined),
    });
    const queue = new PromptQueue(spec.directory);
    this.#queue = new QueueWatch({
      queue,
      turns: this.#turns,
      teller: this.#teller,
      transcriptSize: () => this.#record.size(),
      locateEntries: (from) => this.#record.locate(from),
      whyInterrupted: () => this.#interrupts.reason,
    });
    this.#interrupter = new Interrupter({
      interrupts: this.#interrupts,
      clock,
      runningTurn: () => this.#runningTurn(),
      readState: () => this.#own.read(),
      isAtWork: () => this.#hasWork() || this.#own.read()?.status === 'busy',
      pressEscape: () => terminal.keys(spec.terminal, ['Escape']),
      look: () => this.#lookOnce(),
      isOver: () => this.#dead || this.#looks.isClosed,
    });
    this.#prompts = new HeldPrompts({
      mailbox,
      teller: this.#teller,
      clock,
      directory: spec.directory,
      places: settingsPlaces(spec.workDir, configDirectory(spec.environment)),
      onChange: () => this.#update(),
    });
    this.#trust = new TrustPrompt({ ...options, conversation: conversation.current, teller: this.#teller });
    this.#delivery = new Delivery({
      session: spec.session,
      typist: new InputBoxTypist({ terminal, name: spec.terminal, clock }),
      expectation: new ExpectationFile(spec.directory),
      queue,
      clock,
      log,
      assertReady: () => this.#assertReady(),
      isReady: () => this.#whyNotReady() === undefined,
      isBusy: () => this.#states.state.activity === 'busy' || this.#own.last?.status === 'busy',
      runningTurn: () => this.#runningTurn(),
      sweep: () => mailbox.sweep(),
      transcriptSize: () => this.#record.size(),
      readTranscript: (from) => this.#record.read(from),
      isUnderway: () => this.#turns.isUnderway,
      onFoundInTranscript: (turn, message) => this.#turns.begin(turn, { by: 'bridge', message }, undefined),
      onFoundInQueue: (message, found) => this.#foundInQueue(message, found),
    });
    this.#screen = new ScreenWatch({
      capture: () => terminal.capture(spec.terminal),
      needFor: (dialog) => deskNeed(dialog, spec),
      clock,
      log,
      notice: (key, notice) => this.#teller.tell({ kind: 'notice', key: `${key}:${conversation.current}`, notice }),
      onChange: () => this.#update(),
    });
    this.#hooks = new HookIntake({
      mailbox,
      conversation,
      teller: this.#teller,
      turns: this.#turns,
      queue: this.#queue,
      prompts: this.#prompts,
      delivery: this.#delivery,
      screen: this.#screen,
      own: this.#own,
      clock,
      log,
    });
  }

  get handle(): string {
    const { pid, procStart } = this.#own.last ?? {};
    return JSON.stringify({ conversation: this.#options.conversation.current, pid, procStart });
  }

  get agentSession(): string {
    return this.#options.conversation.current;
  }

  get pid(): number | undefined {
    return this.#own.last?.pid;
  }

  get state(): AgentState {
    return this.#states.state;
  }

  /** Whether one of the bridge's hooks has reported yet. */
  get hooksRun(): boolean {
    return this.#hooks.hasHeard;
  }

  /** Begins to hear hooks and deaths: first everything that was recorded while nobody listened. */
  listen(): void {
    const { mailbox, terminal, spec } = this.#options;
    this.#scope.defer('teller', () => this.#teller.close());
    this.#scope.defer('turns', () => this.#turns.close());
    this.#scope.defer('screen', () => this.#screen.close());
    this.#scope.defer('mailbox', () => mailbox.close());
    this.#scope.defer(
      'deaths',
      terminal.onDeath((death) => {
        if (death.name === spec.terminal) this.#died(death);
      }),
    );
    mailbox.writeDaemonPid();
    mailbox.listen((event) => this.#hear(event));
    this.#turns.settleOld();
    this.#scope.defer(
      'state file',
      this.#own.onChange(() => this.#looks.within(lookMs.changed)),
    );
    this.#lookOnce();
  }

  /** The agent is up: from now on its state is told. */
  started(): void {
    this.#starting = false;
    this.#lookOnce();
  }

  /** It goes on in a new conversation, because the one it was asked for is not there any more. */
  beganAnew(): void {
    const key = `conversation-lost:${this.#options.conversation.current}`;
    this.#teller.tell({ kind: 'notice', key, notice: { kind: 'conversation-lost' } });
  }

  /** Waits until everything that was recorded earlier is told. Returns whether the agent is alive. */
  async settled(): Promise<boolean> {
    while (!this.#dead && (this.#hooks.isWaiting || this.#turns.open.some(({ isEnding }) => isEnding)))
      await this.#options.clock.sleep(settleLookMs);
    return !this.#dead;
  }

  /** The agent waits for something that only a person at the terminal can give; it is looked at until it is over. */
  needsDesk(need: DeskNeed): void {
    this.#screen.need(need);
  }

  /** The state file of this agent, as it is now. */
  readState(): StateFile | undefined {
    return this.#own.read();
  }

  deliver(input: TurnInput, signal?: AbortSignal): Promise<Acknowledgement> {
    return this.#delivery.deliver(input, signal);
  }

  wasDelivered(message: string, _text: string): Promise<Delivered> {
    return this.#delivery.wasDelivered(message);
  }

  answer(promptId: string, answer: PromptAnswer): Promise<void> {
    if (this.#trust.asks(promptId)) return this.#trust.answer(answer);
    return Promise.resolve().then(() => {
      this.#options.mailbox.sweep();
      this.#prompts.answer(promptId, answer, () => this.#own.read());
    });
  }

  interrupt(): Promise<void> {
    return this.#interrupter.interrupt();
  }

  async look(): Promise<AgentLook | undefined> {
    const screen = await this.#pulse.look();
    if (screen === undefined) return undefined;
    const overlay = this.#overlayOn(screen);
    if (overlay !== undefined) return { screen, overlay };
    return { screen, asks: findDialog(screen) !== undefined };
  }

  async nudge(): Promise<void> {
    const { terminal, spec, mailbox } = this.#options;
    await this.#pulse.proceed(this.pid);
    mailbox.sweep();
    const look = await this.look();
    if (look && this.#overlayOn(look.screen) !== undefined) await terminal.keys(spec.terminal, ['Escape']);
    this.#lookOnce();
  }

  async stop(): Promise<void> {
    const { terminal, spec, clock } = this.#options;
    const file = this.#own.read();
    // Its end is asked for (I8): nobody is told of a death.
    this.#dead = true;
    if (file && isLivingProcess(file)) {
      process.kill(file.pid, 'SIGTERM');
      const deadline = clock.monotonic() + stopWithinMs;
      while (isLivingProcess(file) && clock.monotonic() < deadline) await clock.sleep(20);
    }
    await terminal.kill(spec.terminal);
    this.#options.mailbox.sweep();
    this.#conclude();
    await this.detach();
  }

  detach(): Promise<void> {
    this.#looks.close();
    this.#delivery.agentEnded();
    return this.#scope.close();
  }

  /** The agent is gone, found so at recovery: tells what is left to tell. */
  conclude(): void {
    this.#dead = true;
    this.#conclude(this.#endOfTurns(undefined));
    if (this.#endWasAsked) this.#teller.tell({ kind: 'died', exitCode: undefined, lastLines: '', asked: true });
  }

  /** @param end what is told of turns that run; undefined when whoever ended the agent tells it. */
  #conclude(end?: TurnEnd): void {
    this.#hooks.goOn(true);
    this.#queue.agentEnded();
    this.#prompts.agentEnded();
    this.#trust.agentEnded();
    this.#turns.abandon(end);
    this.#delivery.agentEnded();
  }

  #died({ exitCode, lastLines }: TerminalDeath): void {
    if (this.#dead) return;
    this.#options.mailbox.sweep();
    this.#dead = true;
    // Whoever starts it sees that it did not come up.
    this.#conclude(this.#starting ? undefined : this.#endOfTurns(exitCode));
    this.#looks.stop();
    this.#update();
    if (!this.#starting) this.#teller.tell({ kind: 'died', exitCode, lastLines, asked: this.#endWasAsked });
  }

  /** A person ended it: at its terminal, or by a no to its first question. */
  get #endWasAsked(): boolean {
    return this.#hooks.endWasAsked || this.#trust.wasRefused;
  }

  #endOfTurns(exitCode: number | undefined): TurnEnd {
    if (this.#hooks.endWasAsked) return { outcome: 'interrupted', reason: 'The agent was ended at its terminal.' };
    const code = exitCode === undefined ? '' : `, with exit code ${exitCode}`;
    return { outcome: 'lost', reason: `The agent ended in the middle of it${code}.` };
  }

  #hear(event: MailboxEvent): void {
    this.#lastEventAt = this.#options.clock.monotonic();
    this.#hooks.hear(event);
    this.#update();
    if (!this.#dead) this.#looks.set(0);
  }

  #foundInQueue(message: string, { text, from, unheard }: FoundInQueue): void {
    const turn = this.#runningTurn();
    if (turn !== undefined) this.#queue.add({ id: `transcript:${message}`, message, text, turn, unheard }, from);
  }

  /** One look at everything that no hook tells. */
  #lookOnce(): void {
    this.#looks.stop();
    if (this.#dead || this.#looks.isClosed) return;
    const { clock } = this.#options;
    const file = this.#own.read();
    this.#prompts.observe(file);
    this.#hooks.goOn();
    const isIdle = file?.status === 'idle' && this.#turns.open.length === 0 && !this.#hooks.isWaiting;
    if (isIdle) this.#queue.idleFor(clock.now() - file.statusUpdatedAt);
    this.#interrupts.observe(file);
    this.#screen.observe({
      file,
      isBusy: this.#hasWork() || file?.status === 'busy',
      prompts: this.#prompts.open.length,
      quietMs: clock.monotonic() - this.#lastEventAt,
    });
    this.#update();
    const isQuiet = this.#states.state.activity === 'idle';
    const delayMs = this.#hooks.isWaiting ? settleLookMs : lookMs.active;
    const isTold = this.#own.isTold() && !this.#screen.wantsToLook;
    this.#looks.set(isQuiet ? (isTold ? lookMs.told : lookMs.idle) : delayMs);
  }

  /** What somebody at the desk opened and left. The agent itself asks within its turns, and by its hooks. */
  #overlayOn(screen: string): string | undefined {
    const file = this.#own.read();
    const mayAsk = this.#starting || this.#hasWork() || this.#prompts.open.length > 0;
    if (mayAsk || file?.status !== 'waiting' || asksSomething(file) || !isClosable(screen)) return undefined;
    return file.waitingFor ?? 'a dialog';
  }

  #assertReady(): void {
    const why = this.#whyNotReady();
    if (why) throw why;
  }

  #whyNotReady(): BridgeError | undefined {
    if (this.#dead) return new BridgeError('agent-gone', 'The agent has ended.');
    return whyNotReady(this.#states.state, this.#own.read()?.status);
  }

  #runningTurn(): string | undefined {
    return this.#turns.open.filter(({ isEnding }) => !isEnding).at(-1)?.id ?? this.#turns.open.at(-1)?.id;
  }

  /** By what hooks and record told: a turn, or something that waits for one. */
  #hasWork(): boolean {
    return this.#turns.open.length > 0 || this.#hooks.isWaiting || !this.#queue.isEmpty;
  }

  #update(): void {
    const isTrustAsked = this.#screen.desk?.waitingFor === 'trust';
    if (!this.#dead && (isTrustAsked || !this.#starting)) this.#trust.observe(isTrustAsked);
    this.#states.update({
      starting: this.#starting,
      dead: this.#dead,
      desk: this.#screen.desk,
      prompts: this.#prompts.open,
      turnIsOpen: this.#hasWork(),
      file: this.#own.last,
      retry: this.#screen.retry,
    });
  }
}
