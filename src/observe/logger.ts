import { chmodSync } from 'node:fs';
import { join } from 'node:path';

import { pino } from 'pino';

import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { redactor } from './redact.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LoggerOptions {
  /** Directory of `bridge.log` and `session_N.log`; exists. */
  readonly directory: string;
  /** pino's name of the lowest level written. */
  readonly level: string;
  /** Values that must never be written. */
  readonly secrets: readonly string[];
  /** Also writes every line to standard output. */
  readonly echo: boolean;
}

/**
 * Log files: `bridge.log` for everything, and a line that names a session also in `session_N.log`. Every line passes
 * the redaction. A disk that cannot be written costs log lines, never the bridge.
 */
export class Logger implements Log {
  readonly #options: LoggerOptions;
  readonly #redact: (line: string) => string;
  readonly #bridge: pino.Logger;
  readonly #sessions = new Map<number, pino.Logger>();

  constructor(options: LoggerOptions) {
    this.#options = options;
    this.#redact = redactor(options.secrets);
    this.#bridge = this.#open('bridge.log', options.echo);
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

  #write(level: Level, fields: object, sentence: string): void {
    this.#bridge[level](fields, sentence);
    const session = 'session' in fields && typeof fields.session === 'number' ? fields.session : undefined;
    if (session === undefined) return;
    this.#sessionLog(session)?.[level](fields, sentence);
  }

  /** Undefined while the file cannot be opened; the next line tries again. */
  #sessionLog(session: number): pino.Logger | undefined {
    const known = this.#sessions.get(session);
    if (known) return known;
    try {
      const log = this.#open(`session_${session}.log`, false);
      this.#sessions.set(session, log);
      return log;
    } catch (error) {
      this.#bridge.warn({ error: describeError(error) }, 'a session log cannot be opened');
      return undefined;
    }
  }

  #open(name: string, echo: boolean): pino.Logger {
    const path = join(this.#options.directory, name);
    // Synchronous: the last line before a crash is the one that is wanted.
    const file = pino.destination({ dest: path, sync: true, append: true });
    file.on('error', ignoreFullDisk);
    chmodSync(path, 0o600);
    const write = (line: string): void => {
      const clean = this.#redact(line);
      file.write(clean);
      if (echo) process.stdout.write(clean);
    };
    return pino({ level: this.#options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
  }
}

/** There is nowhere left to report to; the lines are lost, the bridge goes on. */
function ignoreFullDisk(): void {
  // Nothing to do.
}
