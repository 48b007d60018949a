import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SessionEntry } from '../../model/session.ts';
import type { ActAnswer, ChatAct } from '../../contracts/chat.ts';
import type { CopiedFile, OutgoingFiles } from '../../contracts/outgoing-files.ts';
import type { FileOffer, Stores } from '../../contracts/stores.ts';
import type { FileToPost, Workspace } from '../../contracts/workspace.ts';
import type { Gate } from '../access/gate.ts';
import type { OfferWords } from '../words/offers.ts';
import { offerPrefix } from './file-offers.ts';

export interface OfferActsOptions {
  readonly stores: Stores;
  readonly workspace: Pick<Workspace, 'fileToOffer' | 'workDirOf'>;
  readonly outgoing: Pick<OutgoingFiles, 'copy' | 'remove'>;
  readonly gate: Pick<Gate, 'decide'>;
  readonly words: OfferWords;
  readonly clock: Clock;
  readonly log: Log;
  readonly entries: () => readonly SessionEntry[];
  readonly onOutbox: () => void;
}

/**
 * What comes of a press on an offered file: it is looked at once more, copied, and posted as an answer to the text under
 * which it was offered, once. Everything else is told in private. Knows nothing about how files came to be offered.
 */
export class OfferActs {
  readonly #options: OfferActsOptions;

  constructor(options: OfferActsOptions) {
    this.#options = options;
  }

  /** @throws as the stores. */
  async act({ author, channel, deed }: ChatAct): Promise<ActAnswer> {
    const { stores, gate, words } = this.#options;
    const offer = deed.kind === 'press' ? stores.offers.get(deed.control.slice(offerPrefix.length)) : undefined;
    if (!offer || deed.kind !== 'press') return secret(words.unknown);
    const via = { surface: deed.kind, channel, about: offer.id };
    if (!gate.decide(author, 'fetch-file', offer.session, via).allowed) return secret(words.mayNot);
    const before = this.#whatCame(offer);
    if (before !== undefined) return secret(before);
    const file = this.#asOffered(offer);
    if (!file) return secret(words.gone(offer.name));
    return this.#fetch(offer, file, { channel, messageId: deed.messageId });
  }

  async #fetch(
    offer: FileOffer,
    file: FileToPost,
    at: { readonly channel: ChatAct['channel']; readonly messageId: string },
  ): Promise<ActAnswer> {
    const { stores, outgoing, words, log, onOutbox } = this.#options;
    let copy: CopiedFile;
    try {
      copy = await outgoing.copy(file);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      log.warn({ session: offer.session, error: describeError(error) }, 'an offered file could not be fetched');
      return secret(words.notCopied(error.message));
    }
    if (!this.#store(offer, copy, at)) {
      outgoing.remove([copy.path]);
      return secret(this.#whatCame(offer) ?? words.isOnItsWay); // Somebody else was first meanwhile.
    }
    await stores.flushed();
    log.info({ session: offer.session, channel: at.channel, size: copy.size }, 'an offered file is posted');
    onOutbox();
    return { kind: 'done' };
  }

  /** False when it is posted already. A copy that may be needed stays, also where the store cannot say. */
  #store(
    offer: FileOffer,
    { path, name, source }: CopiedFile,
    { channel, messageId }: { readonly channel: ChatAct['channel']; readonly messageId: string },
  ): boolean {
    const { stores, clock, words } = this.#options;
    return stores.outbox.append({
      key: keyOf(offer),
      channel,
      content: {
        kind: 'text',
        text: words.fetched(this.#shown(offer)),
        replyTo: messageId,
        files: [{ path, name, source }],
      },
      createdAt: clock.now(),
    });
  }

  /** What an earlier press came to; undefined when there was none. */
  #whatCame(offer: FileOffer): string | undefined {
    const { stores, words } = this.#options;
    switch (stores.outbox.get(keyOf(offer))?.state) {
      case undefined:
        return undefined;
      case 'pending':
        return words.isOnItsWay;
      case 'posted':
        return words.isHere;
      case 'failed':
      case 'dropped':
        return words.wasRefused;
    }
  }

  /** The very file that was offered, if it is still there and may still be seen: not what a link leads to by now. */
  #asOffered({ session, path }: FileOffer): FileToPost | undefined {
    const entry = this.#entry(session);
    const file = entry && this.#options.workspace.fileToOffer(path, entry);
    return file?.path === path ? file : undefined;
  }

  /** The path in the working directory: where the agent would find it. */
  #shown({ session, path, name }: FileOffer): string {
    const entry = this.#entry(session);
    const parts = path.split('/');
    const home = entry && this.#options.workspace.workDirOf(entry);
    const inside = home !== undefined && path.startsWith(`${home}/`) ? path.slice(home.length + 1) : undefined;
    return (inside ?? parts.at(-1) ?? name).replace(/[`\p{Cc}\p{Cf}]/gu, '');
  }

  #entry(session: number): SessionEntry | undefined {
    return this.#options.entries().find(({ number }) => number === session);
  }
}

function keyOf({ id }: FileOffer): string {
  return `offer:${id}`;
}

function secret(text: string): ActAnswer {
  return { kind: 'private', text };
}
