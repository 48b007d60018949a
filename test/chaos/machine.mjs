// Loaded into every process of an installation before its program (NODE_OPTIONS): the weather of the machine.
// Its clock is set wrong by as many milliseconds as the file BRIDGE_TEST_CLOCK says, at once for all of them. A write
// over a limit of file size is an error to the program, as on a full disk, and not its end.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const file = process.env['BRIDGE_TEST_CLOCK'] ?? '';
const RealDate = Date;
const lookEveryMs = 5;
let offset = 0;
let lookedAt = -Infinity;

function now() {
  if (performance.now() - lookedAt > lookEveryMs) {
    lookedAt = performance.now();
    offset = readOffset();
  }
  return RealDate.now() + offset;
}

function readOffset() {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0; // No file: the right time.
  }
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

process.on('SIGXFSZ', () => undefined);
