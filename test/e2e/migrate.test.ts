import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import type { CommandResult } from '../../src/base/run-command.ts';
import type { MigrationReport } from '../../src/contracts/migration.ts';
import { FileChanges } from '../../src/storage/file-changes.ts';
import { OldWorld, tokenThere } from '../migration/old-world.ts';
import { Installation } from './support/installation.ts';

const vai = join(import.meta.dirname, '../../dist/bundle/vai.cjs');

type Files = Readonly<Record<string, string>>;

/** More passages than there are: a loop over them ends by itself, or fails. */
const mostPassages = 300;

/** What the journal says of a run that was killed at its first, second … passage of a fail point. */
const killed: ('nothing' | 'applying' | 'committed')[] = [];

beforeAll(async () => {
  for (let passage = 1; passage < mostPassages; passage += 1) {
    const world = new OldWorld();
    try {
      world.makePredecessor();
      world.makeOwn();
      if ((await run(world, `file-changes#${passage}`)).signal === undefined) return;
      const states = ['applying', 'committed'] as const;
      killed.push(states.find((state) => journalOf(world)?.includes(`"state":"${state}"`)) ?? 'nothing');
    } finally {
      world.close();
    }
  }
}, 180_000);

/** A passage in the midst of those with that journal. */
function passageWhile(state: 'applying' | 'committed'): number {
  return Math.ceil((killed.indexOf(state) + killed.lastIndexOf(state)) / 2) + 1;
}

function journalOf(world: OldWorld): string | undefined {
  const file = join(world.paths.migrations, 'journal.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function makeWorld(): OldWorld {
  const world = new OldWorld();
  onTestFinished(() => {
    world.close();
  });
  world.makePredecessor();
  world.makeOwn();
  return world;
}

function run(world: OldWorld, failPoint = '', ...options: readonly string[]): Promise<CommandResult> {
  return runCommand(process.execPath, [vai, 'migrate', '--json', ...options], {
    env: { ...world.environment, BRIDGE_FAIL_POINT: failPoint },
  });
}

/** The installation's files, comparable from world to world. */
function stateOf(world: OldWorld): Files {
  const own = world.own();
  const record = 'state/migrations/taken.json';
  return { ...own, ...(own[record] === undefined ? {} : { [record]: 'there' }) };
}

function heal(world: OldWorld): 'undone' | 'finished' | undefined {
  return new FileChanges({ directory: world.paths.migrations }).heal();
}

/** What a whole run makes of such a world. */
async function newState(): Promise<Files> {
  const world = makeWorld();
  const { exitCode, stderr } = await run(world);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stateOf(world);
}

/** What must never be lost. */
const contents = ['one', 'two', 'three', 'flat', 'another', 'of the same name'];

describe('MS-12: vai migrate, killed by kill -9', () => {
  it('at any point leaves the old state or the new, and the next run ends it', async () => {
    const fresh = await newState();
    const seen: string[] = [];
    for (const [index, journal] of killed.entries()) {
      const passage = index + 1;
      const world = makeWorld();
      const before = stateOf(world);
      const there = world.filesIn(world.old);
      expect((await run(world, `file-changes#${passage}`)).signal).toBe('SIGKILL');
      expect(Object.values(world.filesIn(world.directory))).toEqual(expect.arrayContaining(contents));
      // Said, and not touched, by somebody who only looks.
      if (passage % 10 === 0 && journal !== 'nothing') {
        expect(await run(world, '', '--dry-run')).toMatchObject({ exitCode: 1 });
      }
      heal(world);
      const after = stateOf(world);
      const which = after['config/.env'] === before['config/.env'] ? 'old' : 'new';
      expect(after, `passage ${passage}`).toEqual(which === 'old' ? before : fresh);
      expect(world.filesIn(world.old)).toEqual(there);
      seen.push(which);
      if (passage % 5 !== 0) continue;
      const again = await run(world);
      expect(again.exitCode).toBe(0);
      expect((JSON.parse(again.stdout) as MigrationReport).outcome).toBe(which === 'old' ? 'done' : 'nothing');
      expect(stateOf(world)).toEqual(fresh);
    }
    // Each file is prepared, half-written, placed; then comes the one point that decides, and it is passed once.
    expect(seen.lastIndexOf('old')).toBeLessThan(seen.indexOf('new'));
    expect(seen.filter((which) => which === 'old').length).toBeGreaterThan(30);
    expect(seen.filter((which) => which === 'new').length).toBeGreaterThan(5);
  });

  it('is ended by the next run as well, in one go', async () => {
    const fresh = await newState();
    for (const [state, healed] of [
      ['applying', 'undone'],
      ['committed', 'finished'],
    ] as const) {
      const world = makeWorld();
      await run(world, `file-changes#${passageWhile(state)}`);
      const { exitCode, stdout } = await run(world);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ healed, outcome: healed === 'undone' ? 'done' : 'nothing' });
      expect(stateOf(world)).toEqual(fresh);
    }
  });

  it('while it undoes, it goes on undoing', async () => {
    let undone = 0;
    for (let passage = 1; passage < mostPassages; passage += 1) {
      const world = makeWorld();
      const before = stateOf(world);
      expect((await run(world, `file-changes#${killed.lastIndexOf('applying') + 1}`)).signal).toBe('SIGKILL');
      const { signal } = await run(world, `file-changes-undo#${passage}`);
      if (signal === undefined) break;
      heal(world);
      expect(stateOf(world), `passage ${passage}`).toEqual(before);
      undone += 1;
    }
    expect(undone).toBeGreaterThan(8);
  });

  it.each([
    ['old', 'applying'],
    ['new', 'committed'],
  ] as const)('leaves the %s state after the next start of the bridge', async (which, state) => {
    const bridge = new Installation();
    onTestFinished(() => bridge.destroy());
    const world = new OldWorld(bridge.environment);
    onTestFinished(() => {
      world.close();
    });
    // Without a token there is nobody to connect to.
    world.makePredecessor({ token: '' });
    world.makeOwn();
    const before = stateOf(world);
    expect((await run(world, `file-changes#${passageWhile(state)}`)).signal).toBe('SIGKILL');
    expect(journalOf(world)).toContain(state);
    expect(await bridge.startDaemon()).toMatchObject({ kind: 'ready' });
    expect(journalOf(world)).toBeUndefined();
    const after = stateOf(world);
    const own = (files: Files): Files =>
      Object.fromEntries(
        Object.entries(files).filter(([name]) => /^(?:config\/(?:\.env|sessions\.json)|attachments\/)/.test(name)),
      );
    if (which === 'old') expect(own(after)).toEqual(own(before));
    else {
      expect(after['config/.env']).toContain('DEFAULT_SESSION=2');
      expect(after['attachments/session_1/IMG_20261120_090000_ffffff_2.png']).toBe('flat');
      expect(after).not.toHaveProperty(['attachments/IMG_20261120_090000_ffffff.png']);
    }
    // And nothing is migrated below a running bridge.
    const below = await run(world);
    if (which === 'old')
      expect(below).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/The bridge of .* runs/) });
    else expect(below.exitCode).toBe(0);
  });
});

