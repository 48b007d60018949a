// Loaded into the daemon before its program (NODE_OPTIONS): on SIGUSR2 it collects garbage and writes what is left
// into the file BRIDGE_TEST_MEMORY. With BRIDGE_TEST_SNAPSHOTS it also writes its whole heap into that directory, every
// four minutes. In other processes of the installation it does nothing.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { getHeapSpaceStatistics, queryObjects, setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = process.env['BRIDGE_TEST_MEMORY'];
const snapshots = process.env['BRIDGE_TEST_SNAPSHOTS'];

const snapshotEveryMs = 240_000;

/** Where V8 keeps what it made from the program's text: bytecode and machine code. */
const codeSpaces = new Set(['code_space', 'code_large_object_space', 'trusted_space', 'trusted_large_object_space']);

if (file !== undefined && process.argv[1]?.endsWith('/dist/bundle/main.cjs')) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  let snapshotAt = 60_000;
  process.on('SIGUSR2', () => {
    // Counting collects everything, also compiled code that nothing needs now: without that it goes on rising.
    const objects = queryObjects(Object, { format: 'count' });
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    const code = getHeapSpaceStatistics()
      .filter(({ space_name: name }) => codeSpaces.has(name))
      .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
    const resources = process.getActiveResourcesInfo().length;
    writeFileSync(`${file}.new`, JSON.stringify({ heapUsed, code, external, objects, resources }));
    renameSync(`${file}.new`, file);
    if (snapshots === undefined || performance.now() < snapshotAt) return;
    snapshotAt += snapshotEveryMs;
    const second = String(Math.round(performance.now() / 1000)).padStart(6, '0');
    writeHeapSnapshot(join(snapshots, `${second}.heapsnapshot`));
  });
}
