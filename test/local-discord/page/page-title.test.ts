import { describe, expect, it } from 'vitest';

import { pageTitle } from '../../../src/local-discord/page/page-title.ts';
import type { Channel } from '../../../src/local-discord/page/state/channels.ts';
import { nothingRead } from '../../../src/local-discord/page/state/reading.ts';
import { english } from '../../../src/local-discord/page/words/english.ts';

const channel = (name: string, topic: string): Channel => ({
  ...{ id: name, type: 0, name, topic, position: 0, parent: undefined, newestMessage: undefined, archived: false },
});
const channels = new Map([
  ['a', channel('a', '🟢 idle')],
  ['b', channel('b', '🟡 waiting for permission')],
]);

describe('the title', () => {
  it('says what waits before where one is', () => {
    const unread = new Map([
      ['b', { count: 3, mentions: 1 }],
      ['c', { count: 0, mentions: 0 }],
    ]);
    const title = pageTitle(english, { channels, reading: { ...nothingRead, shown: 'a', unread } });
    expect(title).toBe('(4) 1 waiting for you · #a · Claude Bridge');
  });

  it('is the name of the product when there is nothing', () => {
    expect(pageTitle(english, { channels: new Map(), reading: nothingRead })).toBe('Claude Bridge');
  });
});
