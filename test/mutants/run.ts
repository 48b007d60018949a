import { join } from 'node:path';

import { plant } from './mutant.ts';
import type { Killer, Mutant } from './mutant.ts';
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
  if (!(await areSound(wanted, tree))) return 2;
  let survivors = 0;
  for (const mutant of wanted) if (!(await isKilled(mutant, tree))) survivors += 1;
  print('', `${wanted.length - survivors} of ${wanted.length} mutants killed`);
  return survivors === 0 ? 0 : 1;
}

/** Whether the tests pass without any mutant. Else nothing can be learnt from them. */
async function areSound(wanted: readonly Mutant[], tree: TreeCopy): Promise<boolean> {
  const killers = new Map(wanted.flatMap((mutant) => mutant.killers).map((killer) => [nameOf(killer), killer]));
  print(`Without a mutant: ${killers.size} sets of tests …`);
  for (const [name, killer] of killers) {
    const { passed, failed, unusable } = await tryTests(tree.path, killer);
    if (passed > 0 && failed.length === 0) continue;
    print(`  ${name}: ${failed.join('; ')}${unusable ?? ''}`);
    return false;
  }
  return true;
}

/** Whether all the tests that must notice do. */
async function isKilled(mutant: Mutant, tree: TreeCopy): Promise<boolean> {
  print('', `${mutant.name}: ${mutant.breaks}`);
  plant(mutant, tree.path);
  let killed = true;
  for (const killer of mutant.killers) {
    const begin = performance.now();
    const { failed, unusable } = await tryTests(tree.path, killer);
    const seconds = `${((performance.now() - begin) / 1000).toFixed(1)} s`;
    const [test] = failed;
    if (test === undefined) killed = false;
    if (test !== undefined) print(`  killed by ${killer.file} (${seconds}): ${test}`);
    else if (unusable !== undefined) print(`  NOT TRIED: no test ran (${nameOf(killer)}): ${unusable}`);
    else print(`  SURVIVED ${nameOf(killer)} (${seconds})`);
  }
  for (const { file } of mutant.changes) tree.restore(file);
  return killed;
}

function nameOf({ file, only }: Killer): string {
  return only === undefined ? file : `${file}, ${only}`;
}

function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
