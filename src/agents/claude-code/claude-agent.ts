import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { Scope } from '../../base/scope.ts';
import type { AgentState } from '../../model/agent.ts';
import type { TurnInput } from '../../model/message.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import type { Acknowledgement, AgentListener, AgentSpec, Delivered, RunningAgent } from '../../contracts/agent.ts';
import type { Terminal, TerminalDeath } from '../../contracts/terminal.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { Conversation } from './conversation.ts';
import { Delivery } from './delivery.ts';
import { ExpectationFile } from './expectation.ts';
import { HeldPrompts } from './held-prompts.ts';
import { isAgentsOwnPrompt, parseHookEvent } from './hook-events.ts';
import type { HookEvent, HookEventOf } from './hook-events.ts';
import { InputBoxTypist } from './input-box.ts';
import { deskNeed } from './desk-need.ts';
import type { DeskNeed } from './desk-need.ts';
import { OpenTurnsFile } from './open-turns.ts';
import { ScreenWatch } from './screen-watch.ts';
import { Interrupts } from './interrupts.ts';
import { isLivingProcess } from './state-file.ts';
import type { StateFile } from './state-file.ts';
import type { StateFiles } from './state-files.ts';
import { StateKeeper } from './state-keeper.ts';
import { StateReader } from './state-reader.ts';
import { Teller } from './teller.ts';
import { readTranscript, transcriptSize } from './transcript.ts';
import { TurnBook } from './turn-book.ts';
import type { PromptOrigin } from './turn-book.ts';

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
const interruptWithinMs = 2500;
const stopWithinMs = 3000;
const settleLookMs = 20;

/**
 * One living Claude Code in its terminal. Joins the parts: hook events go to the book of turns, the held prompts and
 * the delivery; the agent's state file and screen fill in what no hook tells. Knows nothing about how it was started.
 */
export class ClaudeAgent implements RunningAgent {
  readonly #options: ClaudeAgentOptions;
  readonly #scope = new Scope();
  readonly #teller: Teller;
  readonly #turns: TurnBook;
  readonly #prompts: HeldPrompts;
  readonly #delivery: Delivery;
  readonly #typist: InputBoxTypist;
  readonly #states: StateKeeper;
  readonly #own: StateReader;
  readonly #interrupts: Interrupts;
  readonly #screen: ScreenWatch;
  #lastEventAt: number;
  #starting = true;
  #dead = false;
  #hooksRun = false;
  #look: Cancel | undefined;
  /** Monotonic; of the next look. */
  #lookAt = 0;

