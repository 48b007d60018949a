import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundFile, OutboundText, OutboxItem } from '../../model/outbound.ts';
import type { ChatPart, ChatTransport } from '../../contracts/chat.ts';
import type { NewOutboxItem, Stores } from '../../contracts/stores.ts';
import { hasRecovery } from '../../error-policy/policy.ts';
import type { CodesWith } from '../../error-policy/policy.ts';
import { MaybeSent, whereToLook } from './maybe-sent.ts';
import type { LeftBehind, Words } from '../words.ts';

/** Discord's limit for a nonce is 25 characters. */
const nonceLength = 24;

export interface TextSenderOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'render' | 'send' | 'ownMessages'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly words: Words;
}

/** What each refusal says about the files of a part. */
const leftBehind: Readonly<Record<CodesWith<'leave-out'>, LeftBehind>> = {
  'chat-too-large': 'too-large',
  'file-unreadable': 'unreadable',
  'chat-invalid': 'refused',
};

/** What became of an item; `note` belongs into the transaction that ends it. */
export interface Conclusion {
  readonly outcome: 'posted' | 'failed' | 'dropped';
  readonly detail?: string;
  readonly note?: () => void;
}

/** An item of which something is not out yet. */
interface Attempt {
  /** Which part was tried first when, by a clock that never jumps. */
  part: number;
  since: number;
  /** Why a part was replaced by a word about it. */
  refusal: string | undefined;
}

/** Files that the server did not take. */
interface Rejected {
  readonly files: readonly OutboundFile[];
  readonly why: LeftBehind;
}

/** A part that is out; without an id when nothing was left of it. */
interface SentPart {
  readonly messageId: string | undefined;
  /** It was out already. */
  readonly isFound?: true;
  readonly rejected?: Rejected;
}

type TextItem = OutboxItem & { readonly content: OutboundText };

/**
 * Puts one text into its channel, part by part. The parts are planned on disk before the first goes out, and every part
 * carries the same nonce each time, so that a repetition is posted once; where the server may have forgotten the nonce,
 * what the bot has said is looked at first. A text is never lost because of what comes with it: files, controls and the
 * reference to the message it answers are left away when they are refused. Knows nothing about other items.
 */
