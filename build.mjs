// Compiles src/ into dist/, copies what is not TypeScript (hook scripts, the page, migrations) beside it, and bundles the
// shell commands.
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';

import { rolldown } from 'rolldown';

const root = import.meta.dirname;
const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

const isAsset = (path) => !path.endsWith('.ts') && statSync(path).isFile();
for (const name of readdirSync(join(root, 'src'), { recursive: true })) {
  const from = join(root, 'src', name);
  if (!isAsset(from)) continue;
  const to = join(root, 'dist', relative(join(root, 'src'), from));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

// What is started from a shell is one file and some parts that are loaded when they are needed: a third of the start time
// of separate modules. CommonJS, because every built-in module costs more as an import. See docs/decisions/011.
const bundles = join(root, 'dist', 'bundle');
rmSync(bundles, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(['dp', 'vai', 'vexit'].map((name) => [name, join(root, 'src', 'cli', `${name}.ts`)])),
  platform: 'node',
});
await bundle.write({
  dir: bundles,
  format: 'cjs',
  sourcemap: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
});
