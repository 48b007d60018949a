import { describe, expect, it } from 'vitest';

import type { TextStorage } from '../../../../src/local-discord/page/state/drafts.ts';
import { Drafts, ReadMarks } from '../../../../src/local-discord/page/state/drafts.ts';

function storage(): TextStorage & { readonly size: number } {
  const items = new Map<string, string>();
  return {
    get size() {
      return items.size;
    },
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

describe('what the browser keeps', () => {
  it('is a draft per channel, and nothing of an empty one', () => {
    const kept = storage();
    const drafts = new Drafts(kept);
    drafts.write('1', 'half a sen');
    drafts.write('2', 'other');
    expect(new Drafts(kept).read('1')).toBe('half a sen');
    drafts.write('1', '');
    expect(drafts.read('1')).toBe('');
    expect(kept.size).toBe(1);
  });

  it('is what was read, and survives nonsense', () => {
    const kept = storage();
    new ReadMarks(kept).write(new Map([['100', '5']]));
    expect([...new ReadMarks(kept).read()]).toEqual([['100', '5']]);
    kept.setItem('read', '{"broken": tru');
    expect(new ReadMarks(kept).read().size).toBe(0);
  });
});
