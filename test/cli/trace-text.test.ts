import { describe, expect, it } from 'vitest';

import { paint } from '../../src/cli/style.ts';
import { lengthText, traceLines } from '../../src/cli/trace-text.ts';
import { answered } from '../control/planted.ts';

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

describe('the life of a message on a terminal', () => {
  const at = '2025-01-01T10:00:00.000Z';
  const trace = {
    ...answered,
    sentAt: at,
    steps: [
      { at, afterMs: 0, event: 'inbox:new', detail: { state: 'queued', sentAt: Date.parse(at) } },
      { at, afterMs: 0, event: 'outbox:new', detail: { key: 'text:1:m7', kind: 'text' } },
    ],
    posted: [
      { key: 'text:1:m7', kind: 'text' as const, state: 'posted' as const, messageIds: ['11', '12', '13', '14', '15'] },
    ],
  };
  const shown = (width?: number): readonly string[] => traceLines(trace, width).map((line) => paint(line, false));

  it('leaves the day away where it is the same for all, and never elsewhere', () => {
    expect(shown(100)).toContain('10:00:00.000Z  +0 ms  something is to be posted  kind: text, key: text:1:m7');
    expect(shown()).toContain('2025-01-01T10:00:00.000Z  +0 ms  something is to be posted  kind: text, key: text:1:m7');
    const later = { at: '2025-01-02T10:00:00.000Z', afterMs: 1, event: 'confirmed', detail: {} };
    const lines = traceLines({ ...trace, steps: [...trace.steps, later] }, 100).map((line) => paint(line, false));
    expect(lines.join('\n')).toContain(`${at}  +0 ms  stored`);
  });

  it('tells times as times, and a few ids of many', () => {
    expect(shown().join('\n')).toContain(`state: queued, written: ${at}`);
    expect(shown().at(-1)).toBe('text    posted  11 12 13 and 2 more  text:1:m7');
  });

  it('is a list where the terminal is narrow', () => {
    const steps = shown(40).slice(shown(40).indexOf('10:00:00.000Z'));
    expect(steps.slice(0, 4)).toEqual([
      '10:00:00.000Z',
      '  AFTER  +0 ms',
      '  WHAT   stored',
      '         state: queued, written: 2025-0…',
    ]);
    for (const line of steps) expect(line.length).toBeLessThanOrEqual(40);
  });
});
