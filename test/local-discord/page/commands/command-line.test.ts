import { describe, expect, it } from 'vitest';

import { listCommands, matchCommands } from '../../../../src/local-discord/page/commands/command-index.ts';
import { readCommandLine } from '../../../../src/local-discord/page/commands/command-line.ts';
import { commands } from '../commands.ts';

const all = listCommands(commands);

const read = (text: string): object | undefined => {
  const line = readCommandLine(text, all);
  return line && { name: line.command.name, ...Object.fromEntries(line.values) };
};

describe('the list of commands', () => {
  it('has each part that can be run, and nothing that is not typed', () => {
    expect(all.map(({ name }) => name)).toEqual(['deploy', 'session add', 'session limits set', 'status']);
  });

  it('offers what begins with the typed letters before what has them elsewhere', () => {
    expect(matchCommands(all, 's').map(({ name }) => name)).toEqual(['session add', 'session limits set', 'status']);
    expect(matchCommands(all, 'set').map(({ name }) => name)).toEqual(['session limits set']);
    expect(matchCommands(all, '').length).toBe(4);
    expect(matchCommands(all, 'nothing')).toEqual([]);
  });
});

describe('a typed command', () => {
  it.each([
    ['/status', { name: 'status' }],
    ['/session add channel:#shop', { name: 'session add', channel: '#shop' }],
    ['/deploy branch:main where:Production', { name: 'deploy', branch: 'main', where: 'Production' }],
    ['/deploy branch:"a b" force:true', { name: 'deploy', branch: 'a b', force: 'true' }],
    ['/deploy branch:two words where:stg', { name: 'deploy', branch: 'two words', where: 'stg' }],
    ['/deploy main', { name: 'deploy', branch: 'main' }],
    ['/deploy note: see http://x branch:main', { name: 'deploy', branch: 'main' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it.each(['/', '/stat', '/statuses', '/compact please', 'say /status', '/session', '/etc/hosts'])(
    '%s is a message like others',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});
