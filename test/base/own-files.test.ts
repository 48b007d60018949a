import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { ownFile, ownProgram, packageRoot } from '../../src/base/own-files.ts';

it('knows its own package', () => {
  expect(packageRoot()).toBe(join(import.meta.dirname, '../..'));
});

it('finds what belongs to the sources among them', () => {
  const hook = ownFile('agents/mailbox/hook.sh');
  expect(hook).toBe(join(packageRoot(), 'src/agents/mailbox/hook.sh'));
  const agent = ownProgram('agents/scripted/program');
  expect(agent).toBe(join(packageRoot(), 'src/agents/scripted/program.ts'));
  expect([hook, agent].filter((path) => !existsSync(path))).toEqual([]);
});
