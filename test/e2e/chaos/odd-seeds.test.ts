import { playSeeds } from './play-seeds.ts';
import { seeds } from './seeds.ts';

playSeeds(
  'chaos, the odd seeds',
  seeds.filter((seed) => seed % 2 === 1),
);
