import { tmpdir } from 'node:os';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { lookAround } from '../../src/doctor/surroundings.ts';
import { DoctorWorld } from './doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

it('takes an empty TMPDIR as not set, as the system does', () => {
  const look = lookAround({ environment: { TMPDIR: '' }, paths: world.paths, clock: systemClock, vai: 'vai' });
  expect(look.temporary).toBe(tmpdir());
});
