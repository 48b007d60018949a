import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { describe, expect, it } from 'vitest';

import { readOrBegin, replaceEnvFile, withVariable } from '../../src/config/env-file.ts';
import { refusal } from '../storage/refusal.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

const name = 'DISCORD_BOT_TOKEN';

describe('withVariable', () => {
  it.each([
    ['', `${name}=new\n`],
    ['A=1\n', `A=1\n${name}=new\n`],
    ['A=1', `A=1\n${name}=new\n`],
    [`# mine\n${name}=old\n# after\nB=2\n`, `# mine\n${name}=new\n# after\nB=2\n`],
    [`export ${name} = "old"\n`, `${name}=new\n`],
    [`# The token.\n#${name}=\nB=2\n`, `# The token.\n${name}=new\nB=2\n`],
    [`#${name}=\n${name}=old\n`, `#${name}=\n${name}=new\n`],
    [`${name}=a\nA=1\n${name}=b\n`, `${name}=new\nA=1\n${name}=new\n`],
    [`OTHER_${name}=x\n`, `OTHER_${name}=x\n${name}=new\n`],
    ['A="two\nlines"\n', `A="two\nlines"\n${name}=new\n`],
  ])('changes that line of %j and no other', (before, after) => {
    expect(withVariable(before, name, 'new')).toBe(after);
    expect(parseEnv(after)[name]).toBe('new');
  });

  it('refuses a file in which it would change something else', () => {
    const odd = `A="begin\n${name}=inside\nend"\n`;
    expect(() => withVariable(odd, name, 'new')).toThrow(refusal('env-file-odd', name));
    expect(() => withVariable('A="never closed\n', name, 'new#tail')).toThrow(/safely/);
  });
});

describe('replaceEnvFile', () => {
  it('makes a private file in a private directory', () => {
    const file = join(temporaryDirectory(), 'config', '.env');
    expect(replaceEnvFile(file, 'A=1\n')).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  });

  it('keeps what was there as a private backup, and nothing else', () => {
    const directory = join(temporaryDirectory(), 'config');
    mkdirSync(directory);
    const file = join(directory, '.env');
    writeFileSync(file, 'A=old\n', { mode: 0o644 });
    expect(replaceEnvFile(file, 'A=new\n')).toBe(`${file}.backup`);
    expect(readFileSync(`${file}.backup`, 'utf8')).toBe('A=old\n');
    expect(readFileSync(file, 'utf8')).toBe('A=new\n');
    expect([file, `${file}.backup`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(readdirSync(directory).sort()).toEqual(['.env', '.env.backup']);
  });

  it('leaves the old one whole when the new one cannot be written', () => {
    const directory = join(temporaryDirectory(), 'config');
    mkdirSync(join(directory, '.env'), { recursive: true });
    expect(() => replaceEnvFile(join(directory, '.env'), 'A=1\n')).toThrow();
    expect(readdirSync(directory)).toEqual(['.env']);
  });
});

it('begins a new file with the shipped example', () => {
  const directory = temporaryDirectory();
  const example = join(directory, 'example');
  expect(readOrBegin(join(directory, '.env'), example)).toBe('');
  writeFileSync(example, '#A=\n');
  expect(readOrBegin(join(directory, '.env'), example)).toBe('#A=\n');
  writeFileSync(join(directory, '.env'), 'B=1\n');
  expect(readOrBegin(join(directory, '.env'), example)).toBe('B=1\n');
  expect(existsSync(join(directory, '.env.backup'))).toBe(false);
});
