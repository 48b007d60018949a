import type { Log } from '../../../src/base/log.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

/** Keeps every line, so that a test can ask what was told to the operator. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  debug(fields: object, sentence: string): void {
    this.lines.push({ level: 'debug', fields: { ...fields }, sentence });
  }

  info(fields: object, sentence: string): void {
    this.lines.push({ level: 'info', fields: { ...fields }, sentence });
  }

  warn(fields: object, sentence: string): void {
    this.lines.push({ level: 'warn', fields: { ...fields }, sentence });
  }

  error(fields: object, sentence: string): void {
    this.lines.push({ level: 'error', fields: { ...fields }, sentence });
  }

  at(level: LogLine['level']): readonly string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.sentence);
  }
}
