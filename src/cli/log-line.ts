import { z } from 'zod';

import { isoTime } from '../base/clock.ts';

const logLine = z.looseObject({
  level: z.union([z.number(), z.string()]),
  time: z.union([z.number(), z.string()]),
  msg: z.string().optional(),
  session: z.number().optional(),
});

/** pino's numbers. */
const levels: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** A line of the log for a person, and one line only: time, level, session, sentence, fields. What is no log line stays as it is. */
export function prettyLogLine(line: string): string {
  const parsed = parseLine(line);
  if (parsed === undefined) return line.replace(/[\t\n]/g, ' ');
  const { level, time, msg, session, ...fields } = parsed;
  const when = (typeof time === 'number' ? isoTime(time) : time).replace('T', ' ');
  const name = typeof level === 'number' ? (levels[level] ?? String(level)) : level.toUpperCase();
  const about = session === undefined ? [] : [`[session ${session}]`];
  return [when, name.padEnd(5), ...about, msg ?? '', ...Object.entries(fields).map(fieldText)]
    .join(' ')
    .replace(/[\t\n]/g, ' ');
}

function fieldText([name, value]: readonly [string, unknown]): string {
  return `${name}=${typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)}`;
}

function parseLine(line: string): z.infer<typeof logLine> | undefined {
  try {
    return logLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // Not JSON: something else wrote into the log, and it is shown as it is.
  }
}
