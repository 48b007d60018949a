/** A log that cannot be written. It heals by itself. */
export interface LogTrouble {
  /** Where people look for it. */
  readonly file: string;
  readonly error: string;
  /** ISO 8601. */
  readonly since: string;
  /** Lines that are lost so far. */
  readonly lost: number;
}
