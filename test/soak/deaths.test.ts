import { describe, expect, it } from 'vitest';

import { Deaths } from './deaths.ts';

const gaveUp = (session: number) => ({ code: 'session-failed', says: `Session ${session} was given up`, session });
const page = (...problems: readonly { readonly code: string }[]): string =>
  JSON.stringify({ status: 'failing', problems, warnings: [{ code: 'chat-away', says: 'The chat is away.' }] });

function killed(...sessions: readonly number[]): Deaths {
  const deaths = new Deaths();
  for (const session of sessions) deaths.killed(session);
  return deaths;
}

describe('MS-07, BX-10: what the load may have done to the health', () => {
  it('is a session given up that was killed once more than it is restarted', () => {
    expect(killed(1, 1, 1, 1).explain(page(gaveUp(1)))).toBe(true);
    expect(killed(1, 1, 1).explain(page(gaveUp(1)))).toBe(false);
  });

  it('is nothing that another session shows', () => {
    const deaths = killed(1, 1, 1, 1, 2);
    expect(deaths.explain(page(gaveUp(2)))).toBe(false);
    expect(deaths.explain(page(gaveUp(1), gaveUp(2)))).toBe(false);
  });

  it('is no other problem, alone or beside it, and not one that is not told', () => {
    const deaths = killed(1, 1, 1, 1);
    expect(deaths.explain(page({ code: 'chat-failed' }))).toBe(false);
    expect(deaths.explain(page(gaveUp(1), { code: 'chat-away' }))).toBe(false);
    expect(deaths.explain(page())).toBe(false);
  });

  it('is counted anew for a session that was recovered', () => {
    const deaths = killed(1, 1, 1, 1, 2, 2, 2, 2);
    deaths.recovered(1);
    deaths.killed(1);
    expect(deaths.explain(page(gaveUp(1)))).toBe(false);
    expect(deaths.explain(page(gaveUp(2)))).toBe(true);
  });
});
