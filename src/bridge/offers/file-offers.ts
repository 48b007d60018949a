import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Controls } from '../../model/controls.ts';
import type { SessionEntry, SessionNumber } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { FileToPost, Workspace } from '../../contracts/workspace.ts';
import type { OfferWords } from '../words/offers.ts';
import { namedPaths } from './named-paths.ts';

/** What the ids of the buttons begin with. */
export const offerPrefix = 'file:';

/** One line of buttons. */
const mostOffers = 5;
const idLength = 24;

export interface FileOffersOptions {
  readonly stores: Pick<Stores, 'offers'>;
  readonly workspace: Pick<Workspace, 'fileToOffer'>;
  readonly words: OfferWords;
  readonly clock: Clock;
  readonly log: Log;
  readonly entries: () => readonly SessionEntry[];
}

/** Something that an agent said. */
export interface Saying {
  readonly session: SessionNumber;
  readonly turn: string;
  /** Unique for ever. */
  readonly key: string;
  readonly text: string;
}

/**
 * Offers the files that an agent names in what it says: buttons under that text, each for a file that is there and may be
 * seen. Each file once in a turn. Knows nothing about what becomes of a button.
 */
export class FileOffers {
  readonly #options: FileOffersOptions;

  constructor(options: FileOffersOptions) {
    this.#options = options;
  }

  /** The buttons for a text; none for most. What they stand for is stored; whoever calls it opens the transaction. */
  under(saying: Saying): Controls {
    const entry = this.#options.entries().find(({ number }) => number === saying.session);
    const files = entry ? this.#newFiles(entry, saying) : [];
    if (files.length === 0) return [];
    const { stores, words, clock } = this.#options;
    const buttons = files.map(({ path, name, size }) => {
      const id = shortHash(`${saying.key}\0${path}`, idLength);
      const { session, turn } = saying;
      stores.offers.add({ id, session, turn, path, name, offeredAt: clock.now() });
      return { id: `${offerPrefix}${id}`, label: words.button(name, size), look: 'plain' } as const;
    });
    return [{ kind: 'buttons', buttons }];
  }

  #newFiles(entry: SessionEntry, { session, turn, text }: Saying): readonly FileToPost[] {
    const { offers } = this.#options.stores;
    const files = new Map<string, FileToPost>();
    for (const path of namedPaths(text)) {
      const file = this.#look(entry, path);
      if (!file || files.has(file.path) || offers.has(session, turn, file.path)) continue;
      files.set(file.path, file);
      if (files.size === mostOffers) break;
    }
    return [...files.values()];
  }

  /** What the agent says is not lost because the disk cannot be looked at. */
  #look(entry: SessionEntry, path: string): FileToPost | undefined {
    try {
      return this.#options.workspace.fileToOffer(path, entry);
    } catch (error) {
      this.#options.log.warn(
        { session: entry.number, error: describeError(error) },
        'a named file cannot be looked at',
      );
      return undefined;
    }
  }
}
