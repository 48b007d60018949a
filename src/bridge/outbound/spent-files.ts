import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundContent } from '../../model/outbound.ts';
import type { OutgoingFiles } from '../../contracts/outgoing-files.ts';
import type { Stores } from '../../contracts/stores.ts';

export interface SpentFilesOptions {
  readonly stores: Pick<Stores, 'outbox'>;
  readonly outgoing: Pick<OutgoingFiles, 'remove'>;
  readonly log: Log;
}

/** Removes the copies of files that went with something which has ended, unless something else still needs them. */
export class SpentFiles {
  readonly #options: SpentFilesOptions;

  constructor(options: SpentFilesOptions) {
    this.#options = options;
  }

  /** An item with this content has ended. What cannot be removed now is left to the next cleaning. */
  ended(content: OutboundContent): void {
    const files = content.kind === 'text' ? (content.files ?? []) : [];
    const paths = files.flatMap((file) => ('path' in file ? [file.path] : []));
    if (paths.length === 0) return;
    const { stores, outgoing, log } = this.#options;
    try {
      const needed = stores.outbox.filesPending();
      outgoing.remove(paths.filter((path) => !needed.has(path)));
    } catch (error) {
      log.warn({ error: describeError(error) }, 'copies of posted files could not be removed');
    }
  }
}
