import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { planSettings, readPredecessorEnv } from '../../migration/predecessor-settings.ts';
import type { SettingsPlan } from '../../migration/predecessor-settings.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

describe('reading the .env of the Python bridge', () => {
  it.each([
    ['A=1\nB=2\n', { A: '1', B: '2' }],
    ['\u{feff}A=1\r\n', { A: '1' }],
    ['# A=1\n  # B=2\n\nC\n=4\n', {}],
    ['  A  =  two words  \n', { A: 'two words' }],
    ['A=x # no comment\n', { A: 'x # no comment' }],
    [
      'A="in quotes"\nB=\'as well\'\nC="only one\nD="a" and "b"\n',
      { A: 'in quotes', B: 'as well', C: '"only one', D: 'a" and "b' },
    ],
    ['A=1\nA=2\n', { A: '2' }],
    ['A=b=c\nexport E=1\n', { A: 'b=c', E: '1' }],
  ])('%j', (text, values) => {
    expect(Object.fromEntries(readPredecessorEnv(text))).toEqual(values);
  });
});

/** What is planned with such files here and there. */
function plan(
  there: Readonly<Record<string, string>>,
  here = '',
  { taken = [], numbers = [] }: { readonly taken?: readonly string[]; readonly numbers?: [number, number][] } = {},
): SettingsPlan & { readonly values: Readonly<Record<string, string | undefined>> } {
  const envFile = join(temporaryDirectory(), '.env');
  writeFileSync(envFile, here, { mode: 0o600 });
  const planned = planSettings({
    theirs: new Map(Object.entries(there)),
    text: here,
    ours: loadConfig({ environment: {}, envFile, bridgeJson: '/nowhere' }),
    taken: new Set(taken),
    numbers: new Map(numbers),
  });
  return { ...planned, values: parseEnv(planned.text ?? '') };
}

describe('MS-12: settings of the Python bridge', () => {
  it.each([
    '--append-system-prompt "Be #1" --model opus',
    "--append-system-prompt 'it is' --x",
    '--a "b" --c \'d\' # e',
    'plain',
    '--path C:\\new\\table',
  ])('are read back as they were there: %s', (options) => {
    expect(plan({ CLAUDE_OPTIONS: options }).values['CLAUDE_OPTIONS']).toBe(options);
  });

  it('a value that no .env file can hold is left out, and named', () => {
    const { added, notes } = plan({ CLAUDE_OPTIONS: '--a "b" \'c\' `d` #' });
    expect(added).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^CLAUDE_OPTIONS is left out: .*bridge\.json/)]);
  });

  it('keeps every other line of ours', () => {
    const here = '# mine\nLOG_LEVEL=debug\n#DEFAULT_SESSION=1\n';
    expect(plan({ DEFAULT_SESSION: '3' }, here).text).toBe('# mine\nLOG_LEVEL=debug\nDEFAULT_SESSION=3\n');
  });

  it('says nothing of what is the same here', () => {
    expect(plan({ DEFAULT_SESSION: '3', LOG_LEVEL: 'DEBUG' }, 'DEFAULT_SESSION=3\nLOG_LEVEL=debug\n')).toMatchObject({
      text: undefined,
      added: [],
      notes: [],
    });
  });

  it('what has another name here counts as set', () => {
    const { added, notes } = plan({ FLASK_PORT: '5001' }, 'LOCAL_PORT=8000\n');
    expect(added).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/^FLASK_PORT is another one here, and stays as it is \("5001" there\): LOCAL_PORT in /),
    ]);
  });

  it('leaves out what is wrong, empty, or the text of the installer', () => {
    const { added, notes } = plan({
      DISCORD_BOT_TOKEN: 'your_token_here',
      FLASK_PORT: 'many',
      CLAUDE_WORK_DIR: '/nowhere/at/all',
      CLAUDE_OPTIONS: '',
    });
    expect(added).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/^FLASK_PORT is left out \("many" there\): it must be a port number/),
      expect.stringMatching(/^CLAUDE_WORK_DIR is left out .*existing directory/),
    ]);
  });

  it('shows neither a secret nor what may have been pasted in the place of a name', () => {
    const secret = 'MTIzNDU2.Gabcde.a-secret-token with blanks';
    const { notes } = plan({ DISCORD_BOT_TOKEN: secret, 'MTIz.pasted-Token': 'x', SOME_KEY: 'a-value' });
    expect(notes).toHaveLength(3);
    expect(notes.join()).not.toMatch(/secret|pasted|a-value/);
  });

  it('the default session follows its session to another number', () => {
    expect(plan({ DEFAULT_SESSION: '1' }, '', { numbers: [[1, 4]] }).values['DEFAULT_SESSION']).toBe('4');
  });

  it('what was taken over before and is gone here stays so', () => {
    const { added, notes } = plan({ DEFAULT_SESSION: '1' }, '', { taken: ['DEFAULT_SESSION'] });
    expect(added).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^DEFAULT_SESSION was taken over before/)]);
  });
});
