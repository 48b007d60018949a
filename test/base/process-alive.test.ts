import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { isProcess } from '../../src/base/process-alive.ts';
import { spawnProcess } from '../../src/base/run-command.ts';

describe('isProcess', () => {
  it('knows its own process, and another user’s', () => {
    expect(isProcess(process.pid)).toBe(true);
    expect(isProcess(1)).toBe(true);
  });

  it('does not know one that has ended', async () => {
    const child = spawnProcess(process.execPath, ['-e', '0'], {});
    await once(child, 'exit');
    expect(isProcess(child.pid!)).toBe(false);
  });
});
