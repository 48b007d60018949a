import { isoTime } from '../base/clock.ts';
import type { MessageTrace, TracedPost, TracedStep } from '../contracts/bridge-api.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';
import { tableLines } from './table.ts';

/** How many of a text's message ids are shown to a person; `--json` has all. */
const shownIds = 3;

/** What steps are called; a step without a name here is shown as it is. */
const names: Readonly<Record<string, string>> = {
  'inbox:new': 'stored',
  'inbox:edit': 'changed by its author',
  'inbox:queued>sending': 'being handed to the agent',
  'inbox:queued>withdrawn': 'taken back',
  'inbox:held>withdrawn': 'taken back',
  'inbox:held>queued': 'released, waits',
  'inbox:sending>acknowledged': 'the agent has it',
  'inbox:sending>steered': "lies in the agent's own queue",
  'inbox:steered>acknowledged': 'the agent took it up',
  'inbox:sending>uncertain': 'nobody knows whether the agent has it',
  'inbox:steered>uncertain': 'nobody knows whether the agent has it',
  'inbox:uncertain>acknowledged': 'looked up: the agent has it',
  'inbox:uncertain>steered': "looked up: it lies in the agent's own queue",
  'inbox:uncertain>queued': 'looked up: not delivered, waits again',
  'inbox:sending>queued': 'not delivered, waits again',
  'turn:begin': 'a turn began',
  'turn:join': 'joined a turn',
  'turn:end': 'its turn ended',
  confirmed: 'confirmed',
  interrupt: 'stops the running turn',
  'interrupt-failed': 'the running turn could not be stopped',
  'outbox:new': 'something is to be posted',
  'outbox:part': 'a part is out',
  'outbox:posted': 'posted',
  'outbox:failed': 'refused by the chat',
  'outbox:dropped': 'overtaken, not posted',
};

/**
 * The life of a message, for a person.
 *
 * @param width columns of the terminal; undefined when there is none.
 */
export function traceLines(trace: MessageTrace, width?: number): readonly Line[] {
  const head: Line[] = [
    [styled('strong', trace.id), `: session ${trace.session}, by ${trace.author}, written ${trace.sentAt}`],
    `  ${trace.beginning}`,
    stateLine(trace),
    ...outcomeLines(trace),
  ];
  const days = new Set([trace.sentAt, ...trace.steps.map(({ at }) => at)].map(dayOf));
  const rows = trace.steps.map((step) => stepRow(step, width !== undefined && days.size === 1));
  const steps = tableLines(['TIME', 'AFTER', 'WHAT', ''], rows, { width, flexible: [3] });
  return [...head, '', ...steps, '', ...postLines(trace.posted, width)];
}

/** Milliseconds for a person. */
export function lengthText(ms: number): string {
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function stateLine({ state, waitsFor, confirmed }: MessageTrace): Line {
  const waits = waitsFor === undefined ? '' : `, waits for: ${waitsFor}`;
  const proof = confirmed === undefined ? '' : `, confirmed by ${confirmed.by} after ${lengthText(confirmed.afterMs)}`;
  return `State: ${state}${waits}${proof}.`;
}

function outcomeLines({ turn, durations }: MessageTrace): readonly Line[] {
  const { storedMs, deliveredMs, endedMs } = durations;
  const since = [
    `stored after ${lengthText(storedMs)}`,
    ...(deliveredMs === undefined ? [] : [`at the agent after ${lengthText(deliveredMs)}`]),
    ...(endedMs === undefined ? [] : [`turn ended after ${lengthText(endedMs)}`]),
  ];
  return [
    ...(turn === undefined ? [] : [`Turn ${turn.id}: ${turn.outcome ?? 'still running'}.`]),
    `Since it was written: ${since.join(', ')}.`,
  ];
}

/** The date of an ISO time. */
function dayOf(time: string): string {
  return time.slice(0, time.indexOf('T'));
}

/** @param isOfOneDay the day stands above, and on a terminal there is better use for the room. */
function stepRow({ at, afterMs, event, detail }: TracedStep, isOfOneDay: boolean): readonly string[] {
  // Keys are long, and stand once more below.
  const { key, ...others } = detail;
  const details = Object.entries(key === undefined ? others : { ...others, key }).map(([name, value]) =>
    name === 'sentAt' && typeof value === 'number' ? `written: ${isoTime(value)}` : `${name}: ${value}`,
  );
  return [
    isOfOneDay ? at.slice(dayOf(at).length + 1) : at,
    `+${lengthText(afterMs)}`,
    names[event] ?? event,
    details.join(', '),
  ];
}

function postLines(posted: readonly TracedPost[], width: number | undefined): readonly Line[] {
  if (posted.length === 0) return ['Nothing was posted because of it.'];
  const rows = posted.map(({ kind, state, messageIds, key }) => [kind, state, idsText(messageIds), key]);
  return tableLines(['POSTED', 'STATE', 'MESSAGE IDS', 'KEY'], rows, { width, flexible: [3] });
}

function idsText(ids: readonly string[]): string {
  if (ids.length === 0) return '-';
  const more = ids.length > shownIds ? ` and ${ids.length - shownIds} more` : '';
  return `${ids.slice(0, shownIds).join(' ')}${more}`;
}
