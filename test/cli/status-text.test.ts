import { expect, it } from 'vitest';

import { sessionLines } from '../../src/cli/status-text.ts';
import { paint } from '../../src/cli/style.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';

it('says how to look at the terminals that there are', async () => {
  const status = await new FakeBridgeApi().status({ kind: 'local' });
  const [session] = status.sessions;
  const stopped = { ...session!, lifecycle: 'stopped' as const, attach: 'echo nobody' };
  const view = { vai: 'vai', now: 0, width: undefined };
  const shown = (sessions: typeof status.sessions): string =>
    sessionLines({ ...status, sessions }, view)
      .map((line) => paint(line, false))
      .join('\n');
  const both = shown([session!, stopped]);
  expect(both).toContain(`vai view, or\n  ${session!.attach}`);
  expect(both).not.toContain('echo nobody');
  expect(shown([stopped])).not.toContain('Look at one');
});
