import { beforeEach, describe, expect, it } from 'vitest';

import { waitForStart } from '../../../src/agents/claude-code/start-up.ts';
import type { StartUp } from '../../../src/agents/claude-code/start-up.ts';
import type { StateFile } from '../../../src/agents/claude-code/state-file.ts';
import type { AgentSpec } from '../../../src/contracts/agent.ts';
import type { TerminalDeath } from '../../../src/contracts/terminal.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { FakeClaudeScreen } from './fake-claude-screen.ts';
import { screen } from './fixtures.ts';

const spec = { terminal: 'claude-session-1', trusted: false } as AgentSpec;

describe('waitForStart', () => {
  let clock: ManualClock;
  let agent: FakeClaudeScreen;
  let isIdle: boolean;
  let hooksRun: boolean;
  let death: TerminalDeath | undefined;

  beforeEach(() => {
    clock = new ManualClock();
    agent = new FakeClaudeScreen();
    isIdle = true;
    hooksRun = false;
    death = undefined;
  });

  /** What it came to, as soon as it has. */
  function start(): { readonly result: Promise<StartUp>; readonly isOver: () => boolean } {
    let isOver = false;
    const result = waitForStart({
      spec,
      terminal: agent.terminal,
      clock,
      readState: () => (isIdle ? ({ status: 'idle' } as StateFile) : undefined),
      hooksRun: () => hooksRun,
      death: () => death,
    }).finally(() => {
      isOver = true;
    });
    result.catch(() => undefined);
    return { result, isOver: () => isOver };
  }

  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 60) await clock.advance(60);
  }

  it('is ready when the state file, the box and a hook say so', async () => {
    const { result, isOver } = start();
    await pass(2000);
    expect(isOver()).toBe(false);
    hooksRun = true;
    await pass(120);
    await expect(result).resolves.toEqual({ kind: 'ready' });
  });

  it('says that the hooks do not run when none came long after the box was drawn', async () => {
    const { result, isOver } = start();
    await pass(4500);
    expect(isOver()).toBe(false);
    await pass(1000);
    await expect(result).rejects.toMatchObject({
      code: 'agent-start-failed',
      message: expect.stringContaining('hooks of the bridge') as string,
    });
  });

  it('gives up with the last lines of the screen', async () => {
    agent.dialog = 'still loading';
    const { result, isOver } = start();
    await pass(27_500);
    expect(isOver()).toBe(false);
    await pass(1000);
    await expect(result).rejects.toThrow(/28 s[^]*still loading/);
  });

  it('waits on after the machine was suspended, for the box as for the hook', async () => {
    agent.dialog = 'still loading';
    const { result } = start();
    await pass(600);
    clock.suspend(3_600_000);
    await pass(600);
    agent.dialog = undefined;
    await pass(600);
    clock.suspend(3_600_000);
    await pass(600);
    hooksRun = true;
    await pass(120);
    await expect(result).resolves.toEqual({ kind: 'ready' });
  });

  it('tells how it ended', async () => {
    const { result } = start();
    death = { name: spec.terminal, exitCode: 3, lastLines: 'no' };
    await pass(120);
    await expect(result).resolves.toEqual({ kind: 'ended', death });
  });

  it('asks for a person when trust is asked and the owner has not consented', async () => {
    agent.dialog = screen('trust');
    const { result } = start();
    await pass(240);
    await expect(result).resolves.toMatchObject({ kind: 'needs-desk', need: { waitingFor: 'trust' } });
    expect(agent.keys).toEqual([]);
  });
});
