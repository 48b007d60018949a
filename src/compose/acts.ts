import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Acts } from '../bridge/acts.ts';
import type { ActTaker } from '../bridge/acts.ts';
import { offerPrefix } from '../bridge/offers/file-offers.ts';
import { promptControls } from '../bridge/prompts/control-ids.ts';
import type { Commands } from '../bridge/commands.ts';
import type { Language } from '../bridge/words.ts';
import { actWordsIn } from '../bridge/words/acts.ts';
import type { ChatTransport } from '../contracts/chat.ts';

/** Everybody who takes what people do in the chat. Each asks the gate by itself. */
export interface Takers {
  /** Buttons of files that agents named. */
  readonly offers: ActTaker;
  /** Cards of what agents ask. */
  readonly prompts: ActTaker;
  /** Slash commands, and those of messages. */
  readonly commands: ActTaker;
}

export interface ActsSurroundings {
  readonly language: Language;
  readonly log: Log;
}

/** Puts together who takes what people do in the chat: the one list of them. */
export function furnishActs({ offers, prompts, commands }: Takers, { language, log }: ActsSurroundings): Acts {
  return new Acts({
    takers: new Map([
      [offerPrefix, offers],
      [promptControls, prompts],
    ]),
    commands,
    words: actWordsIn(language),
    log,
  });
}

/** Makes the commands known to people's clients, again at each call until it worked. Without them all else works. */
export function commandsAnnouncer(
  commands: Pick<Commands, 'list'>,
  transport: Pick<ChatTransport, 'setCommands'>,
  log: Log,
): () => void {
  let isKnown = false;
  return () => {
    if (isKnown) return;
    isKnown = true;
    transport.setCommands(commands.list()).catch((error: unknown) => {
      isKnown = false;
      log.warn({ error: describeError(error) }, 'the commands could not be made known to the chat');
    });
  };
}
