import { describe, expect, it } from 'vitest';

import { route, servingSession } from '../../../src/bridge/inbound/routing.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { channelOne, channelTwo, elsewhere, one, two } from '../support/messages.ts';

const entries = [
  { number: one, channel: channelOne },
  { number: two, channel: channelTwo },
];

describe('routing', () => {
  it("MS-04: a mapped channel speaks to its own session, whatever is done with the others'", () => {
    for (const unmapped of ['default', 'ignore'] as const) {
      expect(
        route({ channel: channelTwo, parent: undefined }, entries, { defaultSession: () => one, unmapped }),
      ).toEqual({
        kind: 'mapped',
        session: two,
      });
    }
  });

  it('MS-04: a thread speaks to the session of the channel it belongs to, unless it has one of its own', () => {
    const policy = { defaultSession: () => one, unmapped: 'default' } as const;
    const toTwo = { kind: 'mapped', session: two };
    expect(route({ channel: elsewhere, parent: channelTwo }, entries, policy)).toEqual(toTwo);
    expect(route({ channel: channelTwo, parent: channelOne }, entries, policy)).toEqual(toTwo);
    expect(route({ channel: elsewhere, parent: '100000000000000008' as ChannelId }, entries, policy).kind).toBe(
      'unmapped',
    );
  });

  it('MS-04: any other channel speaks to the default session, or to nobody', () => {
    expect(
      route({ channel: elsewhere, parent: undefined }, entries, { defaultSession: () => two, unmapped: 'default' }),
    ).toEqual({
      kind: 'unmapped',
      session: two,
    });
    expect(
      route({ channel: elsewhere, parent: undefined }, entries, { defaultSession: () => two, unmapped: 'ignore' }),
    ).toEqual({ kind: 'ignored' });
  });

  it('MS-04: where nobody chose a default and the wanted session is not mapped, the lowest serves', () => {
    expect(servingSession(entries, two)).toBe(two);
    expect(servingSession(entries.slice(1), one)).toBe(two);
    expect(servingSession([], one)).toBe(one);
  });
});
