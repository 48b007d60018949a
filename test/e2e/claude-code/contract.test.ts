import { describe, it } from 'vitest';

import { createClaudeCodeDriver } from '../../../src/agents/claude-code/driver.ts';
import { sanitise } from '../../../src/agents/claude-code/sanitise.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { AgentDriver, RunningAgent } from '../../../src/contracts/agent.ts';
import type { Terminal } from '../../../src/contracts/terminal.ts';
import { openTmux } from '../../../src/terminal/tmux-manager.ts';
import { agentDriverContract } from '../../contracts/agent-driver.ts';
import type { AgentHarness, HarnessNeeds } from '../../contracts/agent-harness.ts';
import { agentPromptsContract } from '../../contracts/agent-prompts.ts';
import { agentQueueContract } from '../../contracts/agent-queue.ts';
import { claudeCommand, whyNoClaude } from '../support/claude.ts';
import { until } from '../support/until.ts';
import { agentProcesses, formServerArguments, openLab, readStatus } from './claude-lab.ts';
import type { LabOptions } from './claude-lab.ts';

const why = whyNoClaude();
if (why === undefined) {
  agentDriverContract('claude-code', () => makeClaudeHarness());
  agentPromptsContract('claude-code', makeAskingHarness);
  agentQueueContract('claude-code', () => makeClaudeHarness());
} else describe.skip('agent driver contract: claude-code', () => it(why));

/** One that has everything that it can ask for. */
function makeAskingHarness({ plans = false }: HarnessNeeds = {}): Promise<AgentHarness> {
  return makeClaudeHarness({ formServer: true, permissionMode: plans ? 'plan' : 'default' });
}

/** The real CLI in a home and a tmux of its own, against a local stand-in of its API. */
async function makeClaudeHarness(options: LabOptions = {}): Promise<AgentHarness> {
  const { formServer = false, permissionMode = 'default' } = options;
  // One more try, so that a limit is reached within a second; `sleep` needs no permission.
  const lab = await openLab({
    environment: { CLAUDE_CODE_MAX_RETRIES: '1' },
    allowed: ['Bash(sleep:*)', 'mcp__forms__book'],
  });
  const { spec, api, root } = lab;
  const opened: Terminal[] = [];
  const agents: RunningAgent[] = [];
  let terminal = lab.terminal;
  let files = 0;

  const driverOn = (place: Terminal): AgentDriver => {
    const driver = createClaudeCodeDriver({
      terminal: place,
      clock: systemClock,
      command: claudeCommand,
      extraArguments: formServer ? formServerArguments(root) : [],
      permissionMode,
      log: lab.log,
    });
    const keep = <T extends RunningAgent | undefined>(agent: T): T => {
      if (agent) agents.push(agent);
      return agent;
    };
    return {
      name: driver.name,
      capabilities: driver.capabilities,
      launch: async (...options) => keep(await driver.launch(...options)),
      recover: async (...options) => keep(await driver.recover(...options)),
    };
  };

  return {
    driver: driverOn(lab.terminal),
    spec,
    restarted: async () => {
      await terminal.close();
      terminal = await openTmux({ socket: lab.socket, clock: systemClock });
      opened.push(terminal);
      return driverOn(terminal);
    },
    words: {
      plainly: (word) => `say ${word}`,
      slowly: (seconds) => `slow ${seconds}`,
      usingTools: (seconds) => `bash sleep ${seconds}`,
      failing: 'err 400',
      limited: 'err 429',
    },
    asks: {
      get permission() {
        // A file that is there already must be read first.
        const words = `write ${spec.workDir}/new-${++files}.txt`;
        return { words, allowed: /^done: ok: File created/, denied: /^done: denied: not today$/ };
      },
      grant: { words: `bash node -e "console.log('ran')"`, granted: /^done: ok: ran/ },
      question: { words: 'ask' },
      questions: { words: 'ask three' },
      form: { words: 'tool mcp__forms__book {}', filledIn: /"action":"accept"/, declined: /"action":"decline"/ },
      plan: { words: 'plan', approved: /User has approved your plan/ },
    },
    beginsAnew: true,
    received: () =>
      api
        .requests()
        .filter(({ toolResults }) => toolResults.length === 0)
        .map(({ userText }) => userText.replace(/^\[discord @bob session=1\] /, '')),
    normalised: sanitise,
    remembers: (word) => api.requests().at(-1)?.body.includes(word) === true,
    screen: () => terminal.capture(spec.terminal, { history: 500 }),
    desk: {
      allow: async () => {
        const isOpen = async (): Promise<boolean> => (await terminal.capture(spec.terminal)).includes('1. Yes');
        await until(isOpen, { what: 'the dialog' });
        // A person takes a moment to read; a key that comes with the dialog is ignored.
        await systemClock.sleep(500);
        await terminal.keys(spec.terminal, ['Enter']);
      },
      type: async (text) => {
        await terminal.type(spec.terminal, text);
        await systemClock.sleep(100);
        await terminal.keys(spec.terminal, ['Enter']);
      },
      exit: async () => {
        await terminal.type(spec.terminal, '/exit');
        await systemClock.sleep(300);
        await terminal.keys(spec.terminal, ['Enter']);
        await until(async () => (await terminal.list()).length === 0, { what: 'the end of the terminal' });
      },
    },
    finished: async () => {
      await until(() => readStatus(lab.home) === 'idle', { what: 'the end of the turn' });
    },
    crash: async (agent) => {
      process.kill(agent.pid ?? 0, 'SIGKILL');
      await until(() => agentProcesses(lab.root).length === 0, { what: 'the end of the process' });
      await until(async () => (await terminal.list()).length === 0, { what: 'the end of the terminal' });
      return 137;
    },
    suspend: (agent) => {
      if (agent.pid === undefined) throw new Error('the agent has no process');
      process.kill(agent.pid, 'SIGSTOP');
    },
    processes: () => agentProcesses(lab.root),
    close: async () => {
      for (const agent of agents) await agent.detach();
      await lab.close();
      for (const one of opened) await one.close();
    },
  };
}
