import { pino } from 'pino';

import { localDay } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { LogTrouble } from '../contracts/log-trouble.ts';
import { oneLine } from './one-line.ts';
import { RolledFile } from './rolled-file.ts';
import { forgetSilent } from './rolled-retention.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LoggerOptions {
  /** Directory of `bridge.log` and `session_N.log`. It is made when it is not there. */
  readonly directory: string;
  /** pino's name of the lowest level written. */
  readonly level: string;
  /** How many files of each log are kept. */
  readonly keep: number;
  /** Takes out of a line what must never be written. */
  readonly redact: (line: string) => string;
  readonly clock: Clock;
  /** Also writes every line to standard output. */
  readonly echo: boolean;
  /** When a new file of a log begins, in bytes. Default 10 MiB. */
  readonly bytesPerPiece?: number;
}

/** A line longer than this loses its fields, in characters: an error may quote a whole answer. */
const longestLine = 64 * 1024;

/**
 * Log files: `bridge.log` for everything, and a line that names a session also in `session_N.log`. Every line passes
 * the redaction and stays one line. Knows nothing about what becomes of a file.
 */
export class Logger implements Log {
  readonly #options: LoggerOptions;
  readonly #sessions = new Map<number, RolledFile>();
  readonly #bridge: RolledFile;
  readonly #pino: pino.Logger;
  /** Of the line that is being written. */
  #session: number | undefined;
  #sweptOn = '';

  constructor(options: LoggerOptions) {
    const write = (line: string): void => {
      this.#put(line);
    };
    this.#options = options;
    this.#bridge = this.#file('bridge');
    this.#pino = pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
  }

  /** Resolves when `bridge.log` is open, or cannot be. A line before that waits in memory. */
  open(): Promise<void> {
    return this.#bridge.open();
  }

  /** Logs that cannot be written now. */
  get troubles(): readonly LogTrouble[] {
    return [this.#bridge, ...this.#sessions.values()].flatMap(({ trouble }) => trouble ?? []);
  }

  debug(fields: object, sentence: string): void {
    this.#write('debug', fields, sentence);
  }

  info(fields: object, sentence: string): void {
    this.#write('info', fields, sentence);
  }

  warn(fields: object, sentence: string): void {
    this.#write('warn', fields, sentence);
  }

  error(fields: object, sentence: string): void {
    this.#write('error', fields, sentence);
  }

  /** Every line is with the system when it resolves; later ones are dropped. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values(), this.#bridge].map((file) => file.close()));
  }

  #write(level: Level, fields: object, sentence: string): void {
    this.#session = 'session' in fields && typeof fields.session === 'number' ? fields.session : undefined;
    try {
      this.#pino[level](fields, sentence);
    } catch (error) {
      // A field that cannot be shown is no reason to lose the line, nor to fail where it was written.
      this.#pino[level]({ session: this.#session, unwritable: describeError(error) }, sentence);
    }
  }

  #put(line: string): void {
    // To say that a file cannot be written is a line of its own, in the middle of this one.
    const session = this.#session;
    const whole = line.trimEnd();
    const clean = `${oneLine(this.#options.redact(whole.length > longestLine ? shortened(whole) : whole))}\n`;
    this.#sweep();
    this.#bridge.write(clean);
    if (this.#options.echo) process.stdout.write(clean);
    if (session !== undefined) this.#sessionFile(session).write(clean);
  }

  #sessionFile(session: number): RolledFile {
    const known = this.#sessions.get(session);
    if (known) return known;
    const file = this.#file(`session_${session}`);
    this.#sessions.set(session, file);
    return file;
  }

  #file(name: string): RolledFile {
    return new RolledFile({
      ...this.#options,
      name,
      onTrouble: ({ file, error }) => {
        this.error({ file, error }, 'a log cannot be written');
      },
      onHealed: ({ file, since, lost }) => {
        this.warn({ file, since, lost }, 'a log can be written again');
      },
    });
  }

  /** Once a day, and at a start. */
  #sweep(): void {
    const { directory, clock } = this.#options;
    const today = localDay(clock.now());
    if (today === this.#sweptOn) return;
    this.#sweptOn = today;
    try {
      forgetSilent(directory, clock.now());
    } catch (error) {
      this.warn({ error: describeError(error) }, 'logs about which nothing was written for long cannot be removed');
    }
  }
}

function shortened(line: string): string {
  const [, head = '{'] = /^(\{"level":\d+,"time":"[^"]*",(?:"session":\d+,)?)/.exec(line) ?? [];
  const [, sentence = '""'] = /"msg":("(?:[^"\\]|\\.){0,1000}")\}$/.exec(line) ?? [];
  return `${head}"cut":${line.length},"msg":${sentence}}`;
}
