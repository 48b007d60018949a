import { describe, expect, it } from 'vitest';

import { measurements } from './measurements.ts';

describe('the list of measurements', () => {
  it('has a name of its own for each, and for each of their quantities', () => {
    const names = measurements.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, quantities } of measurements) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(new Set(quantities.map((quantity) => quantity.name)).size).toBe(quantities.length);
    }
  });

  it('compares with what it measures itself', () => {
    for (const { quantities } of measurements) {
      const known = quantities.map(({ name }) => name);
      for (const { baseline, goals = [] } of quantities) {
        if (baseline !== undefined) expect(known).toContain(baseline);
        if (goals.some(({ statistic }) => statistic === 'ratio')) expect(baseline).toBeDefined();
      }
    }
  });
});
