// What is known of one channel's messages, by id: seeing a message twice changes nothing. Knows nothing about elements.

export class Conversation {
  #messages = new Map();
  /** Whether the beginning of the history has been reached. */
  complete = false;
  /** Whether what is here goes up to now; false after a gap in the events. */
  current = false;

  /** Oldest first; what is still being sent comes last. */
  list() {
    return [...this.#messages.values()].sort(
      (a, b) => Number(Boolean(a.pending)) - Number(Boolean(b.pending)) || order(a.id, b.id),
    );
  }

  oldestId() {
    return this.list().find((message) => !message.pending)?.id;
  }

  get(id) {
    return this.#messages.get(id);
  }

  /** Adds or replaces; the sent form takes the place of the pending one with its nonce. */
  put(message) {
    if (message.nonce !== undefined && !message.pending) this.#messages.delete(pendingId(message.nonce));
    const known = this.#messages.get(message.id);
    // Events do not say whose the reactions are; what is known stays.
    const reactions = message.reactions ?? known?.reactions;
    this.#messages.set(message.id, { ...message, ...(reactions ? { reactions } : {}) });
  }

  /** What `replaceNewest` is to be given: the ids known when its request began. */
  ids() {
    return new Set(this.#messages.keys());
  }

  /**
   * Takes the newest page of history as the truth about its span, except for what events brought while it was on its
   * way.
   */
  replaceNewest(messages, isAll, knownBefore) {
    const first = messages.at(-1)?.id;
    for (const id of knownBefore) {
      const isPending = this.#messages.get(id)?.pending;
      if (!isPending && (!this.current || first === undefined || order(id, first) >= 0)) this.#messages.delete(id);
    }
    for (const message of messages) {
      const newer = this.#messages.get(message.id)?.edited_timestamp ?? '';
      if (newer <= (message.edited_timestamp ?? '')) this.put({ reactions: [], ...message });
    }
    this.complete = isAll;
    this.current = true;
  }

  delete(id) {
    this.#messages.delete(id);
  }

  react({ message_id: id, user_id: user, emoji }, add, self) {
    const message = this.#messages.get(id);
    if (!message) return;
    const isSame = (one) => one.emoji.id === emoji.id && one.emoji.name === emoji.name;
    const rest = [...(message.reactions ?? [])];
    const index = rest.findIndex(isSame);
    const known = rest[index] ?? { emoji, count: 0, me: false };
    const changed = { ...known, count: known.count + (add ? 1 : -1), me: user === self ? add : known.me };
    if (index < 0) rest.push(changed);
    else rest[index] = changed;
    this.#messages.set(id, { ...message, reactions: rest.filter(({ count }) => count > 0) });
  }

  clearReactions(id, emoji) {
    const message = this.#messages.get(id);
    if (!message) return;
    const left = emoji ? (message.reactions ?? []).filter((one) => one.emoji.name !== emoji.name) : [];
    this.#messages.set(id, { ...message, reactions: left });
  }
}

export function pendingId(nonce) {
  return `pending-${nonce}`;
}

function order(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
