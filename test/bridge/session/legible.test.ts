import { describe, expect, it } from 'vitest';

import { legible } from '../../../src/bridge/session/legible.ts';

describe('legible', () => {
  it('keeps the words of a screen and drops its pictures', () => {
    const screen =
      ' *        ░░░░\n   ██▄█████▄██   *\n......█ █ █......\n Unable to connect\n\n Failed: ENOTFOUND \n╭──────╮';
    expect(legible(screen)).toBe('Unable to connect · Failed: ENOTFOUND');
  });

  it('keeps the end of too much', () => {
    const text = legible(`${'word '.repeat(500)}the end`);
    expect(text).toMatch(/^… .*the end$/);
    expect(text.length).toBeLessThanOrEqual(402);
  });

  it('leaves a sentence as it is', () => {
    expect(legible('Make it, or choose another one.')).toBe('Make it, or choose another one.');
  });
});
