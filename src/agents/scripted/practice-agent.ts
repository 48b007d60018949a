import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';

import type { Cancel, Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import type { AgentStateFile } from './agent-files.ts';
import { OpenDialog } from './dialogs.ts';
import type { History } from './history.ts';
import { redraw, screenText } from './input-box.ts';
import { InputDecoder } from './input-decoder.ts';
import type { Key } from './input-decoder.ts';
import type { MailboxWriter } from './mailbox-writer.ts';
import { postWithDp } from './post-with-dp.ts';
import type { Dialog } from './script.ts';
import { runTurn } from './turn-runner.ts';
import type { Decision } from './turn-runner.ts';

export interface PracticeAgentOptions {
  readonly agentSession: string;
  readonly generation: number;
  readonly mailbox: MailboxWriter;
  readonly history: History;
  readonly stateFile: string;
  readonly clock: Clock;
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exit: (code: number) => never;
}

/** Milliseconds a listening daemon has to confirm a prompt before the agent goes on without it. */
const confirmMs = 2000;

/** Milliseconds after which an escape with nothing behind it is the Escape key. */
const escapeMs = 30;

/**
 * The practice agent: one conversation on one terminal. Owns the screen, the draft, the turn and its state file; what
 * it tells the mailbox stands in the state file already. Knows nothing about the bridge.
 */
export class PracticeAgent {
  readonly #options: PracticeAgentOptions;
  readonly #decoder = new InputDecoder();
  #status: AgentStateFile['status'] = 'idle';
  #since: number;
  #draft = '';
  #note = '';
  #rows = 0;
  #dialog: { readonly id: string; readonly prompt: Dialog['prompt']; readonly open: OpenDialog } | undefined;
  #turn: AbortController | undefined;
  #escape: Cancel | undefined;

  constructor(options: PracticeAgentOptions) {
    this.#options = options;
    this.#since = options.clock.now();
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
      if (stops) this.#turn?.abort();
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
        this.#turn?.abort();
        return;
      case 'interrupt':
        if (this.#turn) this.#turn.abort();
        else if (this.#draft !== '') this.#edit('');
        else this.leave(0);
        return;
      case 'end-of-input':
        if (!this.#turn && this.#draft === '') this.leave(0);
    }
  }

  #edit(draft: string): void {
    const changed = (draft === '') !== (this.#draft === '');
    this.#draft = draft;
    if (changed) this.#saveState();
  }

  #submit(): void {
    if (this.#turn) {
      this.#note = 'busy: your text stays here until the turn has ended';
      return;
    }
    if (this.#draft.trim() === '') return;
    const text = this.#draft;
    this.#draft = '';
    const turn = new AbortController();
    this.#turn = turn;
    this.#run(text, turn.signal)
      .catch((error: unknown) => {
        this.#draw(`Internal error: ${String(error)}`);
        this.leave(70);
      })
      .finally(() => this.#draw());
  }

  async #run(text: string, signal: AbortSignal): Promise<void> {
    const { generation, clock } = this.#options;
    const turn = newUuid();
    this.#setStatus('busy');
    const id = this.#options.mailbox.leave('prompt', { turn, text, generation });
    const refusal = await this.#confirmation(id);
    if (refusal !== undefined) {
      this.#turn = undefined;
      this.#note = refusal;
      this.#setStatus('idle');
      return;
    }
    this.#options.history.add({ turn, at: clock.now(), text });
    this.#draw(`> ${text}\n`);
    const end = await runTurn(text, signal, {
      clock,
      environment: this.#options.environment,
      count: () => this.#options.history.count,
      say: (words) => {
        this.#options.mailbox.leave('text', { turn, text: words, generation });
        this.#draw(`${words}\n`);
      },
      show: (words) => this.#draw(words),
      ask: (dialog, stop) => this.#ask(turn, dialog, stop),
      post: (words) => postWithDp(words, this.#options.environment),
      // Not `leave`: a crash puts nothing right.
      crash: (code) => this.#options.exit(code),
    });
    this.#turn = undefined;
    const { outcome, reason, leave } = end;
    this.#setStatus('idle');
    this.#options.mailbox.leave('end', { turn, outcome, generation, ...(reason === undefined ? {} : { reason }) });
    if (outcome !== 'completed') this.#draw(`(${outcome}${reason === undefined ? '' : `: ${reason}`})\n`);
    if (leave) this.leave(0);
  }

  /** Waits for the daemon's word on a prompt, when there is one: what it was that it received. */
  async #confirmation(id: string): Promise<string | undefined> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + confirmMs;
    while (this.#options.mailbox.hasListener() && clock.monotonic() < deadline) {
      const answer = this.#options.mailbox.take(id);
      if (answer) return answer.decision === 'block' ? String(answer.reason) : undefined;
      await clock.sleep(5);
    }
    return undefined;
  }

  #ask(turn: string, dialog: Dialog, signal: AbortSignal): Promise<Decision> {
    const { clock, generation } = this.#options;
    return new Promise((resolve, reject) => {
      const { prompt, tool, input } = dialog;
      const id = this.#options.mailbox.newId('dialog');
      const open = new OpenDialog({
        dialog,
        id,
        mailbox: this.#options.mailbox,
        clock,
        onDecided: (decision, by) => {
          this.#dialog = undefined;
          this.#setStatus('busy');
          this.#options.mailbox.leave('dialog-closed', { dialog: id, by, generation });
          if (signal.aborted) reject(new Error('interrupted'));
          else resolve(decision);
        },
      });
      this.#dialog = { id, prompt, open };
      this.#setStatus('waiting');
      this.#options.mailbox.leave('dialog', { turn, prompt, tool, input, generation }, id);
      open.watch();
    });
  }

  #setStatus(status: AgentStateFile['status']): void {
    this.#status = status;
    this.#since = this.#options.clock.now();
    this.#saveState();
    this.#draw();
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
      dialog: this.#dialog ? { id: this.#dialog.id, prompt: this.#dialog.prompt } : null,
    };
    const aside = `${this.#options.stateFile}.tmp`;
    writeFileSync(aside, JSON.stringify(state), { mode: 0o600 });
    renameSync(aside, this.#options.stateFile);
  }

  #draw(output?: string): void {
    const { bytes, rows } = redraw(this.#rows, output === undefined ? '' : screenText(output), {
      draft: this.#draft,
      dialog: this.#dialog?.open.rows() ?? [],
      status: [`practice agent`, this.#status, this.#note || 'help, Esc stops a turn'].join(' · '),
      columns: this.#options.output.columns,
    });
    this.#rows = rows;
    this.#options.output.write(bytes);
  }
}
