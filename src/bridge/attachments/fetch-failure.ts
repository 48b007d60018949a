import { BridgeError } from '../../base/errors.ts';
import type { FileFailure } from '../../model/message-file.ts';

/** What to do after a failed try. */
export type FetchDecision =
  | { readonly do: 'try again' }
  | { readonly do: 'ask for a fresh link' }
  | { readonly do: 'give up'; readonly why: FileFailure };

/** A file is tried this often; with the pauses between, and with a server that is silent each time, that is some minutes. */
const mostTries = 5;
/** A fresh link is asked for this often. */
const mostLinks = 3;

/** So far of one file. */
export interface Tried {
  /** Tries that failed. */
  readonly tries: number;
  /** Fresh links that were asked for. */
  readonly links: number;
}

/** What follows a failed try, by the codes of the contract. Pure. */
export function decideAfter(error: unknown, { tries, links }: Tried): FetchDecision {
  const isLast = tries >= mostTries;
  switch (error instanceof BridgeError ? error.code : undefined) {
    case 'file-link-expired':
      return links >= mostLinks || isLast ? { do: 'give up', why: 'gone' } : { do: 'ask for a fresh link' };
    case 'file-incomplete':
      return isLast ? { do: 'give up', why: 'incomplete' } : { do: 'try again' };
    case 'file-too-large':
      return { do: 'give up', why: 'too-large' };
    case 'file-over-quota':
      return { do: 'give up', why: 'over-quota' };
    case 'disk-full':
      return { do: 'give up', why: 'disk-full' };
    case 'file-unwritable':
      return { do: 'give up', why: 'unwritable' };
    case 'file-refused':
    case 'chat-invalid':
      return { do: 'give up', why: 'refused' };
    case 'chat-forbidden':
    case 'chat-not-found':
      return { do: 'give up', why: 'gone' };
    case undefined:
      // A mistake of ours: not for ever, and not at the price of the message.
      return { do: 'give up', why: 'unwritable' };
    default:
      return isLast ? { do: 'give up', why: 'unreachable' } : { do: 'try again' };
  }
}
