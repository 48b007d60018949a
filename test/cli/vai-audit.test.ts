import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { outputs } from '../../src/control/outputs.ts';
import type { AuditEntry } from '../../src/contracts/audit.ts';
import { AuditFile } from '../../src/observe/audit-file.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});
afterEach(() => scope.close());

const hour = 3_600_000;
const entry = (hoursAgo: number, fields: object): AuditEntry =>
  ({ at: new Date(Date.now() - hoursAgo * hour).toISOString(), ...fields }) as AuditEntry;

function write(...entries: readonly AuditEntry[]): void {
  const { auditFile: path, auditHead: headPath, state } = line.paths;
  mkdirSync(state, { recursive: true });
  const audit = new AuditFile({
    path,
    headPath,
    clock: new ManualClock(),
    log: new RecordingLog(),
    redact: (text) => text,
  });
  for (const one of entries) audit.note(one);
  audit.close();
}

describe('BX-09: vai audit', () => {
  beforeEach(() => {
    write(
      entry(72, {
        who: 'user 5',
        surface: 'onMessage',
        action: 'message',
        session: 1,
        about: 'm0',
        outcome: 'allowed',
      }),
      entry(3, {
        who: 'user 5',
        surface: 'press',
        action: 'decide-prompt',
        session: 2,
        about: 'p1',
        outcome: 'allowed',
      }),
      entry(3, {
        who: 'user 5',
        deed: 'prompt-decided',
        session: 2,
        about: 'p1',
        tool: 'Bash',
        answer: 'allow',
        outcome: 'done',
      }),
      entry(2, {
        who: 'user 6',
        surface: 'press',
        action: 'decide-prompt',
        session: 2,
        about: 'p\u001b[2J\u2028\nx',
        outcome: 'refused',
        reason: 'role "none" may not decide-prompt',
        count: 3,
      }),
      entry(1, { who: 'local', surface: 'addSession', action: 'manage', session: 3, outcome: 'allowed' }),
    );
  });

  const found = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const { stdout, exitCode } = await line.vai('audit', '--json', ...args);
    expect(exitCode).toBe(0);
    return outputs.audit.parse(JSON.parse(stdout)).map((one) => one['about'] ?? one['surface']);
  };

  it('finds by session, person, time and outcome, the newest last', async () => {
    expect(await found()).toHaveLength(5);
    expect(await found('--session', '2')).toEqual(['p1', 'p1', 'p\u001b[2J\u2028\nx']);
    expect(await found('--user', '5')).toEqual(['m0', 'p1', 'p1']);
    expect(await found('--user', '<@5>', '--since', '2d')).toEqual(['p1', 'p1']);
    expect(await found('--user', 'local')).toEqual(['addSession']);
    expect(await found('--outcome', 'refused')).toHaveLength(1);
    expect(await found('--session', '2', '--user', '5', '--since', '2d', '--outcome', 'done')).toEqual(['p1']);
    expect(await found('-n', '1')).toEqual(['addSession']);
    expect(await found('--since', new Date(Date.now() - 1.5 * hour).toISOString())).toEqual(['addSession']);
  });

  it('MS-09: shows a line for each, and nothing in a name makes another or steers the terminal', async () => {
    const { stdout } = await line.vai('audit');
    expect(stdout.trimEnd().split('\n')).toHaveLength(6);
    expect(stdout).toContain('prompt-decided: allow Bash');
    expect(stdout).toContain('decide-prompt (press) × 3');
    for (const character of '\u001b\u2028') expect(stdout).not.toContain(character);
  });

  it('verifies, and names what somebody changed', async () => {
    const whole = await line.vai('audit', 'verify', '--json');
    expect(whole.exitCode).toBe(0);
    const { last } = outputs['audit verify'].parse(JSON.parse(whole.stdout));
    expect((await line.vai('audit', 'verify', last?.hash ?? '')).stdout).toContain(
      'The audit is as it was written: 5 lines',
    );
    const file = line.paths.auditFile;
    writeFileSync(file, readFileSync(file, 'utf8').replace('"user 6"', '"user 7"'));
    const touched = await line.vai('audit', 'verify');
    expect(touched).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('audit.jsonl:4: Entry 4 is not as it was') as string,
    });
    expect(touched.stdout).toContain('The audit is not as it was written: 1 finding in 5 lines.');
  });

  it('refuses what it cannot read, and processes inside a session', async () => {
    expect(await line.vai('audit', '--since', 'yesterday')).toMatchObject({ exitCode: 2 });
    expect(await line.vai('audit', 'verify', 'abc')).toMatchObject({ exitCode: 2 });
    Object.assign(line.environment, paneEnvironment);
    expect(await line.vai('audit')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

it('says that there is none yet', async () => {
  expect(await line.vai('audit')).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('no audit yet') as string,
  });
  expect((await line.vai('audit', 'verify')).exitCode).toBe(0);
});
