import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';

import type { Cancel, Clock } from '../../base/clock.ts';
import type { AgentStateFile } from './agent-files.ts';
import type { Decision } from './decision.ts';
import { OpenDialog } from './dialogs.ts';
import type { History } from './history.ts';
import { redraw, screenText } from './input-box.ts';
import { InputDecoder } from './input-decoder.ts';
import type { Key } from './input-decoder.ts';
import type { MailboxWriter } from './mailbox-writer.ts';
import type { Permissions } from './permissions.ts';
import type { Dialog } from './practice-dialogs.ts';
import { TurnLoop } from './turn-loop.ts';

export interface PracticeAgentOptions {
  readonly agentSession: string;
  readonly generation: number;
  readonly mailbox: MailboxWriter;
  readonly history: History;
  readonly permissions: Permissions;
  readonly stateFile: string;
  readonly clock: Clock;
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exit: (code: number) => never;
}

/** Milliseconds after which an escape with nothing behind it is the Escape key. */
const escapeMs = 30;

/** A working agent draws at least this often, in milliseconds: whoever looks sees that it lives. */
const aliveMs = 5000;

/** Milliseconds within which a second Ctrl-C or Ctrl-D ends the agent. */
const twiceMs = 1000;

/**
 * The practice agent: one conversation on one terminal. Owns the screen, the draft, the dialog and its state file;
 * what it tells the mailbox stands in the state file already. Knows nothing about the bridge.
 */
export class PracticeAgent {
  readonly #options: PracticeAgentOptions;
  readonly #decoder = new InputDecoder();
  readonly #turns: TurnLoop;
  #status: AgentStateFile['status'] = 'idle';
  #since: number;
  #draft = '';
  #note = '';
  #rows = 0;
  #dialog: (NonNullable<AgentStateFile['dialog']> & { readonly open: OpenDialog }) | undefined;
  /** Since when (monotonic) one more Ctrl-C ends it. */
  #armedAt: number | undefined;
  #escape: Cancel | undefined;
  /** Runs while it works. */
  #sign: Cancel | undefined;

