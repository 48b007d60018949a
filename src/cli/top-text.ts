import type { BridgeStatus } from '../contracts/bridge-api.ts';
import type { Alert, Metrics, SessionSample } from '../contracts/metrics.ts';
import { humanSize } from './human-size.ts';
import { ago } from './relative-time.ts';
import { channelLabel, noSessionLine, waitingLines } from './status-text.ts';
import { styled } from './style.ts';
import type { Line, Look, Piece } from './style.ts';
import { tableLines } from './table.ts';

/** What `vai top` shows: how the bridge is, and what it takes. */
export interface TopReport {
  readonly status: BridgeStatus;
  readonly metrics: Metrics;
}

/** By what the sessions are sorted; all but the number with the largest first. */
export const topOrders = ['number', 'cpu', 'memory', 'queued', 'response'] as const;

export type TopOrder = (typeof topOrders)[number];

export interface TopView {
  readonly vai: string;
  readonly order: TopOrder;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Columns of the terminal; undefined when there is none. */
  readonly width: number | undefined;
}

/** `vai top` for a person. */
export function topLines({ status, metrics }: TopReport, view: TopView): readonly Line[] {
  const { latest, alerts } = metrics;
  const { vai } = view;
  const sessions = [...latest.sessions].sort(comparers[view.order]);
  // Why their messages wait says also how much they take.
  const held = new Set<number | undefined>(sessions.filter(({ throttled }) => throttled).map(({ number }) => number));
  return [
    ...summaryLines(status, metrics),
    ...waitingLines(status, vai),
    ...alerts.flatMap((alert) => {
      const { session, kind } = alert;
      if (kind === 'throttled' || (kind === 'memory' && held.has(session))) return [];
      return [styled('attention', alertWords({ ...alert, kind }, view.now))];
    }),
    ...sessions.flatMap(({ number, throttled }) =>
      throttled === undefined ? [] : [styled('attention', `Session ${number}: ${throttled}`)],
    ),
    '',
    ...(sessions.length === 0 ? [noSessionLine(status, vai)] : sessionRows(sessions, status, alerts, view)),
  ];
}

function summaryLines({ version, outbox }: BridgeStatus, { latest, alerts }: Metrics): readonly Line[] {
  const { sessions, system } = latest;
  const sum = (of: (sample: SessionSample) => number): number =>
    sessions.reduce((total, sample) => total + of(sample), 0);
  const own = [humanSize(system.bridgeMemory), `${Math.round(system.bridgeCpu)} % of a processor`];
  const all = [
    counted(sessions.length, 'session'),
    counted(
      sum(({ processes }) => processes),
      'process',
      'processes',
    ),
    humanSize(sum(({ memory }) => memory)),
    `${Math.round(sum(({ cpu }) => cpu))} % of a processor`,
    `${sum(({ queued }) => queued)} queued`,
    `${outbox.pending} to be posted`,
  ];
  const mark = (kind: Alert['kind'], text: string): Piece =>
    alerts.some((alert) => alert.session === undefined && alert.kind === kind) ? styled('attention', text) : text;
  return [
    [styled('strong', `The bridge ${version}`), `: ${own.join(', ')}`],
    [styled('strong', 'All sessions'), ': ', mark('total-memory', all.join(', '))],
    [
      styled('strong', 'The machine'),
      ': ',
      mark('memory', `memory ${share(system.usedMemory, system.totalMemory)}`),
      ', ',
      mark('disk', `disk ${share(system.usedDisk, system.totalDisk)}`),
      `, processors ${Math.round(system.cpu)} %`,
    ],
  ];
}

function sessionRows(
  sessions: readonly SessionSample[],
  status: BridgeStatus,
  alerts: readonly Alert[],
  { width }: TopView,
): readonly Line[] {
  const named = new Map(status.sessions.map((session) => [session.number, session]));
  const head = ['N', 'CHANNEL', 'STATE', 'CPU', 'MEMORY', 'PROCESSES', 'FILES', 'ANSWERS', ''];
  const rows = sessions.map((sample): readonly Piece[] => {
    const { number, response, queued, throttled } = sample;
    const session = named.get(number);
    const mark = (kinds: readonly Alert['kind'][], text: string): Piece =>
      alerts.some((alert) => alert.session === number && kinds.includes(alert.kind)) ? styled('attention', text) : text;
    return [
      String(number),
      session === undefined ? '' : channelLabel(session),
      styled(looks[sample.status] ?? 'quiet', sample.status),
      `${Math.round(sample.cpu)} %`,
      mark(['memory', 'throttled'], humanSize(sample.memory)),
      String(sample.processes),
      mark(['disk'], humanSize(sample.disk)),
      response === undefined
        ? styled('quiet', '-')
        : mark(['response'], `${seconds(response.mean)} (${seconds(response.p95)})`),
      queued === 0 ? '' : styled('attention', `${queued} ${throttled === undefined ? 'queued' : 'held back'}`),
    ];
  });
  return tableLines(head, rows, { width, flexible: [1] });
}

const looks: Readonly<Record<string, Look>> = {
  starting: 'active',
  lost: 'bad',
  failed: 'bad',
  initializing: 'active',
  idle: 'good',
  busy: 'active',
  waiting: 'attention',
  error: 'bad',
};

const comparers: Readonly<Record<TopOrder, (one: SessionSample, other: SessionSample) => number>> = {
  number: (one, other) => one.number - other.number,
  cpu: (one, other) => other.cpu - one.cpu || one.number - other.number,
  memory: (one, other) => other.memory - one.memory || one.number - other.number,
  queued: (one, other) => other.queued - one.queued || one.number - other.number,
  response: (one, other) => (other.response?.mean ?? -1) - (one.response?.mean ?? -1) || one.number - other.number,
};

/** What a line of its own tells; why messages wait is told by the session. */
type ToldAlert = Alert & { readonly kind: Exclude<Alert['kind'], 'throttled'> };

const alertNames: Readonly<Record<ToldAlert['kind'], string>> = {
  memory: 'memory',
  disk: 'disk',
  response: 'answers take',
  'total-memory': 'memory',
};

function alertWords({ session, kind, since, value, limit }: ToldAlert, now: number): string {
  const who = session === undefined ? (kind === 'total-memory' ? 'All sessions' : 'The machine') : `Session ${session}`;
  const size = kind === 'response' ? seconds : humanSize;
  return `${who}: ${alertNames[kind]} ${size(value)}, over ${size(limit)}, since ${ago(since, now)}`;
}

function share(used: number, total: number): string {
  const percent = total === 0 ? 0 : Math.round((used / total) * 100);
  return `${humanSize(used)} of ${humanSize(total)} (${percent} %)`;
}

/** A time in seconds, for milliseconds. */
function seconds(ms: number): string {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