  constructor(options: ClaudeAgentOptions) {
    const { spec, listener, terminal, mailbox, conversation, stateFiles, pid, clock, log } = options;
    this.#options = options;
    this.#own = new StateReader({ files: stateFiles, conversation: () => conversation.current, pid });
    this.#lastEventAt = clock.monotonic();
    this.#teller = new Teller({ listener, clock, log, forget: (ids) => mailbox.remove(ids) });
    this.#states = new StateKeeper({ clock, onChange: (state) => this.#teller.tell({ kind: 'state', state }) });
    this.#typist = new InputBoxTypist({ terminal, name: spec.terminal, clock });
    this.#turns = new TurnBook({
      teller: this.#teller,
      file: new OpenTurnsFile(spec.directory),
      clock,
      log,
      transcriptSize: () => this.#transcriptSize(),
      readTranscript: (from) => this.#readTranscript(from),
      goesOn: () => this.#own.read()?.status === 'busy',
      onChange: () => this.#update(),
    });
    this.#interrupts = new Interrupts({
      turns: this.#turns,
      clock,
      sweep: () => mailbox.sweep(),
      readTranscript: () => this.#readTranscript(undefined),
    });
    this.#prompts = new HeldPrompts({
      mailbox,
      teller: this.#teller,
      clock,
      directory: spec.directory,
      onChange: () => this.#update(),
    });
    this.#delivery = new Delivery({
      session: spec.session,
      typist: this.#typist,
      expectation: new ExpectationFile(spec.directory),
      clock,
      log,
      assertReady: () => this.#assertReady(),
      isReady: () => this.#whyNotReady() === undefined,
      sweep: () => mailbox.sweep(),
      transcriptSize: () => this.#transcriptSize(),
      readTranscript: (from) => this.#readTranscript(from),
      onFoundInTranscript: (turn, message) => this.#turns.begin(turn, { by: 'bridge', message }, undefined),
    });
    this.#screen = new ScreenWatch({
      capture: () => terminal.capture(spec.terminal),
      needFor: (dialog) => deskNeed(dialog, spec),
      clock,
      log,
      notice: (key, notice) => this.#teller.tell({ kind: 'notice', key: `${key}:${conversation.current}`, notice }),
      onChange: () => this.#update(),
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
    return this.#hooksRun;
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
    this.#scope.defer('looks', () => this.#look?.());
    this.#scope.defer(
      'state file',
      this.#own.onChange(() => this.#lookWithin(lookMs.changed)),
    );
    this.#lookOnce();
  }

  /** The agent is up: from now on its state is told. */
  started(): void {
    this.#starting = false;
    this.#lookOnce();
  }

  /** Waits until everything that was recorded earlier is told. Returns whether the agent is alive. */
  async settled(): Promise<boolean> {
    while (!this.#dead && this.#turns.open.some(({ isEnding }) => isEnding))
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
    return Promise.resolve().then(() => {
      this.#options.mailbox.sweep();
      this.#prompts.answer(promptId, answer, () => this.#own.read());
    });
  }

  async interrupt(): Promise<void> {
    const { terminal, spec, clock } = this.#options;
    const deadline = clock.monotonic() + interruptWithinMs;
    this.#interrupts.expect('The turn was stopped on request.');
    let pressedAt = -Infinity;
    while (this.#turns.open.length > 0 || this.#own.read()?.status === 'busy') {
      const now = clock.monotonic();
      if (now >= deadline) {
        throw new BridgeError('interrupt-failed', 'The agent did not stop its turn.', {
          happened: 'unknown',
          advice: 'Look at the terminal.',
        });
      }
      // Pressed again only when the first had no effect: on an idle agent Escape means something else.
      if (this.#own.read()?.status !== 'idle' && now - pressedAt >= 1000) {
        await terminal.keys(spec.terminal, ['Escape']);
        pressedAt = now;
      }
      await clock.sleep(50);
      this.#lookOnce();
    }
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
    this.#delivery.agentEnded();
    return this.#scope.close();
  }

  /** The agent is gone, found so at recovery: tells what is left to tell. */
  conclude(): void {
    this.#dead = true;
    this.#conclude();
  }

  #conclude(): void {
    this.#prompts.agentEnded();
    this.#turns.abandon();
    this.#delivery.agentEnded();
  }

  #died({ exitCode, lastLines }: TerminalDeath): void {
    if (this.#dead) return;
    this.#options.mailbox.sweep();
    this.#dead = true;
    this.#conclude();
    this.#look?.();
    this.#update();
    // Whoever starts it sees that it did not come up.
    if (!this.#starting) this.#teller.tell({ kind: 'died', exitCode, lastLines, asked: false });
  }

  #hear(event: MailboxEvent): void {
    this.#hooksRun = true;
    this.#lastEventAt = this.#options.clock.monotonic();
    let hook: HookEvent;
    try {
      hook = parseHookEvent(event);
    } catch (error) {
      this.#options.log.warn({ error, kind: event.kind, event: event.id }, 'a hook event was not understood');
      // Whoever waits for a word on it must not wait for ever.
      this.#options.mailbox.release(event);
      this.#teller.forget([event.id]);
      return;
    }
    this.#prompts.prove(hook);
    this.#take(hook);
    this.#update();
    this.#lookSoon(0);
  }

  #take(hook: HookEvent): void {
    switch (hook.kind) {
      case 'UserPromptSubmit':
        this.#takePrompt(hook);
        break;
      case 'MessageDisplay':
        if (hook.data.agent_id === undefined) this.#turns.display(hook);
        else this.#teller.forget([hook.id]);
        break;
      case 'PermissionRequest':
        this.#prompts.hold(hook);
        break;
      case 'Stop':
        if ((hook.data.background_tasks ?? []).length > 0) this.#own.leftInBackground(hook.at);
        this.#turns.stop(hook);
        break;
      case 'StopFailure':
        if (hook.data.error === 'authentication_failed') this.#screen.suspectLogin();
        this.#turns.fail(hook);
        break;
      case 'PostToolBatch':
        if (hook.data.agent_id === undefined) this.#turns.toolsRan(hook.data.prompt_id);
        this.#teller.forget([hook.id]);
        break;
      case 'SessionStart':
        this.#options.conversation.movedTo(hook.data.session_id, hook.data.transcript_path);
        this.#teller.forget([hook.id]);
        break;
      case 'PostToolUse':
      case 'PostToolUseFailure':
      case 'SessionEnd':
      case 'expired':
        this.#teller.forget([hook.id]);
        break;
    }
  }

  #takePrompt(hook: HookEventOf<'UserPromptSubmit'>): void {
    const { mailbox, conversation } = this.#options;
    this.#own.leftInBackground(undefined);
    const { prompt, prompt_id: turn } = hook.data;
    conversation.movedTo(hook.data.session_id, hook.data.transcript_path);
    const held = mailbox.isHeld(hook);
    const verdict = this.#delivery.judge(prompt, turn, held);
    if (verdict.kind === 'altered') {
      mailbox.answer(hook.id, { decision: 'block', reason: 'The bridge types this text again: it arrived altered.' });
      this.#teller.forget([hook.id]);
      return;
    }
    this.#turns.begin(turn, originOf(verdict, prompt), hook);
    // Told first, then let go: the agent never works on what is not on the bridge's disk (I1).
    if (held) mailbox.answer(hook.id, {});
  }

  /** One look at everything that no hook tells. */
  #lookOnce(): void {
    this.#look?.();
    if (this.#dead) return;
    const { clock } = this.#options;
    const file = this.#own.read();
    this.#prompts.observe(file);
    this.#interrupts.observe(file);
    this.#screen.observe({
      file,
      isBusy: this.#turns.open.length > 0 || file?.status === 'busy',
      prompts: this.#prompts.open.length,
      quietMs: clock.monotonic() - this.#lastEventAt,
    });
    this.#update();
    const isQuiet = this.#states.state.activity === 'idle';
    const isTold = this.#own.isTold() && !this.#screen.wantsToLook;
    this.#lookSoon(isQuiet ? (isTold ? lookMs.told : lookMs.idle) : lookMs.active);
  }

  #lookSoon(delayMs: number): void {
    const { clock } = this.#options;
    this.#look?.();
    this.#lookAt = clock.monotonic() + delayMs;
    if (!this.#dead) this.#look = clock.after(delayMs, () => this.#lookOnce());
  }

  /** Looks in so many milliseconds, unless a look comes sooner anyway. */
  #lookWithin(delayMs: number): void {
    if (this.#lookAt - this.#options.clock.monotonic() > delayMs) this.#lookSoon(delayMs);
  }

  #assertReady(): void {
    const why = this.#whyNotReady();
    if (why) throw why;
  }

  #whyNotReady(): BridgeError | undefined {
    if (this.#dead) return new BridgeError('agent-gone', 'The agent has ended.');
    const { activity, waitingFor, detail } = this.#states.state;
    const status = this.#own.read()?.status;
    if (activity === 'waiting' || status === 'waiting') {
      const what = waitingFor ?? detail ?? 'at the terminal';
      return new BridgeError('agent-waiting', `The agent waits for a person (${what}).`, {
        advice: 'Answer it first.',
      });
    }
    if (activity === 'idle' && (status === undefined || status === 'idle')) return undefined;
    return new BridgeError('agent-busy', `The agent is ${activity === 'idle' ? 'busy' : activity}.`, {
      advice: 'Wait until it is idle.',
    });
  }

  #update(): void {
    this.#states.update({
      starting: this.#starting,
      dead: this.#dead,
      desk: this.#screen.desk,
      prompts: this.#prompts.open,
      turnIsOpen: this.#turns.open.length > 0,
      file: this.#own.last,
      retry: this.#screen.retry,
    });
  }

  #transcriptSize(): number {
    const path = this.#options.conversation.transcript;
    return path === undefined ? 0 : transcriptSize(path);
  }

  #readTranscript(from: number | undefined): ReturnType<typeof readTranscript> {
    const path = this.#options.conversation.transcript;
    return path === undefined ? [] : readTranscript(path, from);
  }
}

function originOf(verdict: Exclude<ReturnType<Delivery['judge']>, { kind: 'altered' }>, prompt: string): PromptOrigin {
  if (verdict.kind === 'ours') return { by: 'bridge', message: verdict.message };
  return isAgentsOwnPrompt(prompt) ? { by: 'agent' } : { by: 'desk', text: prompt };
}
