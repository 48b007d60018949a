// Loaded into the daemon before its program (NODE_OPTIONS): on SIGUSR2 it collects garbage and writes what is left
// into the file BRIDGE_TEST_MEMORY. In other processes of the installation it does nothing.
import { renameSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = process.env['BRIDGE_TEST_MEMORY'];

if (file !== undefined && process.argv[1]?.endsWith('/dist/bundle/main.cjs')) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    const resources = process.getActiveResourcesInfo().length;
    writeFileSync(`${file}.new`, JSON.stringify({ heapUsed, external, resources }));
    renameSync(`${file}.new`, file);
  });
}
