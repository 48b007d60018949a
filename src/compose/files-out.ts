import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Gate } from '../bridge/access/gate.ts';
import { FileOffers } from '../bridge/offers/file-offers.ts';
import { OfferActs } from '../bridge/offers/offer-acts.ts';
import { SpentFiles } from '../bridge/outbound/spent-files.ts';
import { offerWordsIn } from '../bridge/words/offers.ts';
import type { Language } from '../bridge/words.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Workspace } from '../contracts/workspace.ts';
import type { OutboundContent } from '../model/outbound.ts';
import type { SessionEntry } from '../model/session.ts';
import { OutgoingDirectory } from '../storage/outgoing-files.ts';

export interface FilesOutOptions {
  readonly stores: Stores;
  readonly workspace: Workspace;
  readonly gate: Gate;
  readonly language: Language;
  readonly clock: Clock;
  readonly log: Log;
  /** Where copies wait until they are posted. */
  readonly directory: string;
  readonly entries: () => readonly SessionEntry[];
  /** Something is to be posted. */
  readonly onOutbox: () => void;
}

/** Everything between files of sessions and the outbox. */
export interface FilesOut {
  readonly outgoing: OutgoingDirectory;
  readonly offers: FileOffers;
  readonly offerActs: OfferActs;
  /** An item of the outbox has ended. */
  readonly onEnded: (content: OutboundContent) => void;
}

/** Puts together how files go out: copied when they are posted, offered when they are named. Starts nothing. */
export function furnishFilesOut({ directory, language, ...options }: FilesOutOptions): FilesOut {
  const outgoing = new OutgoingDirectory({ directory });
  const spent = new SpentFiles({ ...options, outgoing });
  const words = offerWordsIn(language);
  return {
    outgoing,
    offers: new FileOffers({ ...options, words }),
    offerActs: new OfferActs({ ...options, outgoing, words }),
    onEnded: (content) => {
      spent.ended(content);
    },
  };
}
