import { afterEach } from 'vitest';

import { endOfTest } from './last-words.ts';

// Set up before any test file, and not by what the soak and the benchmarks use too, which run without vitest. The first hook
// that is there is the last to run: whatever a test set up has ended by then.
afterEach(({ task }) => {
  endOfTest(task.result?.state === 'fail');
});
