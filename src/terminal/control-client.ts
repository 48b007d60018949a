import { StringDecoder } from 'node:string_decoder';

import { describeError } from '../base/errors.ts';
import type { Cancel, Clock } from '../base/clock.ts';
import type { spawnProcess } from '../base/run-command.ts';
import { ControlParser } from './control-protocol.ts';
import type { ControlMessage } from './control-protocol.ts';

/** What became of one command. `lost`: the client ended before the answer, so nobody knows whether it was done. */
export type ControlReply =
  | { readonly kind: 'done'; readonly output: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string };

export interface ControlClientOptions {
  /** A started `tmux -C attach`, with pipes. The client owns it from now on. */
  readonly process: ReturnType<typeof spawnProcess>;
  readonly clock: Clock;
  /** Milliseconds without an answer after which tmux counts as stuck and the client is ended. */
  readonly replyTimeoutMs: number;
  readonly onNotification: (name: string, rest: string) => void;
  /** Heard once, after every waiting command has been answered with `lost`. */
  readonly onEnd: (reason: string) => void;
}

/**
 * A live control client: commands in, answers out, in order, many under way at once. Owns its process and the commands
 * that wait for an answer; knows nothing about what the commands mean.
 */
export class ControlClient {
  readonly #options: ControlClientOptions;
  readonly #parser = new ControlParser();
  readonly #decoder = new StringDecoder('utf8');
  readonly #waiting: ((reply: ControlReply) => void)[] = [];
  #timeout: Cancel | undefined;
  #errorText = '';
  #ended: string | undefined;

  constructor(options: ControlClientOptions) {
    this.#options = options;
  }

  /** Begins to listen. To be called once, in the same turn in which the process was started. */
  listen(): void {
    const { process } = this.#options;
    process.on('error', (error) => {
      this.#end(describeError(error));
    });
    process.on('exit', (code, signal) => {
      this.#end(this.#errorText.trim() || `tmux control client ended with ${code ?? signal ?? 'no code'}`);
    });
    process.stdin?.on('error', (error) => {
      this.#end(describeError(error));
    });
    process.stdout?.on('data', (chunk: Buffer) => {
      for (const message of this.#parser.feed(this.#decoder.write(chunk))) this.#hear(message);
    });
    process.stderr?.on('data', (chunk: Buffer) => {
      this.#errorText = (this.#errorText + chunk.toString()).slice(-500);
    });
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Sends one command line (no newline, no `;` between commands: an error would swallow answers). */
  send(line: string): Promise<ControlReply> {
    if (this.#ended !== undefined) return Promise.resolve({ kind: 'lost', message: this.#ended });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#startTimeout();
      this.#options.process.stdin?.write(`${line}\n`);
    });
  }

  /** Ends the client; the tmux server stays. */
  close(): void {
    this.#end('closed');
  }

  #hear(message: ControlMessage): void {
    if (message.kind === 'notification') {
      if (this.#ended === undefined) this.#options.onNotification(message.name, message.rest);
      return;
    }
    const resolve = this.#waiting.shift();
    this.#startTimeout();
    const { output } = message;
    resolve?.(message.ok ? { kind: 'done', output } : { kind: 'refused', message: output });
  }

  #startTimeout(): void {
    this.#timeout?.();
    this.#timeout = undefined;
    if (this.#waiting.length === 0 || this.#ended !== undefined) return;
    const { clock, replyTimeoutMs } = this.#options;
    this.#timeout = clock.after(replyTimeoutMs, () => {
      this.#end(`tmux did not answer within ${replyTimeoutMs} ms`);
    });
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#timeout?.();
    const { process } = this.#options;
    process.stdin?.destroy();
    process.kill('SIGKILL');
    for (const resolve of this.#waiting.splice(0)) resolve({ kind: 'lost', message: reason });
    this.#options.onEnd(reason);
  }
}
