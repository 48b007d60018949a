import { join } from 'node:path';

import { plant } from './mutant.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { copyTree } from './tree-copy.ts';
import type { TreeCopy } from './tree-copy.ts';
import { tryTests } from './trial.ts';

const root = join(import.meta.dirname, '..', '..');

/** Plants each mistake, one after the other, and sees whether the tests notice. Gives the exit code. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !mutants.some((mutant) => mutant.name === name));
  if (unknown.length > 0) {
    print(`There is no mutant ${unknown.join(', ')}. There are: ${mutants.map(({ name }) => name).join(', ')}.`);
    return 2;
  }
  const wanted = names.length === 0 ? mutants : mutants.filter(({ name }) => names.includes(name));
  const tree = await copyTree(root);
  const removeTree = (): void => {
    tree.remove();
  };
  process.once('exit', removeTree);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const killers = [...new Set(wanted.flatMap((mutant) => mutant.killers))];
  print(`Without a mutant: ${killers.length} test files …`);
  const sound = await tryTests(tree.path, killers, false);
  if (sound.failed.length > 0 || sound.unusable.length > 0 || sound.passed === 0) {
    print('The tests fail without any mutant; nothing can be learnt from them:');
    print(...[...sound.failed, ...sound.unusable].map((one) => `  ${one}`));
    return 2;
  }
  print(`  ${sound.passed} tests passed`);
  let survivors = 0;
  for (const mutant of wanted) if (!(await isKilled(mutant, tree))) survivors += 1;
  print('', `${wanted.length - survivors} of ${wanted.length} mutants killed`);
  return survivors === 0 ? 0 : 1;
}

/** Whether every test file that must notice does. */
async function isKilled(mutant: Mutant, tree: TreeCopy): Promise<boolean> {
  print('', `${mutant.name}: ${mutant.breaks}`);
  plant(mutant, tree.path);
  let killed = true;
  for (const file of mutant.killers) {
    const begin = performance.now();
    const { failed, unusable } = await tryTests(tree.path, [file], true);
    const seconds = `${((performance.now() - begin) / 1000).toFixed(1)} s`;
    const [test] = failed;
    if (test === undefined) killed = false;
    if (test !== undefined) print(`  killed by ${file} (${seconds}): ${test}`);
    else if (unusable.length > 0) print(`  NOT A MISTAKE BUT NONSENSE: ${unusable.join('\n')}`);
    else print(`  SURVIVED ${file} (${seconds})`);
  }
  for (const { file } of mutant.changes) tree.restore(file);
  return killed;
}

function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
