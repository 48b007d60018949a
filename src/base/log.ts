/**
 * Where log lines go: a constant sentence plus fields under fixed names (`session`, `channel`, `message`, `agent`,
 * `error`). Never secrets or message text. The shape is pino's, so that a pino logger is one.
 */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

/** Says nothing. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // A line nobody wants to read.
}
