import type { MessageTrace, TracedPost, TracedStep } from '../contracts/bridge-api.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';
import { alignColumns } from './table.ts';

/** What steps are called; a step without a name here is shown as it is. */
const names: Readonly<Record<string, string>> = {
  'inbox:new': 'stored',
  'inbox:edit': 'edited by its author',
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

/** The life of a message, for a person. */
export function traceLines(trace: MessageTrace): readonly Line[] {
  const head: Line[] = [
    [styled('strong', trace.id), `: session ${trace.session}, by ${trace.author}, written ${trace.sentAt}`],
    `  ${trace.beginning}`,
    stateLine(trace),
    ...outcomeLines(trace),
  ];
  const title = ['TIME', 'AFTER', 'WHAT', ''].map((text) => styled('strong', text));
  return [...head, '', ...alignColumns([title, ...trace.steps.map(stepRow)]), '', ...postLines(trace.posted)];
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

function stepRow({ at, afterMs, event, detail }: TracedStep): readonly string[] {
  const details = Object.entries(detail).map(([name, value]) => `${name}: ${value}`);
  return [at, `+${lengthText(afterMs)}`, names[event] ?? event, details.join(', ')];
}

function postLines(posted: readonly TracedPost[]): readonly Line[] {
  if (posted.length === 0) return ['Nothing was posted because of it.'];
  const title = ['POSTED', 'STATE', 'MESSAGE IDS', 'KEY'].map((text) => styled('strong', text));
  const rows = posted.map(({ kind, state, messageIds, key }) => [kind, state, messageIds.join(' ') || '-', key]);
  return alignColumns([title, ...rows]);
}
