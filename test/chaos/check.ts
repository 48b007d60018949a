import type { ChatLine, Evidence, Happening, Received, Said } from './evidence.ts';
import { placesOf } from './plan.ts';
import type { BusyMode } from './plan.ts';

/** The bot's reactions on a message. */
const answered = '✅';
const failed = '❌';

/** Milliseconds within which a bridge that hears everything has taken note of an edit or a deletion, under load. */
const noticeMs = 4000;

/** In these nobody knows when the bridge hears of something. */
const troubles: readonly Happening['what'][] = ['chat trouble', 'reorder', 'late', 'disk full', 'channel closed'];

/** A death is told some time after it happened; what was said up to so many milliseconds after it may be hit by it. */
const aftermathMs = 2500;

/**
 * Everything in which a scenario broke a promise, as sentences that begin with the name of the promise; none when all
 * was well. Pure: it judges what the agents recorded and what the chat server and the bridge's books hold.
 */
export function findViolations(evidence: Evidence): readonly string[] {
  const owners = evidence.said.filter(({ message }) => message.by === 'owner');
  return [
    ...evidence.mishaps.map((mishap) => `mishap: ${mishap}`),
    ...owners.flatMap((said) => [
      ...checkTakenIn(said, evidence),
      ...checkDelivered(said, evidence),
      ...checkOutcome(said, evidence),
      ...checkVersion(said, evidence),
    ]),
    ...evidence.said
      .filter(({ message }) => message.by === 'stranger')
      .flatMap((said) => checkStranger(said, evidence)),
    ...evidence.channels.flatMap((_channel, place) => checkOrder(place, evidence)),
    ...checkAsked(evidence),
    ...checkBooks(evidence),
    ...checkEnd(evidence),
  ];
}

/** How often words stand for themselves in a text: `m1` is not in `m12`. */
export function countMark(text: string, mark: string): number {
  const quoted = mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return (text.match(new RegExp(`(?<![\\w.])${quoted}(?![\\w])(?!\\.\\d)`, 'gu')) ?? []).length;
}

/** BX-01: whatever the owner said and did not take back is in the inbox. */
function checkTakenIn(said: Said, evidence: Evidence): readonly string[] {
  if (said.removedAt !== undefined || evidence.inbox.some(({ messageId }) => messageId === said.id)) return [];
  if (!isHeardOf(said, evidence)) return [];
  return [`lost: ${named(said)} never reached the inbox`];
}

/** Once, and only what the books say was delivered. */
function checkDelivered(said: Said, evidence: Evidence): readonly string[] {
  const { mark } = said.message;
  const row = evidence.inbox.find(({ messageId }) => messageId === said.id);
  if (!row) return [];
  const times = timesReceived(mark, receivedBy(evidence, row.session));
  if (times > 1) return [`doubled: the agent got ${named(said)} ${times} times`];
  if (row.state === 'withdrawn' && times > 0) return [`untrue: ${named(said)} is withdrawn, and the agent has it`];
  if (row.state === 'failed' && times > 0) return [`untrue: ${named(said)} has failed, and the agent has it`];
  // An agent that is killed may have confirmed what it had no time to write down.
  if (row.state === 'acknowledged' && times === 0 && !hasCauseToFail(said, row.session, evidence)) {
    return [`lost: ${named(said)} is acknowledged, and the agent never got it`];
  }
  return [];
}

/** The reaction is what really happened, an answer came once, and a failure has a cause and says so. */
function checkOutcome(said: Said, evidence: Evidence): readonly string[] {
  const { message } = said;
  const row = evidence.inbox.find(({ messageId }) => messageId === said.id);
  const lines = evidence.lines[message.place] ?? [];
  const line = lines.find(({ id }) => id === said.id);
  if (!row || !line) return [];
  const good = line.reactions.includes(answered);
  const bad = line.reactions.includes(failed);
  const violations: string[] = [];
  if (row.state === 'withdrawn') {
    // Only the author's own deletion withdraws, and then there is no line any more.
    return [`lost: ${named(said)} is withdrawn, and its author did not take it back`];
  }
  if (good && bad) violations.push(`untrue: ${named(said)} is marked as answered and as failed`);
  // Nobody can react in a thread that is archived; an answer opens it again.
  const isArchived = evidence.happenings.some(({ what, place }) => what === 'archived' && place === message.place);
  if (!good && !bad && !isArchived)
    violations.push(`untold: ${named(said)} has no outcome; its reactions: ${line.reactions.join(' ')}`);
  const mayFail = message.ending !== 'completed' || hasCauseToFail(said, row.session, evidence);
  if (bad && !mayFail) violations.push(`failed: ${named(said)} failed without a cause: ${reason(said, lines)}`);
  if (bad && reason(said, lines) === '') violations.push(`untold: ${named(said)} failed, and nobody says why`);
  if (good && message.ending !== 'completed') violations.push(`untrue: ${named(said)} cannot have been answered`);
  const answers = timesSaid(message.answer, lines);
  if (answers > 1) violations.push(`doubled: the answer to ${named(said)} stands ${answers} times`);
  if (good && answers === 0) violations.push(`lost: ${named(said)} is marked as answered, and there is no answer`);
  return violations;
}

