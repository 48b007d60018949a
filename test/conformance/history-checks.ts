import { beforeAll, expect, it } from 'vitest';

import type { RestAnswer } from './conformance-target.ts';
import { listOf, rest, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

export function historyChecks(reach: Reach): void {
  const ids: string[] = [];
  const get = (query: string): Promise<RestAnswer> =>
    rest(reach(), 'GET', `/channels/${reach().channelId}/messages?${query}`);
  const idsOf = async (query: string): Promise<string[]> => listOf(await get(query)).map(({ id }) => id);
  const newestFirst = (from: number, to: number): string[] => ids.slice(from, to).reverse();

  beforeAll(async () => {
    for (let index = 0; index < 8; index += 1) {
      const body = { content: unique(`history ${index}`) };
      ids.push((await rest(reach(), 'POST', `/channels/${reach().channelId}/messages`, body)).body.id);
    }
  });

  it('the newest come first', async () => {
    expect(await idsOf('limit=8')).toEqual(newestFirst(0, 8));
    expect(await idsOf('limit=1')).toEqual([ids[7]]);
  });

  it('before: the ones just before, newest first', async () => {
    expect(await idsOf(`before=${ids[5]!}&limit=3`)).toEqual(newestFirst(2, 5));
  });

  it('BX-01: after: the ones just after, still newest first', async () => {
    expect(await idsOf(`after=${ids[1]!}&limit=3`)).toEqual(newestFirst(2, 5));
    expect(await idsOf(`after=${ids[7]!}`)).toEqual([]);
    // Paging towards now: each page's first is the next page's "after".
    const pages: string[] = [];
    for (let after = ids[0]!; ;) {
      const page = await idsOf(`after=${after}&limit=3`);
      if (page.length === 0) break;
      pages.push(...page.reverse());
      after = pages.at(-1)!;
    }
    expect(pages).toEqual(ids.slice(1));
  });

  it('around: with the one in the middle', async () => {
    const around = await idsOf(`around=${ids[4]!}&limit=3`);
    expect(around).toContain(ids[4]);
    expect(around).toHaveLength(3);
    expect([...around].sort().reverse()).toEqual(around);
  });

  it('an id that is no message counts as a time', async () => {
    expect(await idsOf(`after=${(BigInt(ids[2]!) + 1n).toString()}&limit=2`)).toEqual(newestFirst(3, 5));
  });

  it('limits from 1 to 100, anything else is 50035', async () => {
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'after=x']) {
      expect(await get(query), query).toMatchObject({ status: 400, body: { code: 50035 } });
    }
    expect((await get('limit=100')).status).toBe(200);
  });
}
