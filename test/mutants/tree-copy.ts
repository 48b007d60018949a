import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { runCommand } from '../../src/base/run-command.ts';

/** What git does not keep and a tree needs: linked, never copied. */
const linked = ['node_modules', '.runtime', '.claude-cli'];

/** A copy of the project as it lies on the disk, uncommitted changes included; removed by `remove`. */
export interface TreeCopy {
  readonly path: string;
  /** Puts a file back as it is in the project. */
  restore(file: string): void;
  remove(): void;
}

export async function copyTree(root: string): Promise<TreeCopy> {
  const listed = await runCommand('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  if (listed.exitCode !== 0) throw new Error(`git does not list the files of ${root}: ${listed.stderr}`);
  const path = mkdtempSync(join(tmpdir(), 'bridge-mutants-'));
  const copy = (file: string): void => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    cpSync(join(root, file), join(path, file));
  };
  const isThere = (file: string): boolean => file !== '' && existsSync(join(root, file));
  const files = listed.stdout.split('\0').filter((file) => !linked.includes(file) && isThere(file));
  for (const file of files) copy(file);
  for (const name of linked.filter(isThere)) symlinkSync(join(root, name), join(path, name));
  return {
    path,
    restore: copy,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
