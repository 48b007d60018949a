import { channelLabel, stateWords } from './status-text.ts';
import type { StatusReport } from './status-source.ts';

/** What is worth a line when it changes: its name, and how it is. */
export type Facts = ReadonlyMap<string, string>;

/** A status as facts. */
export function factsOf(status: StatusReport): Facts {
  if (!status.running) return new Map([['bridge', 'not running']]);
  const { chat, sessions, pid } = status;
  const detail = chat.detail === undefined ? '' : ` (${chat.detail})`;
  return new Map([
    ['bridge', `running (process ${pid})`],
    ['chat', `${chat.state}${detail}`],
    ...sessions.map((session): [string, string] => {
      const queued = session.queued === 0 ? '' : `, ${session.queued} queued`;
      const words = session.detail === undefined ? '' : ` (${session.detail})`;
      return [`session ${session.number} ${channelLabel(session)}`, `${stateWords(session)}${queued}${words}`];
    }),
  ]);
}

/** What is different now, a line each. While no bridge runs, nothing is said about what it would know. */
export function changesBetween(before: Facts, after: Facts): readonly string[] {
  const changed = [...after].filter(([name, how]) => before.get(name) !== how).map(([name, how]) => `${name}: ${how}`);
  const isRunning = after.size > 1;
  const gone = isRunning ? [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name}: removed`) : [];
  return [...changed, ...gone];
}
