import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { createClaudeCodeDriver } from '../../../src/agents/claude-code/driver.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { RunningAgent } from '../../../src/contracts/agent.ts';
import { claudeCommand, whyNoClaude } from '../support/claude.ts';
import { until } from '../support/until.ts';
import { message, openLab } from './claude-lab.ts';
import type { ClaudeLab } from './claude-lab.ts';

const why = whyNoClaude();

describe.skipIf(why)('setting the real Claude Code going again', () => {
  let lab: ClaudeLab;
  const running: RunningAgent[] = [];
  afterEach(async () => {
    for (const agent of running.splice(0)) await agent.detach();
    await lab.close();
  });

  async function typed(text: string): Promise<void> {
    await lab.terminal.type(lab.spec.terminal, text);
    await systemClock.sleep(300);
    await lab.terminal.keys(lab.spec.terminal, ['Enter']);
  }

  it('MS-07: a menu that somebody opened at the terminal and left is found and closed; the agent is idle again', async () => {
    lab = await openLab();
    const agent = await lab.launch();
    await lab.idle(agent);
    await typed('/config');
    const overlay = await until(async () => (await agent.look())?.overlay, { what: 'the menu' });
    expect(overlay).not.toBe('');
    // The first Escape may only leave a field of the menu.
    for (let pushes = 0; pushes < 3 && (await agent.look())?.overlay !== undefined; pushes += 1) {
      await agent.nudge();
      await systemClock.sleep(1000);
    }
    await lab.idle(agent);
    expect((await agent.look())?.overlay).toBeUndefined();
    const { turn } = await agent.deliver(message('say primrose'));
    await lab.heard('turn-ended', (event) => event.turn === turn);
  });

  it('MS-07: what the agent itself asks is nothing that is closed', async () => {
    lab = await openLab();
    const agent = await lab.launch();
    await lab.idle(agent);
    await agent.deliver(message('bash touch asked.txt'));
    await lab.heard('prompt-opened');
    expect((await agent.look())?.overlay).toBeUndefined();
    // Whatever else is told: it is never taken for an agent that is stuck.
    await until(async () => (await agent.look())?.asks, { what: 'the request on its screen' });
    const before = await lab.screen();
    await agent.nudge();
    await systemClock.sleep(500);
    expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: 'permission' });
    expect(await lab.screen()).toContain(before.split('\n').find((line) => line.includes('asked.txt')));
  });

  it('MS-07: a working agent draws: its screen is another one every few seconds', async () => {
    lab = await openLab({ allowed: ['Bash(sleep:*)'] });
    const agent = await lab.launch();
    await lab.idle(agent);
    await agent.deliver(message('bash sleep 8'));
    await until(() => agent.state.activity === 'busy', { what: 'a busy agent' });
    await systemClock.sleep(1000);
    const screens = new Set<string>();
    for (let look = 0; look < 3; look += 1) {
      screens.add((await agent.look())?.screen ?? '');
      await systemClock.sleep(2000);
    }
    expect(screens.size).toBe(3);
  });

  it('MS-07: a restart while its program is missing says so; with another version of it, it goes on where it was', async () => {
    lab = await openLab();
    const command = join(lab.root, 'claude');
    symlinkSync(claudeCommand, command);
    const driver = createClaudeCodeDriver({
      ...{ terminal: lab.terminal, clock: systemClock, log: lab.log, command },
      extraArguments: [],
      permissionMode: 'default',
    });
    const listener = { onEvent: () => undefined, flush: () => undefined };
    const first = await driver.launch(lab.spec, undefined, listener);
    const { agentSession } = first;
    await first.deliver(message('say primrose'));
    await until(() => first.state.activity === 'idle', { what: 'the end of the turn' });
    await first.stop();
    rmSync(command);
    const again = { ...lab.spec, generation: 2 };
    await expect(driver.launch(again, agentSession, listener)).rejects.toMatchObject({ code: 'agent-start-failed' });
    // What is there after an upgrade is another file.
    writeFileSync(command, `#!/bin/sh\nexec '${claudeCommand}' "$@"\n`, { mode: 0o755 });
    const second = await driver.launch({ ...again, generation: 3 }, agentSession, listener);
    running.push(second);
    expect(second.agentSession).toBe(agentSession);
  });
});
