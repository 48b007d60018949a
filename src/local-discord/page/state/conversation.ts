import type { Emoji, Message, ReactionEvent } from './payloads.ts';
import { compareIds, hasFlag } from './payloads.ts';

/** What is known of one channel's messages. Never changed in place. */
export interface Conversation {
  /** Oldest first, each once. */
  readonly messages: readonly Message[];
  /** Whether the beginning of the history has been reached. */
  readonly complete: boolean;
  /** Whether what is here goes up to now; false before the first page and after a gap in the events. */
  readonly current: boolean;
  /** The newest message before the first gap in the events; undefined when there is none. */
  readonly gapAfter: string | undefined;
  /** Deleted while it was not current: a page of history that is on its way may still have them. */
  readonly gone: ReadonlySet<string>;
}

export const emptyConversation: Conversation = {
  messages: [],
  complete: false,
  current: false,
  gapAfter: undefined,
  gone: new Set(),
};

/** Events were missed: what comes from now on lies behind a gap, until a page of the history closes it. */
export function breakOff(conversation: Conversation): Conversation {
  return { ...conversation, current: false, gapAfter: seamOf(conversation) };
}

/** The message that a page of the history must reach back to, to leave no gap; undefined when nothing is known. */
export function seamOf({ gapAfter, messages }: Conversation): string | undefined {
  return gapAfter ?? messages.at(-1)?.id;
}

/** Adds a message or replaces what is known of it: seeing it twice changes nothing. */
export function putMessage(conversation: Conversation, message: Message): Conversation {
  const { messages } = conversation;
  const index = messages.findLastIndex(({ id }) => compareIds(id, message.id) <= 0);
  const known = messages[index];
  if (known?.id === message.id) return { ...conversation, messages: messages.with(index, renewed(known, message)) };
  return { ...conversation, messages: messages.toSpliced(index + 1, 0, message) };
}

/** Replaces a message only if it is known: an edit of one that is not shown is of no interest. */
export function editMessage(conversation: Conversation, message: Message): Conversation {
  return conversation.messages.some(({ id }) => id === message.id) ? putMessage(conversation, message) : conversation;
}

/** Takes the answer to an edit, which comes by another way than the events: what they have told of it or since then stays. */
export function answerEdit(conversation: Conversation, message: Message): Conversation {
  const known = conversation.messages.find(({ id }) => id === message.id);
  const isNews = known !== undefined && (known.edited_timestamp ?? '') < (message.edited_timestamp ?? '');
  return isNews ? putMessage(conversation, message) : conversation;
}

export function removeMessages(conversation: Conversation, ids: readonly string[]): Conversation {
  const removed = new Set(ids);
  return {
    ...conversation,
    messages: conversation.messages.filter(({ id }) => !removed.has(id)),
    gone: conversation.current ? conversation.gone : new Set([...conversation.gone, ...ids]),
  };
}

/** A newest part of the history, as REST gave it, with what is needed to know what it says about the rest. */
export interface NewestPage {
  /** Newest first. */
  readonly messages: readonly Message[];
  /** Nothing is older than these. */
  readonly isAll: boolean;
  /** The ids known when the request began: what came later by events is not the page's to judge. */
  readonly knownBefore: ReadonlySet<string>;
}

/**
 * Takes the newest part of the history as the truth about its span. What is older stays if the page reaches it;
 * otherwise there is a gap, and it goes.
 */
export function mergeNewest(conversation: Conversation, page: NewestPage): Conversation {
  const oldest = page.messages.at(-1)?.id;
  const inPage = new Set(page.messages.map(({ id }) => id));
  const seam = seamOf(conversation);
  const reaches = page.isAll || (oldest !== undefined && seam !== undefined && compareIds(oldest, seam) <= 0);
  const kept = conversation.messages.filter((message) => {
    if (inPage.has(message.id) || !page.knownBefore.has(message.id) || hasFlag(message, 'ephemeral')) return true;
    return reaches && !page.isAll && oldest !== undefined && compareIds(message.id, oldest) < 0;
  });
  let merged: Conversation = { ...conversation, messages: kept };
  for (const message of page.messages) {
    if (conversation.gone.has(message.id)) continue;
    const known = kept.find(({ id }) => id === message.id);
    if ((known?.edited_timestamp ?? '') <= (message.edited_timestamp ?? '')) {
      merged = putMessage(merged, { reactions: [], ...message });
    }
  }
  const complete = page.isAll || (reaches && conversation.complete);
  return { ...merged, complete, current: true, gapAfter: undefined, gone: new Set() };
}

/** Every change costs work for every message that is shown, so a long conversation lets its beginning go. */
const mostKept = 400;
const leftOfMany = 200;

/** Forgets the oldest messages of a long conversation; who scrolls up gets them again. */
export function forgetOldest(conversation: Conversation): Conversation {
  if (conversation.messages.length <= mostKept) return conversation;
  return { ...conversation, messages: conversation.messages.slice(-leftOfMany), complete: false };
}

/** Adds an older part of the history. */
export function mergeOlder(conversation: Conversation, messages: readonly Message[], isAll: boolean): Conversation {
  const known = new Set(conversation.messages.map(({ id }) => id));
  const fresh = messages.filter(({ id }) => !known.has(id));
  const all = [...fresh, ...conversation.messages].sort((a, b) => compareIds(a.id, b.id));
  return { ...conversation, messages: all, complete: isAll };
}

/** Counts a reaction that somebody added or took away. */
export function react(conversation: Conversation, event: ReactionEvent, add: boolean, self?: string): Conversation {
  return changeMessage(conversation, event.message_id, (message) => {
    const reactions = [...(message.reactions ?? [])];
    const index = reactions.findIndex(({ emoji }) => isSameEmoji(emoji, event.emoji));
    const known = reactions[index];
    const isMine = event.user_id === self;
    if (known && isMine && known.me === add) return message; // told twice
    const base = known ?? {
      emoji: event.emoji,
      count: 0,
      count_details: { normal: 0, burst: 0 },
      me: false,
      me_burst: false,
      burst_colors: [],
    };
    const changed = { ...base, count: base.count + (add ? 1 : -1), me: isMine ? add : base.me };
    if (known) reactions[index] = changed;
    else reactions.push(changed);
    return { ...message, reactions: reactions.filter(({ count }) => count > 0) };
  });
}

/** Takes away all reactions of a message, or those with one emoji. */
export function clearReactions(conversation: Conversation, id: string, emoji?: Emoji): Conversation {
  return changeMessage(conversation, id, (message) => ({
    ...message,
    reactions: emoji ? (message.reactions ?? []).filter((one) => !isSameEmoji(one.emoji, emoji)) : [],
  }));
}

function isSameEmoji(a: Emoji, b: Emoji): boolean {
  return a.id === b.id && (a.id !== null || a.name === b.name);
}

function changeMessage(
  conversation: Conversation,
  wanted: string,
  change: (message: Message) => Message,
): Conversation {
  const index = conversation.messages.findIndex(({ id }) => id === wanted);
  const message = conversation.messages[index];
  if (!message) return conversation;
  return { ...conversation, messages: conversation.messages.with(index, change(message)) };
}

/** Events do not say whose the reactions are, nor always what was replied to; what is known stays. */
function renewed(known: Message, message: Message): Message {
  const reactions = message.reactions ?? known.reactions;
  const referenced = message.referenced_message ?? known.referenced_message;
  return {
    ...message,
    ...(reactions ? { reactions } : {}),
    ...(referenced === undefined ? {} : { referenced_message: referenced }),
  };
}
