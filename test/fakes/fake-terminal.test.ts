import { tmpdir } from 'node:os';

import { expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { TerminalSpec } from '../../src/contracts/terminal.ts';
import { terminalContract } from '../contracts/terminal.ts';
import { FakeTerminal, FakeTerminalServer } from './fake-terminal.ts';

function spec(name: string): TerminalSpec {
  return { name, cwd: tmpdir(), argv: ['program'], environment: {}, directory: tmpdir() };
}

terminalContract('FakeTerminal', async () => {
  const server = new FakeTerminalServer();
  const terminal = new FakeTerminal(server);
  let latest = terminal;
  return {
    terminal,
    reopen: async () => (latest = new FakeTerminal(server)),
    talker: spec,
    recorder: spec,
    ready: async () => undefined,
    exit: async (name, code) => latest.die(name, code),
    received: async (name) => latest.typed(name),
    dispose: async () => undefined,
  };
});

it('lets a test play the program', async () => {
  const terminal = new FakeTerminal();
  await terminal.create(spec('one'));
  terminal.onInput((name, input) => {
    if (input.kind === 'keys') terminal.show(name, `answer to ${terminal.typed(name)}`);
  });
  await terminal.type('one', 'question');
  await terminal.keys('one', ['Enter']);
  expect(await terminal.capture('one')).toBe('answer to question');
  expect(terminal.inputs('one')).toEqual([
    { kind: 'text', text: 'question' },
    { kind: 'keys', keys: ['Enter'] },
  ]);
});

it('fails when told, once, and takes nothing then', async () => {
  const terminal = new FakeTerminal();
  await terminal.create(spec('one'));
  terminal.failNext(new BridgeError('terminal-unreachable', 'as told', { happened: 'unknown' }));
  await expect(terminal.type('one', 'x')).rejects.toMatchObject({ code: 'terminal-unreachable' });
  await terminal.type('one', 'y');
  expect(terminal.typed('one')).toBe('y');
});
