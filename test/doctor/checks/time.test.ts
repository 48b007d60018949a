import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { timeCheck } from '../../../src/doctor/checks/time.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

/** The machine's clock, set wrong by that much. */
function offBy(ms: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ms };
}

describe('timeCheck', () => {
  it('compares with the chat server', async () => {
    const server = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock });
    world.scope.defer('server', () => server.close());
    const discord = { DISCORD_API_URL: server.api, DISCORD_BOT_TOKEN: server.botToken };
    expect(await idsOf(timeCheck(world.look(discord)))).toEqual([]);
    expect(await faultsOf(timeCheck(world.look(discord, { clock: offBy(-60_000) })))).toMatchObject([
      { id: 'clock-wrong', says: expect.stringMatching(/(59|60|61) s behind/) },
    ]);
    expect(await faultsOf(timeCheck(world.look(discord, { clock: offBy(10_000) })))).toMatchObject([
      { id: 'clock-wrong', says: expect.stringContaining('ahead of') },
    ]);
  });

  it('finds a clock that stands in the past', async () => {
    const look = world.look({}, { clock: { ...systemClock, now: () => Date.UTC(1970, 0, 2) + performance.now() } });
    expect(await faultsOf(timeCheck(look))).toMatchObject([
      { id: 'clock-impossible', says: expect.stringContaining('1970-01-02') },
    ]);
  });

  it('finds a clock that jumps', async () => {
    let asked = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + (asked++ > 1 ? 3_600_000 : 0) };
    expect(await faultsOf(timeCheck(world.look({}, { clock })))).toMatchObject([
      { id: 'clock-impossible', says: expect.stringContaining('jumped') },
    ]);
  });

  it.each([
    ['Nowhere/Town', ['time-zone-unknown']],
    ['Europe/Berlin', []],
    [':Europe/Rome', []],
    ['UTC0', []],
  ])('judges TZ=%s', async (zone, ids) => {
    expect(await idsOf(timeCheck(world.look({ TZ: zone })))).toEqual(ids);
  });
});
