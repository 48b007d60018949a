import { attachments } from './attachments/attachments.ts';
import { commands } from './commands.ts';
import { delivery } from './delivery.ts';
import type { Measurement } from './measurement.ts';
import { memory } from './memory.ts';
import { monitor } from './monitor.ts';
import { page } from './page.ts';
import { readiness } from './readiness.ts';
import { reply } from './reply.ts';
import { scale } from './scale/scale.ts';
import { catchUp } from './throughput/catch-up.ts';
import { throughput } from './throughput/throughput.ts';

/** Everything that `npm run bench` measures, in this order. */
export const measurements: readonly Measurement[] = [
  delivery,
  reply,
  commands,
  readiness,
  memory,
  monitor,
  page,
  throughput,
  catchUp,
  attachments,
  scale,
];
