import { describe, expect, it } from 'vitest';

import { FileOffers } from '../../../src/bridge/offers/file-offers.ts';
import { offerWordsIn } from '../../../src/bridge/words/offers.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { channelOne, one, two } from '../support/messages.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { NamedPlaces } from '../support/session-world.ts';

const home = '/home/workspace/session_1';

function world() {
  const stores = openStores(':memory:');
  const workspace = new NamedPlaces();
  const log = new RecordingLog();
  const offers = new FileOffers({
    ...{ stores, workspace, log, clock: new ManualClock(), words: offerWordsIn('en') },
    entries: () => [{ number: one, channel: channelOne }],
  });
  let count = 0;
  const under = (text: string, turn = 't', session = one) =>
    offers.under({ session, turn, key: `k${(count += 1)}`, text });
  const labels = (text: string, turn?: string): readonly string[] =>
    under(text, turn).flatMap((row) => (row.kind === 'buttons' ? row.buttons.map(({ label }) => label) : []));
  return { stores, workspace, log, offers, under, labels };
}

describe('files that an agent names', () => {
  it('are offered by a button each; what stands for it is stored', () => {
    const { under, workspace, stores } = world();
    workspace.offerable.add(`${home}/out/a.png`).add(`${home}/b.txt`);
    const [row] = under('I made `out/a.png` and b.txt, not c.txt.');
    if (row?.kind !== 'buttons') throw new Error('no buttons');
    expect(row.buttons.map(({ label, look }) => [label, look])).toEqual([
      ['📎 a.png (10 B)', 'plain'],
      ['📎 b.txt (10 B)', 'plain'],
    ]);
    const stored = row.buttons.map(({ id }) => stores.offers.get(id.replace(/^file:/, '')));
    expect(stored).toMatchObject([
      { session: one, turn: 't', path: `${home}/out/a.png`, name: 'a.png' },
      { name: 'b.txt' },
    ]);
  });

  it('a text without any has no buttons', () => {
    const { under } = world();
    expect([under('nothing here'), under('a.txt', 't', two)]).toEqual([[], []]);
  });

  it('five at most, in their order; one file once, also by two names, and once in a turn', () => {
    const { labels, workspace } = world();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) workspace.offerable.add(`${home}/${name}.txt`);
    expect(labels('b.txt a.txt')).toEqual(['📎 b.txt (10 B)', '📎 a.txt (10 B)']);
    expect(labels(`${home}/a.txt a.txt c.txt ${home}/c.txt d.txt e.txt f.txt g.txt`)).toEqual(
      ['c', 'd', 'e', 'f', 'g'].map((name) => `📎 ${name}.txt (10 B)`),
    );
    expect(labels('a.txt b.txt c.txt d.txt e.txt f.txt', 'next')).toHaveLength(5);
  });

  it('a disk that cannot be looked at costs the offer, never the text', () => {
    const { under, workspace, log } = world();
    workspace.fileToOffer = () => {
      throw new Error('EIO');
    };
    expect(under('a.txt')).toEqual([]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ session: one, error: 'EIO' }]);
  });

  it('names of any length and kind fit on a button', () => {
    const { button } = offerWordsIn('en');
    for (const name of ['x'.repeat(300) + '.pdf', '😀'.repeat(200), 'a\u202egnp.exe\u0000', '日本語'.repeat(50)]) {
      expect(button(name, 10 * 1024 * 1024)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      expect(Array.from(button(name, 10 * 1024 * 1024)).length).toBeLessThanOrEqual(80);
    }
    expect(button(`${'x'.repeat(300)}.pdf`, 2_048)).toMatch(/x…x+\.pdf \(2 kB\)$/);
  });
});
