import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import { decideAfter } from '../../../src/bridge/attachments/fetch-failure.ts';
import type { ErrorCode } from '../../../src/error-policy/policy.ts';

const first = { tries: 1, links: 0 };
const error = (code: ErrorCode): BridgeError => new BridgeError(code, 'x');

describe('what follows a failed try', () => {
  it.each(['file-incomplete', 'file-unreachable', 'chat-unavailable'] as const)(
    '%s: it is tried again, not for ever',
    (code) => {
      expect(decideAfter(error(code), first)).toEqual({ do: 'try again' });
      expect(decideAfter(error(code), { tries: 4, links: 0 })).toEqual({ do: 'try again' });
      expect(decideAfter(error(code), { tries: 5, links: 0 })).toMatchObject({ do: 'give up' });
    },
  );

  it('an expired link: a fresh one, three times', () => {
    expect(decideAfter(error('file-link-expired'), first)).toEqual({ do: 'ask for a fresh link' });
    expect(decideAfter(error('file-link-expired'), { tries: 3, links: 2 })).toEqual({ do: 'ask for a fresh link' });
    expect(decideAfter(error('file-link-expired'), { tries: 4, links: 3 })).toEqual({ do: 'give up', why: 'gone' });
    expect(decideAfter(error('file-link-expired'), { tries: 5, links: 1 })).toEqual({ do: 'give up', why: 'gone' });
  });

  it.each([
    ['file-too-large', 'too-large'],
    ['file-over-quota', 'over-quota'],
    ['disk-full', 'disk-full'],
    ['file-unwritable', 'unwritable'],
    ['file-refused', 'refused'],
    ['chat-not-found', 'gone'],
    ['chat-forbidden', 'gone'],
  ] as const)('%s: given up at once as %s', (code, why) => {
    expect(decideAfter(error(code), first)).toEqual({ do: 'give up', why });
  });

  it('a mistake of ours costs the file, not the message', () => {
    expect(decideAfter(new TypeError('x'), first)).toEqual({ do: 'give up', why: 'unwritable' });
  });
});