/** What is changed or taken back before the agent has it, it does not get. */
function checkVersion(said: Said, evidence: Evidence): readonly string[] {
  const { mark } = said.message;
  const row = evidence.inbox.find(({ messageId }) => messageId === said.id);
  if (!row) return [];
  const got = receivedBy(evidence, row.session).find(({ text }) => countMark(text, mark) > 0);
  // Two clocks that were moved cannot be compared.
  if (!got || evidence.happenings.some(({ what }) => what === 'clock moved')) return [];
  const { edited, removedAt } = said;
  const violations: string[] = [];
  if (removedAt !== undefined && got.at > heardOf(removedAt, evidence)) {
    violations.push(`deleted: the agent got ${named(said)} ${got.at - removedAt} ms after it was taken back`);
  }
  if (edited && countMark(got.text, edited.mark) === 0 && got.at > heardOf(edited.at, evidence)) {
    violations.push(`edited: the agent got the old text of ${named(said)} ${got.at - edited.at} ms after the edit`);
  }
  return violations;
}

/** BX-09: strangers reach nobody. */
function checkStranger(said: Said, evidence: Evidence): readonly string[] {
  const { mark } = said.message;
  const reached = evidence.received.some((texts) => timesReceived(mark, texts) > 0);
  const kept = evidence.inbox.some(({ messageId }) => messageId === said.id);
  return reached || kept ? [`stranger: ${named(said)} came through`] : [];
}

/** In one place, what was said first is delivered first, and answered first. */
function checkOrder(place: number, evidence: Evidence): readonly string[] {
  const session = placesOf(evidence.plan)[place]?.session ?? 1;
  const texts = receivedBy(evidence, session);
  const said = evidence.said
    .filter(({ message }) => message.place === place && message.by === 'owner')
    .toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
  const delivered = said
    .map((one, index) => ({ one, index, at: positionIn(texts, one.message.mark) }))
    .filter(({ at }) => at !== undefined);
  const swapped = evidence.happenings.some(({ what }) => what === 'reorder');
  const late = evidence.happenings.filter(({ what }) => what === 'late').map(({ at }) => at);
  const violations: string[] = [];
  for (const [index, later] of delivered.entries()) {
    const earlier = delivered[index - 1];
    if (!earlier || (earlier.at ?? 0) < (later.at ?? 0)) continue;
    // The gateway itself told two neighbours the wrong way round, or some of them much later.
    if (swapped && later.index - earlier.index === 1) continue;
    if (late.some((at) => later.one.at > at)) continue;
    violations.push(`order: the agent got ${named(later.one)} before ${named(earlier.one)}`);
  }
  const lines = evidence.lines[place] ?? [];
  const answers = delivered
    .toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0))
    .map(({ one }) => ({ one, at: lines.findIndex((line) => isAnswer(line, one.message.answer)) }))
    .filter(({ at }) => at >= 0);
  for (const [index, later] of answers.entries()) {
    const earlier = answers[index - 1];
    if (earlier && earlier.at > later.at && !maySpeakLater(earlier.one, evidence.plan.sessions[session - 1])) {
      violations.push(`order: the answer to ${named(later.one)} stands before that to ${named(earlier.one)}`);
    }
  }
  return violations;
}

/** An agent answers first what it took in while it used tools, and what came before it said something late. */
function maySpeakLater({ message }: Said, mode: BusyMode | undefined): boolean {
  return message.text.startsWith('late ') || (mode === 'steer' && message.text.startsWith('tools '));
}

/** What was asked for at the shell happened once, if the bridge said yes; never twice; not at all, if it said no. */
function checkAsked(evidence: Evidence): readonly string[] {
  return evidence.asked.flatMap(({ kind, session, mark, stored }) => {
    const times =
      kind === 'send'
        ? timesReceived(mark, receivedBy(evidence, session))
        : (evidence.lines[session - 1] ?? []).filter((line) => line.bot && countMark(line.text, mark) > 0).length;
    const mayBe = stored === 'yes' ? [1] : stored === 'no' ? [0] : [0, 1];
    const what = kind === 'send' ? `vai send ${session}` : `dp ${session}`;
    return mayBe.includes(times) ? [] : [`asked: ${what} of ${mark} (stored: ${stored}) happened ${times} times`];
  });
}

