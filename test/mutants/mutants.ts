import type { Mutant } from './mutant.ts';

/** Every mistake that the tests must notice. */
export const mutants: readonly Mutant[] = [
  {
    name: 'drop-the-nonce',
    breaks: 'a text whose sending was not confirmed is posted twice',
    changes: [
      { file: 'src/discord/send.ts', find: '      enforce_nonce: true,\n', replace: '      enforce_nonce: false,\n' },
    ],
    killers: ['test/discord/send.test.ts', 'test/e2e/fail-points/outbox.test.ts'],
  },
];
