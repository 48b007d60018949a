// Makes dist/ of src/: TypeScript compiled, what is not TypeScript (hook scripts, migrations) copied beside it, the
// daemon, the shell commands, migration/ and the chat page bundled. Prints nothing unless something is wrong.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { rolldown } from 'rolldown';
import { build } from 'vite';

const root = import.meta.dirname;
const source = join(root, 'src');
const page = join('local-discord', 'page');

function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tsc ended with exit code ${code}`))));
  });
}

function copyAssets() {
  for (const name of readdirSync(source, { recursive: true })) {
    const from = join(source, name);
    if (name.startsWith(page) || name.endsWith('.ts') || !statSync(from).isFile()) continue;
    const to = join(root, 'dist', name);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
}

/**
 * What is started is one file and some parts that are loaded when they are needed: a third of the start time of separate
 * modules. CommonJS, because every built-in module costs more as an import. See docs/decisions/011.
 * Agents of a running bridge call these commands meanwhile, so each file is replaced as one step, its parts first.
 */
async function bundlePrograms() {
  const dir = join(root, 'dist', 'bundle');
  const fresh = join(root, 'dist', 'bundle.new');
  rmSync(fresh, { recursive: true, force: true });
  const commands = ['dp', 'vai', 'vexit'].map((name) => [name, join(source, 'cli', `${name}.ts`)]);
  // Apart from the commands, whose parts stay as small as they are.
  const outputs = await Promise.all([
    bundle(Object.fromEntries(commands), fresh),
    bundle({ main: join(source, 'main.ts') }, fresh),
    bundle({ migration: join(root, 'migration', 'migrate.ts') }, fresh),
  ]);
  const output = outputs.flat();
  mkdirSync(dir, { recursive: true });
  const isEntry = (file) => file.type === 'chunk' && file.isEntry;
  const files = [...output].sort((a, b) => isEntry(a) - isEntry(b)).map(({ fileName }) => fileName);
  for (const name of files) renameSync(join(fresh, name), join(dir, name));
  rmSync(fresh, { recursive: true });
  for (const name of readdirSync(dir)) if (!files.includes(name)) rmSync(join(dir, name));
}

async function bundle(input, dir) {
  const programs = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    // What would make discord.js faster, were it installed.
    external: ['bufferutil', 'utf-8-validate', 'zlib-sync'],
    // discord.js has a method that evaluates code. Nothing calls it.
    checks: { pluginTimings: false, eval: false },
  });
  const { output } = await programs.write({
    dir,
    format: 'cjs',
    sourcemap: true,
    // What is not there need not be read and scanned. Names stay: a stack trace must say something.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  return output;
}

/** The page may load nothing but files of its own: no inlined assets, nothing written into the HTML. */
function bundlePage() {
  return build({
    configFile: false,
    root: join(source, page),
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: join(root, 'dist', page),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      target: 'es2023',
      // These know light-dark(), which the page's colours are made of.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      reportCompressedSize: false,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
}

try {
  await Promise.all([compile(), bundlePrograms(), bundlePage()]);
  copyAssets();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
