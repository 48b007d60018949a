import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { answered, one, waiting } from '../control/planted.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(async () => {
  scope = new Scope();
  line = new CommandLine(scope);
  await line.serve();
  line.api.queued = [waiting, { ...waiting, id: 'discord:2', state: 'held', beginning: 'old \u001b[31mred' }];
});

afterEach(() => scope.close());

const asked = (): readonly object[] => line.api.calls.map(({ method, details }) => ({ method, ...details }));

const noMessage =
  'vai: There is no message "nonsense". Take its id from `vai queue N`, or copy its link in the chat.\n';

describe('BX-06: vai queue', () => {
  it('lists what is on its way, oldest first, and what is done while the agent is busy', async () => {
    const { exitCode, stdout, stderr } = await line.vai('queue', '1');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Session 1, mode queue: messages wait until the agent is idle\.\nID +STATE +WRITTEN +BY +TEXT\n/,
    );
    expect(stdout).toMatch(/^discord:1200000000000000001 +queued \(busy\) +\d+ days ago +Olga +please run the tests$/m);
    expect(stdout).toMatch(/^discord:2 +held /m);
    expect(stdout).not.toContain('\u001b');
  });

  it('says so when there is nothing', async () => {
    line.api.queued = [];
    expect((await line.vai('queue', '1')).stdout).toContain('No message is on its way.');
  });

  it('--remove takes one out, and shows what is left', async () => {
    const { exitCode, stdout } = await line.vai('queue', '1', '--remove', '1200000000000000001');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Success: ${waiting.id} removed\n`);
    expect(stdout).toContain('discord:2');
    expect(asked()).toContainEqual({ method: 'withdraw', session: 1, message: '1200000000000000001' });
  });

  it('--mode changes the mode, and says when the agent cannot do it', async () => {
    expect((await line.vai('queue', '1', '--mode', 'interrupt')).stdout).toContain(
      'mode interrupt: a message stops what the agent works on.',
    );
    line.api.canSteer = false;
    expect((await line.vai('queue', '1', '--mode', 'steer')).stdout).toContain(
      'mode queue: messages wait until the agent is idle (scripted cannot do "steer").',
    );
  });

  it.each([
    [['queue', '1', '--remove', 'nonsense'], 1, noMessage],
    [['queue', '7'], 1, 'vai: There is no session 7. See "vai list-sessions".\n'],
    [['interrupt', '7'], 1, 'vai: There is no session 7. See "vai list-sessions".\n'],
    [['trace', 'nonsense'], 1, noMessage],
  ])('vai %j is refused in one line', async (args, exitCode, stderr) => {
    expect(await line.vai(...args)).toMatchObject({ exitCode, stdout: '', stderr });
  });

  it.each([[['queue']], [['queue', 'x']], [['queue', '1', '--mode', 'hurry']], [['interrupt']], [['trace']]])(
    'vai %j is wrong use',
    async (args) => {
      const { exitCode, stdout, stderr } = await line.vai(...args);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^vai: [^\n]+\n$/);
    },
  );

  it('a process inside a session may look, and change nothing', async () => {
    const inside = (...args: readonly string[]) => line.run('vai', args, { environment: paneEnvironment });
    expect((await inside('queue', '1')).exitCode).toBe(0);
    expect((await inside('trace', answered.id)).exitCode).toBe(0);
    for (const args of [
      ['queue', '1', '--remove', waiting.id],
      ['queue', '1', '--mode', 'steer'],
      ['interrupt', '1'],
    ]) {
      expect(await inside(...args)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not allowed') });
    }
    expect([line.api.queued.length, line.api.busyMode]).toEqual([2, 'queue']);
  });
});

describe('BX-06: vai interrupt', () => {
  it('says what it did', async () => {
    expect((await line.vai('interrupt', '1')).stdout).toBe('Session 1 is idle; there was nothing to stop\n');
    line.api.states.set(one, { state: 'busy' });
    expect((await line.vai('interrupt', '1')).stdout).toBe('Success: Session 1 was interrupted\n');
  });
});

describe('vai trace', () => {
  it('tells the life of a message', async () => {
    const { exitCode, stdout, stderr } = await line.vai('trace', answered.id);
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const words of [
      `${answered.id}: session 1, by Olga, written 2025-01-01T00:00:00.000Z\n  please run the tests\n`,
      'State: acknowledged, confirmed by hook after 23 ms.\n',
      'Turn t1: completed.\n',
      'Since it was written: stored after 120 ms, at the agent after 5.0 s, turn ended after 65.0 s.\n',
    ]) {
      expect(stdout).toContain(words);
    }
    expect(stdout).toMatch(/^2025-01-01T00:00:04\.000Z {2}\+3\.9 s +being handed to the agent +waitedFor: busy$/m);
    expect(stdout).toMatch(/^text +posted +1200000000000000002 +text:1:a$/m);
    expect(stdout).toMatch(/^reaction +pending +- +reaction:answered:x$/m);
  });
});

it('vai add-session takes the mode with it', async () => {
  await line.vai('add-session', '222222222222222222', '--while-busy', 'steer');
  expect(asked()).toContainEqual({ method: 'addSession', channel: '222222222222222222', whileBusy: 'steer' });
});