export class TextSender {
  readonly #options: TextSenderOptions;
  readonly #maybeSent: MaybeSent;
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: TextSenderOptions) {
    this.#options = options;
    this.#maybeSent = new MaybeSent(options);
  }

  /**
   * Goes on where the item is. Undefined when the signal ended it in between: then it is not finished.
   *
   * @param onSent a part is out; called inside the transaction that notes it.
   * @throws BridgeError as `ChatTransport.send`: what is out is noted, and the next call goes on.
   */
  async send(item: TextItem, signal: AbortSignal, onSent: () => void): Promise<Conclusion | undefined> {
    const { stores, transport, clock } = this.#options;
    const { key, content } = item;
    const parts = item.parts ?? planned(transport.render(content), content);
    if (!item.parts) stores.unflushed(() => stores.outbox.plan(key, parts, clock.now()));
    // The plan, and the text itself (I1).
    await stores.flushed();
    let mayBeOut = item.parts !== undefined;
    for (let index = item.sentIds.length; index < parts.length; index += 1) {
      const isLast = index === parts.length - 1;
      if (signal.aborted) return undefined;
      const sent = await this.#sendPart(item, parts[index] ?? '', index, { isLast, mayBeOut });
      const { messageId, rejected } = sent;
      const note = (): void => {
        if (messageId !== undefined) {
          stores.outbox.partSent(key, messageId, clock.now());
          onSent();
        }
        for (const follower of this.#afterFiles(item, rejected)) stores.outbox.append(follower);
      };
      // The last part and the end of the item go to the disk in one step.
      if (isLast) return this.#conclude(key, messageId === undefined ? 'no file was taken' : undefined, note);
      stores.unflushed(note);
      // The owner may drop it at any time.
      if (stores.outbox.get(key)?.state !== 'pending') return { outcome: 'dropped' };
      // A power cut may have undone what was noted of several parts.
      mayBeOut &&= sent.isFound === true;
    }
    return this.#conclude(key, undefined, () => undefined);
  }

  /** The item has ended otherwise. */
  forget(key: string): void {
    this.#attempts.delete(key);
  }

  #conclude(key: string, failure: string | undefined, note: () => void): Conclusion {
    const reason = this.#attempts.get(key)?.refusal ?? failure;
    return reason === undefined ? { outcome: 'posted', note } : { outcome: 'failed', detail: reason, note };
  }

  async #sendPart(
    item: TextItem,
    text: string,
    index: number,
    how: { readonly isLast: boolean; readonly mayBeOut: boolean },
  ): Promise<SentPart> {
    const { transport, clock } = this.#options;
    const { key, channel, content } = item;
    const attempt = this.#attempt(key, index);
    const since = how.mayBeOut ? whereToLook(item, clock.now(), clock.monotonic() - attempt.since) : undefined;
    if (since !== undefined) {
      const found = await this.#maybeSent.find(item, text, since);
      if (found !== undefined) return { messageId: found, isFound: true };
    }
    let part: ChatPart = {
      channel,
      text,
      nonce: shortHash(`${key}:${index}`, nonceLength),
      ...(index === 0 && content.replyTo !== undefined ? { replyTo: content.replyTo } : {}),
      ...(content.pings === undefined ? {} : { pings: content.pings }),
      ...(how.isLast && content.files !== undefined ? { files: content.files } : {}),
      ...(how.isLast && content.controls !== undefined ? { controls: content.controls } : {}),
    };
    let rejected: Rejected | undefined;
    let isReplaced = false;
    for (;;) {
      try {
        const messageId = await transport.send(part);
        return { messageId, ...(rejected ? { rejected } : {}) };
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        const { code } = error;
        const why = hasRecovery(code, 'leave-out') ? leftBehind[code] : undefined;
        if (part.files !== undefined && why !== undefined && (why !== 'refused' || part.replyTo === undefined)) {
          rejected = { files: part.files, why };
          part = withoutFiles(part);
          if (part.text.trim() === '') return { messageId: undefined, rejected };
        } else if (code === 'chat-invalid' && part.replyTo !== undefined) {
          part = withoutReply(part);
        } else if (code === 'chat-invalid' && part.controls !== undefined) {
          part = withoutControls(part);
        } else if (why !== undefined && why !== 'unreadable' && !isReplaced) {
          // The word about it says what to do.
          attempt.refusal = error.message;
          isReplaced = true;
          part = this.#inPlaceOf(part, attempt.refusal, key, index);
        } else {
          throw error;
        }
        this.#options.log.warn({ channel, item: key, part: index, error: describeError(error) }, 'a part was refused');
      }
    }
  }

  /** A word about a part that the server does not take in any form; what comes after it still goes out. */
  #inPlaceOf(part: ChatPart, reason: string, key: string, index: number): ChatPart {
    const text = this.#options.words.partRefused(reason);
    return { ...part, text, nonce: shortHash(`${key}:${index}:instead`, nonceLength) };
  }

  /** Of several files that are too large together each is tried alone; of one it is said where it lies. */
  #afterFiles({ key, channel, message }: TextItem, rejected: Rejected | undefined): readonly NewOutboxItem[] {
    if (!rejected) return [];
    const { clock, words, log } = this.#options;
    const { files, why } = rejected;
    log.warn({ channel, item: key, files: files.length, reason: why }, 'files stayed behind');
    const common = { channel, message, createdAt: clock.now() };
    const [only, ...others] = files;
    if (only && others.length === 0) {
      const text = words.fileLeftBehind(only.name, 'path' in only ? (only.source ?? only.path) : undefined, why);
      return [{ ...common, key: `${key}:left-behind`, content: { kind: 'text', text } }];
    }
    return files.map((file, index) => ({
      ...common,
      key: `${key}:file-${index + 1}`,
      content: { kind: 'text', text: '', files: [file] },
    }));
  }

  #attempt(key: string, part: number): Attempt {
    const since = this.#options.clock.monotonic();
    const attempt = this.#attempts.get(key) ?? { part, since, refusal: undefined };
    if (attempt.part !== part) Object.assign(attempt, { part, since });
    this.#attempts.set(key, attempt);
    return attempt;
  }
}

/** Files need a message to be in. */
function planned(parts: readonly string[], { files = [] }: OutboundText): readonly string[] {
  return parts.length === 0 && files.length > 0 ? [''] : parts;
}

function withoutFiles({ files: _files, ...part }: ChatPart): ChatPart {
  return part;
}

function withoutControls({ controls: _controls, ...part }: ChatPart): ChatPart {
  return part;
}

function withoutReply({ replyTo: _replyTo, ...part }: ChatPart): ChatPart {
  return part;
}
