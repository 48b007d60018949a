import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Goal, Measurement } from './measurement.ts';
import { openWorld } from './support/watched-world.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin');
const node = 'node -e 0';
const goals: readonly Goal[] = [
  { statistic: 'median', atMost: 70 },
  { statistic: 'ratio', atMost: 2.5 },
];

/** Demand (c): what a shell or an agent waits for. */
export const commands: Measurement = {
  name: 'commands',
  title: 'whole processes through the launchers in bin/, from the spawn to the end of the process and its output',
  quantities: [
    { name: 'dp 1 hi', unit: 'ms', baseline: node, goals },
    { name: 'vai status', unit: 'ms', baseline: node, goals },
    { name: node, unit: 'ms' },
  ],
  maxSeconds: 120,
  async run(context) {
    const { world } = await openWorld(context);
    const { bridge } = world;
    context.progress('starting the bridge');
    await bridge.startDaemon();
    const programs: readonly (readonly [string, string, readonly string[]])[] = [
      ['dp 1 hi', join(bin, 'dp'), ['1', 'hi']],
      ['vai status', join(bin, 'vai'), ['status']],
      [node, process.execPath, ['-e', '0']],
    ];
    const rounds = context.quick ? 5 : 80;
    for (let round = -3; round < rounds && !context.signal.aborted; round += 1) {
      context.progress(`round ${round + 1} of ${rounds}`);
      for (const [name, program, args] of programs) {
        const milliseconds = await timeToEnd(program, args, bridge.environment);
        if (round >= 0) context.record(name, milliseconds);
      }
    }
  },
};

async function timeToEnd(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const begin = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const end = performance.now();
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(exitCode)}: ${said}`);
  return end - begin;
}
