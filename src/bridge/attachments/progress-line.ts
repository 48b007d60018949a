import type { Clock } from '../../base/clock.ts';
import type { MessageFile } from '../../model/message-file.ts';
import type { Stores } from '../../contracts/stores.ts';
import { ChannelVoice } from '../replies/channel-voice.ts';
import type { FileWords } from '../words/files.ts';

/** What takes no longer needs no word, in milliseconds. */
const patienceMs = 3_000;
/** The line changes no more often than this, in milliseconds. */
const changeMs = 5_000;

export interface ProgressLineOptions {
  readonly stores: Stores;
  readonly words: FileWords;
  readonly clock: Clock;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
}

/**
 * One line in the channel about the files of one message, when they take long: it changes, and says in the end that they are
 * there. Knows nothing about how they are fetched.
 */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #message: string;
  readonly #voice: ChannelVoice;
  readonly #begin: number;
  #changedAt: number | undefined;

  constructor(message: string, options: ProgressLineOptions) {
    this.#message = message;
    this.#options = options;
    this.#voice = new ChannelVoice(options);
    this.#begin = options.clock.monotonic();
  }

  /** @param received bytes of those that are on their way. */
  update(files: readonly MessageFile[], received: number): void {
    const now = this.#options.clock.monotonic();
    if (now < (this.#changedAt === undefined ? this.#begin + patienceMs : this.#changedAt + changeMs)) return;
    this.#changedAt = now;
    this.#say('so-far', this.#options.words.fetching(sumOf(files, received)));
    this.#options.onOutbox();
  }

  /**
   * Nothing is on its way any more. Belongs into the transaction that says so.
   * @param files what is left of the message's; none when nobody wants them.
   */
  end(files: readonly MessageFile[]): void {
    const { stores, words } = this.#options;
    if (!stores.outbox.get(this.#key)) return;
    const failed = files.filter(({ outcome }) => outcome?.state === 'failed').length;
    this.#say('end', files.length === 0 ? words.notWanted() : words.fetched({ ...sumOf(files, 0), failed }));
  }

  get #key(): string {
    return `fetching:${this.#message}`;
  }

  #say(step: 'so-far' | 'end', text: string): void {
    const { stores, clock } = this.#options;
    stores.transaction(() => {
      if (stores.outbox.get(this.#key)) this.#voice.change(`${this.#key}:${step}:${clock.now()}`, this.#key, text);
      else this.#voice.replyTo(this.#message, this.#key, text);
    });
  }
}

function sumOf(files: readonly MessageFile[], underWay: number) {
  const here = files.reduce((sum, { outcome }) => sum + (outcome?.state === 'stored' ? outcome.size : 0), 0);
  const received = here + underWay;
  const announced = files.reduce(
    (sum, { outcome, size }) => sum + (outcome?.state === 'stored' ? outcome.size : outcome ? 0 : size),
    0,
  );
  return { files: files.length, received, expected: Math.max(received, announced) };
}
