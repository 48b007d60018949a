import { afterEach, beforeEach, expect, it } from 'vitest';

import { environmentCheck } from '../../../src/doctor/checks/environment.ts';
import { DoctorWorld, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

it.each([
  [{ http_proxy: 'http://proxy:3128' }, ['proxy-on-loopback']],
  [{ ALL_PROXY: 'socks5://proxy:1080', NO_PROXY: 'localhost' }, ['proxy-on-loopback']],
  [{ HTTP_PROXY: 'http://proxy:3128', no_proxy: '127.0.0.1, localhost' }, []],
  [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '*' }, []],
  [{}, []],
])('judges proxies: %j', async (environment, ids) => {
  expect(await idsOf(environmentCheck(world.look(environment, { userId: 1000 })))).toEqual(ids);
});

it('notes root', async () => {
  expect(await idsOf(environmentCheck(world.look({}, { userId: 0 })))).toEqual(['running-as-root']);
});