it.runIf(process.platform === 'linux')(
  'MS-12: on a full disk everything is as it was, and the cause is said',
  async () => {
    const world = makeWorld();
    // What is begun fits: the settings, the map, small files. One file does not.
    world.put(world.paths.attachments, 'IMG_20261120_100000_dddddd.png', 'x'.repeat(100_000));
    const before = stateOf(world);
    const full = await runCommand('prlimit', ['--fsize=50000:', process.execPath, vai, 'migrate'], {
      env: world.environment,
    });
    expect(full).toMatchObject({ exitCode: 1, stdout: '' });
    expect(full.stderr).toMatch(
      /^vai: EFBIG: .* Everything is as it was before\. Mend that, and run the command again\.\n$/,
    );
    expect(stateOf(world)).toEqual(before);
    expect(journalOf(world)).toBeUndefined();
    expect((await run(world)).exitCode).toBe(0);
  },
);

it('MS-12: vai migrate says what it did, for a person', async () => {
  const world = makeWorld();
  const say = async (...options: readonly string[]): Promise<CommandResult> =>
    runCommand(process.execPath, [vai, 'migrate', ...options], { env: world.environment });
  const planned = await say('--dry-run');
  expect(planned).toMatchObject({ exitCode: 0, stderr: '' });
  expect(planned.stdout).toMatch(/settings: DISCORD_BOT_TOKEN, DEFAULT_SESSION[\s\S]*session 1: channel 1{18}/);
  expect(planned.stdout).toMatch(/Nothing was changed\. To do this: .*vai migrate\n$/);
  const done = await say();
  expect(done.stdout).toMatch(/Success: 8 files written and read back\. .*state\/migrations\/backup-/);
  expect(done.stdout).toMatch(/vai pair: here the bot answers nobody before it has an owner\.\n$/);
  expect(`${planned.stdout}${done.stdout}`).not.toContain(tokenThere);
  expect((await say()).stdout).toMatch(/There is nothing to migrate\.\n$/);
  expect(await say('--from', '/nowhere')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^vai: The Python bridge is not in \/nowhere\. /),
  });
});
