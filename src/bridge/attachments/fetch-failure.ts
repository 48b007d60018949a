import { BridgeError } from '../../base/errors.ts';
import { hasRecovery } from '../../error-policy/policy.ts';
import type { CodesWith } from '../../error-policy/policy.ts';
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

/** What is told of a file that its message goes without. */
const reasons: Readonly<Record<CodesWith<'go-without'>, FileFailure>> = {
  'file-too-large': 'too-large',
  'file-over-quota': 'over-quota',
  'disk-full': 'disk-full',
  'file-unwritable': 'unwritable',
  'file-refused': 'refused',
};

/** What follows a failed try, by the error policy. Pure. */
export function decideAfter(error: unknown, { tries, links }: Tried): FetchDecision {
  // A mistake of ours: not for ever, and not at the price of the message.
  if (!(error instanceof BridgeError)) return { do: 'give up', why: 'unwritable' };
  const { code } = error;
  const isLast = tries >= mostTries;
  if (code === 'file-link-expired') {
    return links >= mostLinks || isLast ? { do: 'give up', why: 'gone' } : { do: 'ask for a fresh link' };
  }
  if (hasRecovery(code, 'go-without')) return { do: 'give up', why: reasons[code] };
  if (hasRecovery(code, 'leave-out')) return { do: 'give up', why: 'refused' };
  if (hasRecovery(code, 'park')) return { do: 'give up', why: 'gone' };
  if (!isLast) return { do: 'try again' };
  return { do: 'give up', why: code === 'file-incomplete' ? 'incomplete' : 'unreachable' };
}