  constructor(options: PracticeAgentOptions) {
    this.#options = options;
    this.#since = options.clock.now();
    this.#turns = new TurnLoop({
      ...options,
      onChange: () => this.#update(),
      show: (text) => this.#draw(text),
      note: (text) => {
        this.#note = text;
        this.#draw();
      },
      ask: (turn, dialog, signal) => this.#ask(turn, dialog, signal),
      leave: () => this.leave(0),
      // Not `leave`: a crash puts nothing right.
      crash: (code) => options.exit(code),
      // The whole process waits for what never comes: no timer, no key, no signal is handled any more.
      hang: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
    });
  }

  start(): void {
    const { agentSession, generation, history, mailbox, input, output } = this.#options;
    input.setRawMode(true);
    input.on('data', (bytes: Buffer) => this.#read(bytes));
    output.on('resize', () => this.#draw());
    output.write('\u001b[?2004h');
    this.#draw('Built-in practice agent. It repeats what you write; "help" tells more.');
    this.#saveState();
    mailbox.leave('started', { agentSession, generation, count: history.count });
  }

  /** Ends the process: the terminal is put right, the conversation is on disk already. */
  leave(code: number): never {
    rmSync(this.#options.stateFile, { force: true });
    this.#options.output.write('\u001b[?2004l\r\n');
    this.#options.input.setRawMode(false);
    return this.#options.exit(code);
  }

  #read(bytes: Buffer): void {
    this.#escape?.();
    for (const key of this.#decoder.feed(bytes)) this.#press(key);
    if (this.#decoder.holdsEscape) {
      this.#escape = this.#options.clock.after(escapeMs, () => {
        for (const key of this.#decoder.flush()) this.#press(key);
        this.#draw();
      });
    }
    this.#draw();
  }

  #press(key: Key): void {
    if (this.#dialog) {
      const stops = key.key === 'escape' || key.key === 'interrupt';
      if (stops) this.#turns.interrupt();
      this.#dialog.open.press(key);
      return;
    }
    this.#note = '';
    switch (key.key) {
      case 'text':
        this.#edit(this.#draft + key.text);
        return;
      case 'backspace':
        this.#edit(Array.from(this.#draft).slice(0, -1).join(''));
        return;
      case 'clear':
        this.#edit('');
        return;
      case 'enter':
        this.#submit();
        return;
      case 'escape':
        this.#turns.interrupt();
        return;
      case 'interrupt':
        this.#turns.interrupt();
        if (this.#draft !== '') this.#edit('');
        this.#leaveIfTwice();
        return;
      case 'end-of-input':
        if (this.#draft === '') this.#leaveIfTwice();
    }
  }

  #leaveIfTwice(): void {
    const now = this.#options.clock.monotonic();
    if (this.#armedAt !== undefined && now - this.#armedAt <= twiceMs) this.#leaveAtDesk();
    this.#armedAt = now;
    this.#note = 'once more to exit';
  }

  /** A person ends it: said before it is so, so that nobody takes it for a crash. */
  #leaveAtDesk(): never {
    const { mailbox, generation } = this.#options;
    mailbox.leave('leaving', { turn: this.#turns.turn ?? null, generation });
    return this.leave(0);
  }

  #edit(draft: string): void {
    const changed = (draft === '') !== (this.#draft === '');
    this.#draft = draft;
    if (changed) this.#saveState();
  }

  #submit(): void {
    if (this.#draft.trim() === '/exit') this.#leaveAtDesk();
    if (this.#draft.trim() === '') return;
    const text = this.#draft;
    this.#edit('');
    this.#turns
      .submit(text)
      .catch((error: unknown) => {
        this.#draw(`Internal error: ${String(error)}`);
        this.leave(70);
      })
      .finally(() => this.#draw());
  }

  #ask(turn: string, dialog: Dialog, signal: AbortSignal): Promise<Decision> {
    const { clock, generation } = this.#options;
    return new Promise((resolve, reject) => {
      const { prompt, tool, input, grants, questions } = dialog;
      const id = this.#options.mailbox.newId('dialog');
      const open = new OpenDialog({
        dialog,
        id,
        mailbox: this.#options.mailbox,
        clock,
        onDecided: (decision, by) => {
          this.#dialog = undefined;
          this.#update();
          this.#options.mailbox.leave('dialog-closed', { dialog: id, by, generation });
          if (signal.aborted) reject(new Error('interrupted'));
          else resolve(decision);
        },
      });
      this.#dialog = { id, prompt, grants, questions, open };
      this.#update();
      this.#options.mailbox.leave('dialog', { turn, prompt, tool, input, grants, questions, generation }, id);
      open.watch();
    });
  }

  /** The status follows from the dialog and the turn. */
  #update(): void {
    const status = this.#dialog ? 'waiting' : this.#turns.turn === undefined ? 'idle' : 'busy';
    if (status !== this.#status) this.#since = this.#options.clock.now();
    this.#status = status;
    if (status !== 'busy') {
      this.#sign?.();
      this.#sign = undefined;
    } else this.#sign ??= this.#options.clock.every(aliveMs, () => this.#draw());
    this.#saveState();
    this.#draw();
  }

  /** How long it has worked, once that is long enough to wonder. */
  get #workedFor(): string {
    const ms = this.#status === 'busy' ? this.#options.clock.now() - this.#since : 0;
    return ms < aliveMs ? '' : ` for ${Math.floor(ms / 1000)} s`;
  }

  #saveState(): void {
    const { agentSession, generation } = this.#options;
    const state: AgentStateFile = {
      pid: process.pid,
      agentSession,
      generation,
      status: this.#status,
      since: this.#since,
      draft: this.#draft !== '',
      turn: this.#turns.turn ?? null,
      dialog: this.#dialogInFile(),
    };
    const aside = `${this.#options.stateFile}.tmp`;
    writeFileSync(aside, JSON.stringify(state), { mode: 0o600 });
    renameSync(aside, this.#options.stateFile);
  }

  #dialogInFile(): AgentStateFile['dialog'] {
    if (!this.#dialog) return null;
    const { id, prompt, grants, questions } = this.#dialog;
    return { id, prompt, grants, questions };
  }

  #draw(output?: string): void {
    const waiting = this.#turns.waiting;
    const queued = waiting === 0 ? [] : [`${waiting} queued`];
    const { bytes, rows } = redraw(this.#rows, output === undefined ? '' : screenText(output), {
      draft: this.#draft,
      dialog: this.#dialog?.open.rows() ?? [],
      status: [
        `practice agent`,
        `${this.#status}${this.#workedFor}`,
        ...queued,
        this.#note || 'help, Esc stops a turn',
      ].join(' · '),
      columns: this.#options.output.columns,
    });
    this.#rows = rows;
    this.#options.output.write(bytes);
  }
}
