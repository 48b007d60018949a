import { describe, expect, it } from 'vitest';

import { paint } from '../../src/cli/style.ts';
import { lengthText, traceLines } from '../../src/cli/trace-text.ts';
import { answered } from '../control/fake-bridge-api.ts';

describe('lengths of time', () => {
  it.each([
    [0, '0 ms'],
    [-1_500, '-1.5 s'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [119_900, '119.9 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
  ])('%i is %s', (ms, text) => {
    expect(lengthText(ms)).toBe(text);
  });
});

describe('the life of a message that waits', () => {
  it('says what for, and that nothing was posted', () => {
    const { confirmed: _, turn: __, ...rest } = answered;
    const lines = traceLines({
      ...rest,
      state: 'queued',
      waitsFor: 'permission',
      durations: { storedMs: 5 },
      steps: [{ at: '2025-01-01T00:00:00.000Z', afterMs: 0, event: 'something new', detail: {} }],
      posted: [],
    }).map((line) => paint(line, false));
    expect(lines).toContain('State: queued, waits for: permission.');
    expect(lines).toContain('Since it was written: stored after 5 ms.');
    expect(lines).toContain('Nothing was posted because of it.');
    expect(lines.join('\n')).toContain('something new');
  });
});
