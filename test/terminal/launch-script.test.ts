import { expect, it } from 'vitest';

import { canHandOver, exitFile, isLeftover, launchScript, screenFile } from '../../src/terminal/launch-script.ts';

const launch = {
  name: 'one',
  cwd: `/it's/"here"`,
  argv: ['/bin/agent', '--text', `a 'b' $c`],
  environment: { KEY: `it's`, EMPTY: '', 'BAD-NAME': 'x', TMUX: 'x' },
  directory: '/state/one',
  columns: 120,
  rows: 40,
  tmux: '/usr/bin/tmux',
  socket: '/run/s',
  umask: 0o022,
};

it('quotes every word', () => {
  const lines = launchScript(launch).split('\n');
  expect(lines).toContain(String.raw`cd -- '/it'\''s/"here"' || exit 126`);
  expect(lines).toContain(String.raw`export KEY='it'\''s'`);
  expect(lines).toContain(`export EMPTY=''`);
  expect(lines).toContain(String.raw`exec '/bin/agent' '--text' 'a '\''b'\'' $c'`);
});

it('gives the program the permissions of its owner, not those of the bridge', () => {
  const lines = launchScript(launch).split('\n');
  const inside = lines.slice(lines.indexOf('('), lines.indexOf(')'));
  expect(inside).toContain('umask 0022');
});

it('leaves out what no shell can set and what belongs to the terminal', () => {
  const script = launchScript(launch);
  expect(script).not.toContain('BAD-NAME');
  expect(script).not.toContain('export TMUX=');
});

it('is gone before anything else is done', () => {
  expect(launchScript(launch).split('\n').slice(0, 2)).toEqual(['PATH=/usr/bin:/bin', 'rm -f -- "$0"']);
});

it.each([
  ['HOME', true],
  ['_x9', true],
  ['npm_config_a-b', false],
  ['BASH_FUNC_x%%', false],
  ['9x', false],
  ['', false],
  ['TERM', false],
  ['UID', false],
])('hands over a variable "%s": %s', (name, expected) => {
  expect(canHandOver(name)).toBe(expected);
});

it.each([
  [exitFile('one', 7), true],
  [screenFile('one', 7), true],
  ['one.launch', true],
  ['one.process', true],
  [exitFile('one-two', 7), false],
  ['one.notes', false],
  ['one.7.exit.keep', false],
  ['settings.json', false],
])('takes "%s" for a leftover of "one": %s', (file, expected) => {
  expect(isLeftover(file, 'one')).toBe(expected);
});
