/** A message on its way, with all that is needed to send it again. */
export interface Outgoing {
  /** Makes sending it twice harmless. */
  readonly nonce: string;
  readonly channel: string;
  readonly content: string;
  readonly files: readonly File[];
  /** The message it replies to. */
  readonly replyTo?: string;
  readonly status: 'waiting' | 'sending' | 'failed';
  /** 0 to 1, while files go up. */
  readonly progress?: number;
  /** The server's words. */
  readonly failure?: string;
}

/** What waits to be sent, all channels, in the order it was written. Never changed in place. */
export type Outbox = readonly Outgoing[];

export function enqueue(outbox: Outbox, message: Outgoing): Outbox {
  return [...outbox, message];
}

/**
 * What may be sent now: of each channel the first that has not failed, unless one is being sent already. So the order
 * holds within a channel, also over a break.
 */
export function sendable(outbox: Outbox): readonly Outgoing[] {
  const heads = new Map<string, Outgoing>();
  for (const message of outbox) {
    if (message.status !== 'failed' && !heads.has(message.channel)) heads.set(message.channel, message);
  }
  return [...heads.values()].filter(({ status }) => status === 'waiting');
}

export function update(outbox: Outbox, nonce: string, change: Partial<Outgoing>): Outbox {
  return outbox.map((message) => (message.nonce === nonce ? { ...message, ...change } : message));
}

/** It is sent, or given up. */
export function drop(outbox: Outbox, nonce: string | number | undefined): Outbox {
  return nonce === undefined ? outbox : outbox.filter((message) => message.nonce !== nonce);
}

/** A failed one is to be tried again, in its old place. */
export function retry(outbox: Outbox, nonce: string): Outbox {
  return outbox.map((message) => {
    if (message.nonce !== nonce) return message;
    const { failure: _failure, progress: _progress, ...rest } = message;
    return { ...rest, status: 'waiting' };
  });
}