/** Everything that stands in a channel is in the books exactly once, and the other way round. */
function checkBooks({ outbox, lines, channels }: Evidence): readonly string[] {
  const violations: string[] = [];
  const sent = new Map<string, string>();
  for (const { key, sent: ids } of outbox) {
    for (const id of ids) {
      if (sent.has(id)) violations.push(`books: message ${id} belongs to ${key} and to ${sent.get(id) ?? ''}`);
      sent.set(id, key);
    }
  }
  const standing = new Set(lines.flat().map(({ id }) => id));
  for (const line of lines.flat()) {
    if (line.bot && !sent.has(line.id)) violations.push(`doubled: nobody knows who posted "${line.text.slice(0, 80)}"`);
  }
  for (const { key, kind, state, channel, detail, sent: ids } of outbox) {
    if (state === 'pending') violations.push(`unsettled: ${key} is still to be posted`);
    if (kind !== 'text' || !channels.includes(channel)) continue;
    if (state === 'failed') violations.push(`lost: ${key} was given up: ${detail ?? ''}`);
    if (state === 'posted' && ids.length === 0) violations.push(`books: ${key} is posted, but as no message`);
    for (const id of ids) if (!standing.has(id)) violations.push(`lost: ${key} is posted as ${id}, which is not there`);
  }
  return violations;
}

/** Everything has come to an end, and nothing is left behind. */
function checkEnd(evidence: Evidence): readonly string[] {
  const settled = ['acknowledged', 'withdrawn', 'failed'];
  return [
    ...evidence.inbox
      .filter(({ state }) => !settled.includes(state))
      .map(({ id, state }) => `unsettled: ${id} is ${state}`),
    ...(evidence.openTurns > 0 ? [`unsettled: ${evidence.openTurns} turns are open`] : []),
    ...evidence.sessionsDown.map((session) => `down: ${session}`),
    ...evidence.leftovers.map((process) => `leftover: ${process}`),
    ...evidence.unknownRoutes.map((route) => `unknown route: ${route}`),
  ];
}

/** Whether the bridge can know of it at all. */
function isHeardOf(said: Said, { plan, inbox, said: all, happenings }: Evidence): boolean {
  const { place } = said.message;
  // What is said in a channel that the bot may not enter, nobody tells it, then or later.
  const doors = happenings.filter((one) => one.place === place && one.at <= said.at);
  if (doors.at(-1)?.what === 'channel closed') return false;
  // A channel without a session is not known before something was heard there.
  if (placesOf(plan)[place]?.kind !== 'elsewhere') return true;
  const known = new Set(inbox.map(({ messageId }) => messageId));
  return all.some((one) => one.message.place === place && known.has(one.id) && BigInt(one.id) < BigInt(said.id));
}

/** When the bridge cannot but have heard of something that people did, by the test's clock. */
function heardOf(at: number, { happenings }: Evidence): number {
  // In trouble with the server nobody knows when; a daemon that is away hears of it before it does anything else.
  if (happenings.some(({ what }) => troubles.includes(what))) return Infinity;
  const starts = happenings.filter(({ what }) => what === 'daemon starts').map((start) => start.at);
  const ends = happenings.filter(({ what }) => what === 'daemon ended').map((end) => end.at);
  const away = ends.some((end) => end < at + noticeMs && !starts.some((start) => start > end && start < at));
  const next = starts.find((start) => start > at);
  return away && next !== undefined ? Math.max(next, at) + noticeMs : at + noticeMs;
}

/** Whether something happened to a session's agent that may end a turn badly. */
function hasCauseToFail(said: Said, session: number, { happenings, plan, said: all }: Evidence): boolean {
  const hits = (happening: Happening): boolean =>
    (happening.what === 'agent killed' || happening.what === 'interrupt') &&
    (happening.session === undefined || happening.session === session) &&
    happening.at > said.at - aftermathMs;
  if (happenings.some(hits)) return true;
  // A message that interrupts, or makes the agent crash, hits the turn that is running.
  const places = placesOf(plan);
  const neighbours = all.filter((one) => one !== said && places[one.message.place]?.session === session);
  if (neighbours.some(({ message }) => message.ending === 'lost')) return true;
  return plan.sessions[session - 1] === 'interrupt' && neighbours.length > 0;
}

function receivedBy({ received }: Evidence, session: number): readonly Received[] {
  return received[session - 1] ?? [];
}

function timesReceived(mark: string, texts: readonly Received[]): number {
  return texts.reduce((sum, { text }) => sum + countMark(text, mark), 0);
}

/** Where a mark stands among all that was received: a number that grows with the order; undefined when it does not. */
function positionIn(texts: readonly Received[], mark: string): number | undefined {
  const index = texts.findIndex(({ text }) => countMark(text, mark) > 0);
  if (index < 0) return undefined;
  return index + (texts[index]?.text.indexOf(mark) ?? 0) / 1e6;
}

function timesSaid(answer: string, lines: readonly ChatLine[]): number {
  return lines.filter((line) => isAnswer(line, answer)).length;
}

function isAnswer(line: ChatLine, answer: string): boolean {
  return line.bot && countMark(line.text, answer) > 0;
}

/** What the bot replied to a message; empty when it did not. */
function reason(said: Said, lines: readonly ChatLine[]): string {
  return lines.find(({ bot, replyTo }) => bot && replyTo === said.id)?.text ?? '';
}

function named({ message }: Said): string {
  return `${message.name} ("${message.text.slice(0, 30).replaceAll('\n', ' ')}")`;
}
