import { backoffDelay } from '../base/backoff.ts';
import type { Cancel, Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { runCommand, spawnProcess } from '../base/run-command.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import { WatchedTime } from '../base/watched-time.ts';
import { ControlClient } from './control-client.ts';
import type { ControlReply } from './control-client.ts';
import { batches, classifyRefusal, controlLine, spawnArguments } from './tmux-commands.ts';
import type { TmuxCommand } from './tmux-commands.ts';
import { isOlder } from './tmux-installation.ts';
import type { TmuxInstallation } from './tmux-installation.ts';
import { hubName } from './tmux-names.ts';
import { serverEnvironment, startCommands } from './tmux-server.ts';

/** What became of a list of commands. */
export type TmuxReply =
  /** All done. */
  | { readonly kind: 'done'; readonly output: string }
  /** One was refused; at least `before` commands in front of it were done. */
  | { readonly kind: 'refused'; readonly message: string; readonly before: number }
  | { readonly kind: 'no-server' }
  /** Nobody knows how far it came. */
  | { readonly kind: 'lost'; readonly message: string };

export interface TmuxConnectionOptions {
  readonly tmux: TmuxInstallation;
  readonly socket: string;
  /** This process's environment; only a few harmless variables reach the server. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds. */
  readonly replyTimeoutMs: number;
  /** Hears the control client's notifications (`unlinked-window-close` …). */
  readonly onNotification: (name: string) => void;
  /** The control client ended; the server may be gone. */
  readonly onLost: () => void;
}

/** Milliseconds for a server to end. */
const endMs = 5000;

/** A client that lived this long (milliseconds) was healthy: the next failure begins the back-off anew. */
const healthyMs = 10_000;

/**
 * The way to one tmux server: a persistent control client, and a process per question while there is none. Owns the
 * client and its restarts; knows nothing about terminals.
 */
export class TmuxConnection {
  readonly #options: TmuxConnectionOptions;
  readonly #spawns = new SerialQueue();
  readonly #starts = new SerialQueue();
  #client: ControlClient | undefined;
  #spawning = 0;
  #epoch = 0;
  #failures = 0;
  #reconnect: Cancel | undefined;
  /** The server is to end: nobody joins it any more, which could start it anew. */
  #ending = false;
  #closed = false;

  constructor(options: TmuxConnectionOptions) {
    this.#options = options;
  }

  /**
   * Names the time during which one and the same server was certainly there: pane ids learned in one epoch mean the
   * same pane as long as it lasts. Undefined while there is no control client.
   */
  get epoch(): number | undefined {
    return this.#client?.alive ? this.#epoch : undefined;
  }

  /** Joins the server when one runs; starts none. */
  async open(): Promise<void> {
    if ((await this.#spawn([['list-sessions']])).kind === 'no-server') return;
    await this.#starts.run(async () => {
      if (!this.#ending) await this.#join();
    });
  }

  /** Starts the server when there is none, and joins it; nothing when it is joined. @throws BridgeError `tmux-server-failed`. */
  startServer(): Promise<void> {
    this.#ending = false;
    return this.#starts.run(async () => {
      if (this.epoch === undefined) await this.#join();
    });
  }

  /** Ends the server, if there is one; none is there until somebody starts it. @throws BridgeError `tmux-server-alive`. */
  async endServer(): Promise<void> {
    const { clock, socket } = this.#options;
    this.#ending = true;
    this.#reconnect?.();
    this.#reconnect = undefined;
    // A join that is under way might begin with a server and end by starting one.
    await this.#starts.idle();
    await this.run([['kill-server']], { repeatable: true });
    const waited = new WatchedTime(clock);
    while ((await this.#spawn([['list-sessions']])).kind !== 'no-server') {
      if (waited.elapsed() > endMs) {
        throw new BridgeError('tmux-server-alive', `The tmux server on ${socket} did not end.`);
      }
      await clock.sleep(20);
    }
  }

  /**
   * Runs commands in order.
   *
   * @param options.repeatable doing them twice is harmless: they are asked again when the client was lost meanwhile.
   */
  async run(commands: readonly TmuxCommand[], options: { readonly repeatable: boolean }): Promise<TmuxReply> {
    // Never past a process that is still under way: what is typed must arrive in order.
    if (this.#client?.alive && this.#spawning === 0) {
      const client = this.#client;
      const reply = combine(await Promise.all(commands.map((command) => client.send(controlLine(command)))));
      if (reply.kind !== 'lost' || !options.repeatable) return reply;
    }
    this.#spawning += 1;
    try {
      return await this.#spawns.run(() => this.#spawnAll(commands));
    } finally {
      this.#spawning -= 1;
    }
  }

  close(): void {
    this.#closed = true;
    this.#reconnect?.();
    this.#client?.close();
  }

  async #join(): Promise<void> {
    const { environment } = this.#options;
    // The hub is made again when somebody closed it; everything else here may be set any number of times.
    for (let attempt = 0; ; attempt += 1) {
      const reply = await this.#spawn(await startCommands(environment));
      if (reply.kind === 'done' || (reply.kind === 'refused' && classifyRefusal(reply.message) === 'duplicate')) break;
      // A server that is just going down on the same socket refuses; a moment later there is none.
      if (attempt >= 5) throw serverFailed(reply);
      await this.#options.clock.sleep(50);
    }
    await this.#attach();
  }

  async #attach(): Promise<void> {
    if (this.#closed) return;
    const { tmux, socket, clock, log, replyTimeoutMs } = this.#options;
    this.#reconnect?.();
    this.#reconnect = undefined;
    const isOld = isOlder(tmux.version, [3, 2]);
    const flags = isOld ? [] : ['-f', 'no-output,ignore-size'];
    // Attaching to a server that is gone would start one, with the user's own configuration.
    const args = [...(isOld ? [] : ['-N']), '-u', '-S', socket, '-C', 'attach-session', ...flags, '-t', `=${hubName}`];
    const began = clock.monotonic();
    const client = new ControlClient({
      process: spawnProcess(tmux.path, args, { env: this.#clean(), stdio: 'pipe', cwd: '/' }),
      clock,
      replyTimeoutMs,
      onNotification: this.#options.onNotification,
      onEnd: (reason) => {
        this.#onEnd(client, reason, clock.monotonic() - began);
      },
    });
    client.listen();
    const first = await client.send(controlLine(['display-message', '-p', 'ready']));
    if (first.kind !== 'done') {
      client.close();
      log.warn({ reason: first.message }, 'no tmux control client; one process per question until there is one');
      this.#reconnectLater();
      return;
    }
    this.#client = client;
    this.#epoch += 1;
  }

  #onEnd(client: ControlClient, reason: string, livedMs: number): void {
    if (this.#client !== client || this.#closed) return;
    this.#client = undefined;
    if (livedMs >= healthyMs) this.#failures = 0;
    const { log } = this.#options;
    if (this.#ending) log.info({ reason }, 'the tmux control client ended');
    else log.warn({ reason }, 'the tmux control client ended');
    this.#reconnectLater();
    this.#options.onLost();
  }

  #reconnectLater(): void {
    if (this.#closed || this.#ending || this.#reconnect) return;
    const { clock, log } = this.#options;
    const delay = backoffDelay(this.#failures, { firstMs: 100, maxMs: 10_000 });
    this.#failures += 1;
    this.#reconnect = clock.after(delay, () => {
      this.#reconnect = undefined;
      // Without a server there is nothing to join; who creates a terminal starts one.
      this.open().catch((error: unknown) => {
        log.error({ error }, 'the tmux server could not be joined');
        this.#reconnectLater();
      });
    });
  }

  async #spawnAll(commands: readonly TmuxCommand[]): Promise<TmuxReply> {
    let output = '';
    let before = 0;
    for (const batch of batches(commands)) {
      const reply = await this.#spawn(batch);
      if (reply.kind === 'refused') return { ...reply, before };
      if (reply.kind !== 'done') return before === 0 ? reply : { kind: 'lost', message: 'the tmux server is gone' };
      output += reply.output;
      before += batch.length;
    }
    return { kind: 'done', output };
  }

  async #spawn(commands: readonly TmuxCommand[]): Promise<TmuxReply> {
    const { tmux, socket, replyTimeoutMs } = this.#options;
    const args = ['-u', '-S', socket, '-f', '/dev/null', ...spawnArguments(commands)];
    try {
      const { exitCode, stdout, stderr } = await runCommand(tmux.path, args, {
        env: this.#clean(),
        cwd: '/',
        timeoutMs: replyTimeoutMs,
      });
      if (exitCode === 0) return { kind: 'done', output: stdout.replace(/\n$/, '') };
      const message = stderr.trim();
      return classifyRefusal(message) === 'no-server' ? { kind: 'no-server' } : { kind: 'refused', message, before: 0 };
    } catch (error) {
      if (error instanceof BridgeError) return { kind: 'lost', message: error.message };
      throw error;
    }
  }

  #clean(): Readonly<Record<string, string>> {
    return serverEnvironment(this.#options.environment);
  }
}

function combine(replies: readonly ControlReply[]): TmuxReply {
  const output: string[] = [];
  for (const [before, reply] of replies.entries()) {
    if (reply.kind === 'lost') return reply;
    if (reply.kind === 'refused') return { ...reply, before };
    if (reply.output !== '') output.push(reply.output);
  }
  return { kind: 'done', output: output.join('\n') };
}

function serverFailed(reply: Exclude<TmuxReply, { kind: 'done' }>): BridgeError {
  const why = reply.kind === 'no-server' ? 'it ended at once' : reply.message;
  return new BridgeError('tmux-server-failed', `The tmux server could not be started: ${why}.`, {
    advice: 'Try "tmux -V" and look at the free space of the temporary directory.',
  });
}
