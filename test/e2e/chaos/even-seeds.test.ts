import { playSeeds } from './play-seeds.ts';
import { seeds } from './seeds.ts';

// The odd ones are in a file of their own, so that two run at the same time.
playSeeds(
  'chaos, the even seeds',
  seeds.filter((seed) => seed % 2 === 0),
);
