import { isoTime } from '../../base/clock.ts';
import type { InboxMessage } from '../../model/message.ts';
import type { MessageFile } from '../../model/message-file.ts';
import type { OutboxState } from '../../model/outbound.ts';
import type { MessageTrace, TracedPost, TracedStep } from '../../contracts/bridge-api.ts';
import type { OutboundKind, Stores, TraceStep } from '../../contracts/stores.ts';
import { harmlessName } from '../attachments/agent-lines.ts';

/** How much of a text is shown in a list, in characters. */
const beginningLength = 100;

/** The steps after which the agent has a message: its own queue counts. */
const delivered = new Set(['confirmed', 'inbox:sending>acknowledged', 'inbox:uncertain>acknowledged']);

/** The life of a message as it is known now. `waitsFor` is what it waits for at this moment. */
export function traceOf(message: InboxMessage, stores: Stores, waitsFor: string | undefined): MessageTrace {
  const { id, session, source, channel, messageId, authorName, state, sentAt, receivedAt } = message;
  const steps = stores.traces.of(id);
  const turn = stores.turns.byMessage(id);
  const confirmed = confirmationIn(steps);
  return {
    id,
    session,
    source,
    channel,
    ...(messageId === undefined ? {} : { messageId }),
    author: authorName,
    state,
    beginning: beginningOfMessage(message, stores),
    sentAt: isoTime(sentAt),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(confirmed === undefined ? {} : { confirmed }),
    ...(turn === undefined
      ? {}
      : {
          turn: {
            id: turn.turn,
            startedAt: isoTime(turn.startedAt),
            ...(turn.outcome === undefined ? {} : { outcome: turn.outcome }),
          },
        }),
    durations: {
      storedMs: receivedAt - sentAt,
      ...since(
        sentAt,
        'deliveredMs',
        steps.find(({ event }) => delivered.has(event)),
      ),
      ...since(
        sentAt,
        'endedMs',
        steps.findLast(({ event }) => event === 'turn:end'),
      ),
    },
    steps: steps.map((step, index) => tracedStep(step, steps[index - 1])),
    posted: postsIn(steps),
  };
}

/** The first words of a text, in one line. */
export function beginningOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= beginningLength ? line : `${line.slice(0, beginningLength - 1).toWellFormed()}…`;
}

/** The same of a message; of one without a text, what is attached to it: `(2 files: a.png, b.log)`. */
export function beginningOfMessage(message: Pick<InboxMessage, 'id' | 'text'>, stores: Pick<Stores, 'files'>): string {
  const { id, text } = message;
  return beginningOf(text.trim() === '' ? filesLine(stores.files.of(id)) : text);
}

function filesLine(files: readonly MessageFile[]): string {
  if (files.length === 0) return '(no text)';
  const names = files.map(({ name }) => harmlessName(name)).join(', ');
  return `(${files.length === 1 ? '1 file' : `${files.length} files`}: ${names})`;
}

function since<Name extends string>(
  start: number,
  name: Name,
  step: TraceStep | undefined,
): Partial<Record<Name, number>> {
  return step === undefined ? {} : ({ [name]: step.at - start } as Record<Name, number>);
}

function tracedStep({ at, event, detail }: TraceStep, before: TraceStep | undefined): TracedStep {
  return { at: isoTime(at), afterMs: before === undefined ? 0 : at - before.at, event, detail };
}

function confirmationIn(steps: readonly TraceStep[]): MessageTrace['confirmed'] {
  const { by, afterMs } = steps.findLast(({ event, detail }) => event === 'confirmed' && 'by' in detail)?.detail ?? {};
  return typeof by === 'string' && typeof afterMs === 'number' ? { by, afterMs } : undefined;
}

/** What was put into channels because of the message, from the steps that the outbox noted. */
function postsIn(steps: readonly TraceStep[]): readonly TracedPost[] {
  const posts = new Map<string, TracedPost>();
  for (const { event, detail } of steps) {
    const { key, kind, messageId } = detail;
    if (typeof key !== 'string' || typeof kind !== 'string' || !event.startsWith('outbox:')) continue;
    const known = posts.get(key) ?? {
      key,
      kind: kind as OutboundKind,
      state: 'pending' as OutboxState,
      messageIds: [],
    };
    const outcome = event.slice('outbox:'.length);
    posts.set(key, {
      ...known,
      state: isOutcome(outcome) ? outcome : known.state,
      messageIds: typeof messageId === 'string' ? [...known.messageIds, messageId] : known.messageIds,
    });
  }
  return [...posts.values()];
}

function isOutcome(text: string): text is Exclude<OutboxState, 'pending'> {
  return text === 'posted' || text === 'failed' || text === 'dropped';
}
