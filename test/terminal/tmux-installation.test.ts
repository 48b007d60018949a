import { expect, it } from 'vitest';

import { installAdvice, isOlder, parseTmuxVersion } from '../../src/terminal/tmux-installation.ts';

it.each([
  ['tmux 3.3a\n', [3, 3]],
  ['tmux 2.9', [2, 9]],
  ['tmux next-3.6', [3, 6]],
  ['tmux master', [99, 0]],
  ['tmux openbsd-7.4', [99, 0]],
  ['screen 4.0', undefined],
  ['', undefined],
])('reads "%s"', (text, version) => {
  expect(parseTmuxVersion(text)).toEqual(version);
});

it('compares versions as numbers', () => {
  expect(isOlder([2, 9], [3, 0])).toBe(true);
  expect(isOlder([3, 0], [3, 0])).toBe(false);
  expect(isOlder([3, 10], [3, 2])).toBe(false);
  expect(isOlder([10, 0], [3, 2])).toBe(false);
});

it.each([
  ['linux', '/usr/bin/apt-get', 'sudo apt-get install -y tmux'],
  ['linux', '/usr/bin/dnf', 'sudo dnf install -y tmux'],
  ['linux', '/sbin/apk', 'sudo apk add tmux'],
  ['darwin', '/nothing', 'brew install tmux'],
  ['linux', '/nothing', 'package manager'],
] as const)('on %s with %s says "%s"', (platform, file, said) => {
  expect(installAdvice(platform, (path) => path === file)).toContain(said);
});
