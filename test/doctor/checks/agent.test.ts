import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { agentCheck, hookCheck } from '../../../src/doctor/checks/agent.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

const claude = { AGENT: 'claude-code' };

/** A Claude Code that says this about itself. */
function plantClaude(options: { version?: string; login?: string } = {}): string {
  const { version = '2.1.329 (Claude Code)', login = '{"loggedIn":true,"authMethod":"claude.ai"}' } = options;
  return world.program('claude', `case $1 in --version) echo '${version}';; auth) echo '${login}';; esac`);
}

describe('agentCheck', () => {
  it('says which agent was chosen, why, its version and how it is logged in', async () => {
    const program = plantClaude();
    const says = (await agentCheck(world.look(claude)).run()).map((finding) => finding.says).join('\n');
    expect(says).toContain(`Claude Code was found: ${program}. Version 2.1.329.`);
    expect(says).toContain('logged in (claude.ai)');
    expect(await idsOf(agentCheck(world.look(claude)))).toEqual([]);
  });

  it('finds that the wanted one is missing', async () => {
    const look = world.look({ ...claude, CLAUDE_COMMAND: '/nowhere/claude' });
    expect(await faultsOf(agentCheck(look))).toMatchObject([
      { id: 'agent-missing', says: expect.stringContaining('/nowhere/claude') },
    ]);
  });

  it('takes nothing of the current directory for a program on the PATH', async () => {
    // Tests run in the package's own directory, which has a `src`.
    const look = world.look({ ...claude, CLAUDE_COMMAND: 'src' });
    expect(await idsOf(agentCheck(look))).toEqual(['agent-missing']);
  });

  it('looks on when the settings of the agent cannot be read, or there is no temporary directory', async () => {
    plantClaude();
    mkdirSync(join(world.directory, 'user', '.claude', 'settings.json'), { recursive: true });
    expect(await idsOf(agentCheck(world.look(claude)))).toEqual([]);
    const look = world.look({ ...claude, TMPDIR: join(world.directory, 'nowhere') });
    expect(await faultsOf(agentCheck(look))).toMatchObject([
      { id: 'agent-login-unknown', says: expect.stringContaining('nowhere') },
    ]);
  });

  it('warns that the practice agent stands in, but not when it was asked for', async () => {
    const look = world.look({ AGENT: 'auto', CLAUDE_COMMAND: 'no-such-claude' });
    expect(await idsOf(agentCheck(look))).toEqual(['agent-practice']);
    expect(await idsOf(agentCheck(world.look({ AGENT: 'scripted' })))).toEqual([]);
  });

  it('finds one that does not run', async () => {
    world.program('claude', 'echo "Illegal instruction" >&2; exit 132');
    expect(await faultsOf(agentCheck(world.look(claude)))).toMatchObject([
      { id: 'agent-broken', says: expect.stringContaining('Illegal instruction') },
    ]);
  });

  it('finds that nobody is logged in, and shows no credential', async () => {
    plantClaude({ login: '{"loggedIn":false,"authMethod":"none"}' });
    const faults = await faultsOf(agentCheck(world.look({ ...claude, ANTHROPIC_API_KEY: 'sk-ant-secret-key' })));
    expect(faults).toMatchObject([{ id: 'agent-logged-out', do: expect.stringContaining('auth login') }]);
    expect(JSON.stringify(faults)).not.toContain('sk-ant-secret-key');
  });

  it('notes one that does not tell, and one that was never tested', async () => {
    plantClaude({ version: '1.0.44', login: 'error: unknown command' });
    expect(await idsOf(agentCheck(world.look(claude)))).toEqual(['agent-old', 'agent-login-unknown']);
  });

  it.each(['settings.json'])('finds hooks that are turned off in %s', async (name) => {
    plantClaude();
    mkdirSync(join(world.directory, 'user', '.claude'));
    writeFileSync(join(world.directory, 'user', '.claude', name), '{"disableAllHooks":true}');
    expect(await faultsOf(agentCheck(world.look(claude)))).toMatchObject([
      { id: 'agent-hooks-disabled', says: expect.stringContaining(name) },
    ]);
  });

  it('finds that Claude Code would refuse root', async () => {
    plantClaude();
    const settings = { ...claude, PERMISSION_MODE: 'bypassPermissions', IS_SANDBOX: '' };
    expect(await idsOf(agentCheck(world.look(settings, { userId: 0 })))).toEqual(['agent-refuses-root']);
    expect(await idsOf(agentCheck(world.look(settings, { userId: 1000 })))).toEqual([]);
  });
});

describe('hookCheck', () => {
  it('runs the shipped hook, and leaves nothing behind', async () => {
    expect(await idsOf(hookCheck(world.look()))).toEqual([]);
    expect(readdirSync(join(world.directory, 'run'))).toEqual([]);
  });

  it('finds a sh that does not work', async () => {
    world.program('sh', 'exit 3');
    expect(await idsOf(hookCheck(world.look()))).toEqual(['hook-fails']);
  });

  it('finds that there is no temporary directory', async () => {
    const nowhere = join(world.directory, 'nowhere');
    expect(await faultsOf(hookCheck(world.look({ TMPDIR: nowhere })))).toMatchObject([
      { id: 'hook-fails', do: expect.stringContaining(nowhere) },
    ]);
  });

  it('finds nothing in what is no directory of sessions', async () => {
    world.write('state/sessions', 'a file');
    expect(await idsOf(hookCheck(world.look()))).toEqual([]);
  });

  it('finds a mailbox with a part missing', async () => {
    for (const part of ['events', 'tmp'])
      mkdirSync(join(world.paths.state, 'sessions.local', '1', 'mailbox', part), { recursive: true });
    mkdirSync(join(world.paths.state, 'sessions', '2'), { recursive: true });
    expect(await faultsOf(hookCheck(world.look()))).toMatchObject([
      { id: 'mailbox-broken', says: expect.stringContaining('sessions.local/1/mailbox/answers') },
    ]);
  });
});
