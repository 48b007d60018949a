import type { Log } from '../base/log.ts';
import { Acts } from '../bridge/acts.ts';
import type { ActTaker } from '../bridge/acts.ts';
import { offerPrefix } from '../bridge/offers/file-offers.ts';
import { promptControls } from '../bridge/prompts/control-ids.ts';
import type { Language } from '../bridge/words.ts';
import { actWordsIn } from '../bridge/words/acts.ts';

/** Everybody who takes what people do in the chat. Each asks the gate by itself. */
export interface Takers {
  /** Buttons of files that agents named. */
  readonly offers: ActTaker;
  /** Cards of what agents ask. */
  readonly prompts: ActTaker;
}

export interface ActsSurroundings {
  readonly language: Language;
  readonly log: Log;
}

/** Puts together who takes what people do in the chat: the one list of them. */
export function furnishActs({ offers, prompts }: Takers, { language, log }: ActsSurroundings): Acts {
  return new Acts({
    takers: new Map([
      [offerPrefix, offers],
      [promptControls, prompts],
    ]),
    words: actWordsIn(language),
    log,
  });
}
