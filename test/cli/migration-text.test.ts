import { expect, it } from 'vitest';

import { migrationLines } from '../../src/cli/migration-text.ts';
import { paint } from '../../src/cli/style.ts';
import type { MigrationReport } from '../../src/contracts/migration.ts';

function lastLine(report: Partial<MigrationReport>, from?: string): string {
  const whole = { healed: null, steps: [], verified: { files: 0, bytes: 0 }, backup: null } as const;
  const lines = migrationLines({ outcome: 'nothing', ...whole, ...report }, { vai: 'vai', from });
  return paint(lines.at(-1) ?? '', false);
}

it('MS-12: what was planned can be done by typing what stands there', () => {
  expect(lastLine({})).toBe('There is nothing to migrate.');
  const planned = { outcome: 'planned' } as const;
  expect(lastLine(planned)).toBe('Nothing was changed. To do this: vai stop, when the bridge runs, then vai migrate');
  expect(lastLine(planned, '/old place')).toMatch(/then vai migrate --from '\/old place'$/);
});
