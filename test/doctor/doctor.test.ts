import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { examine } from '../../src/doctor/doctor.ts';
import { reportLines } from '../../src/doctor/report-text.ts';
import { DoctorWorld } from './doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

// Whoever reads it types it: a program that is not on the PATH must be called by its path.
it('writes vai as it is typed in this shell', async () => {
  mkdirSync(join(world.paths.state, 'sessions', '1', 'mailbox'), { recursive: true });
  world.write('config/sessions.local.json', '{"1":{"channel":"123456789012345678","workDir":"/no/such/directory"}}');
  const environment = { AGENT: 'auto', CLAUDE_COMMAND: 'no-such-claude', LANG: 'C' };
  const reports = await Promise.all(
    [
      environment,
      { ...environment, DISCORD_BOT_TOKEN: 'wrong-token-wrong-token', DISCORD_API_URL: 'http://127.0.0.1:1' },
    ]
      .map((one) => world.look(one, { vai: '/opt/bridge/bin/vai' }))
      .map(examine),
  );
  for (const report of reports) {
    const text = reportLines(report, { verbose: false, vai: '/opt/bridge/bin/vai', mark: (_level, word) => word })
      .map((pieces) => pieces.join(''))
      .join('\n');
    expect(text).toContain('/opt/bridge/bin/vai restart');
    expect(text.match(/.*(?<!\/opt\/bridge\/bin\/)\bvai [a-z].*/g)).toBeNull();
  }
});
