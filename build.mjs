// Compiles src/ into dist/ and copies what is not TypeScript (hook scripts, the page, migrations) beside it.
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';

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
