import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { agentFiles } from '../../../src/agents/scripted/agent-files.ts';
import { createScriptedDriver } from '../../../src/agents/scripted/driver.ts';
import { readHistoryFile, readStateFile } from '../../../src/agents/scripted/program-events.ts';
import { cleanText } from '../../../src/agents/scripted/prompt-text.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentSpec } from '../../../src/contracts/agent.ts';
import type { Terminal } from '../../../src/contracts/terminal.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { openTmux } from '../../../src/terminal/tmux-manager.ts';
import type { AgentHarness } from '../../contracts/agent-harness.ts';
import { until } from '../../e2e/support/until.ts';

export interface ScriptedHarness extends AgentHarness {
  readonly terminal: Terminal;
}

/** The practice agent in a real tmux of its own. */
export async function makeScriptedHarness(
  environmentIn: (base: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<ScriptedHarness> {
  const base = mkdtempSync(join(tmpdir(), 'bridge-scripted-'));
  const spec: AgentSpec = {
    session: 1 as SessionNumber,
    generation: 1,
    terminal: 'claude-session-1',
    workDir: base,
    trusted: true,
    directory: join(base, 'session'),
    environment: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...environmentIn(base) },
  };
  mkdirSync(spec.directory);
  const files = agentFiles(spec.directory);
  const openTerminal = (): Promise<Terminal> =>
    openTmux({ socket: join(base, 'run', 'tmux'), clock: systemClock, graceMs: 1000 });
  const driverFor = (terminal: Terminal): ReturnType<typeof createScriptedDriver> =>
    createScriptedDriver({ terminal, clock: systemClock, log: silentLog });
  let terminal = await openTerminal();

  /** The messages of every conversation here, oldest first. */
  const messages = (): readonly { at: number; text: string | null }[] =>
    readdirSync(files.directory)
      .filter((name) => /^[0-9a-f-]{36}\.json$/.test(name))
      .flatMap((name) => readHistoryFile(files, name.slice(0, -'.json'.length))?.messages ?? [])
      .sort((a, b) => a.at - b.at);

  return {
    driver: driverFor(terminal),
    spec,
    get terminal() {
      return terminal;
    },
    restarted: async () => {
      await terminal.close();
      terminal = await openTerminal();
      return driverFor(terminal);
    },
    words: {
      plainly: (word) => `just ${word}`,
      slowly: (seconds) => `slow ${seconds}`,
      usingTools: (seconds) => `tools ${seconds}`,
      failing: 'fail',
      limited: 'limit',
    },
    asks: {
      permission: { words: 'ask', allowed: /^You allowed it\.$/, denied: /^You denied it: not today$/ },
      grant: {
        words: 'ask bash',
        granted: /^(You allowed it, always: |It was allowed by the rule )Bash\(npm test:\*\)\.$/,
      },
      question: { words: 'question' },
      questions: { words: 'questions' },
      form: { words: 'form', filledIn: /^You filled in:\n/, declined: /^You declined the form\.$/ },
      plan: { words: 'plan', approved: /^You accepted the plan\.$/ },
    },
    received: () => messages().map(({ text }) => text?.replace(/^\[discord @bob session=1\] /, '') ?? '(too long)'),
    normalised: cleanText,
    remembers: (word) => messages().some(({ text }) => text?.includes(word)),
    screen: () => terminal.capture(spec.terminal, { history: 500 }),
    desk: {
      allow: async () => {
        // A person takes a moment to read; a key that comes with the dialog is ignored.
        await systemClock.sleep(200);
        await terminal.keys(spec.terminal, ['Enter']);
      },
      exit: async () => {
        await terminal.type(spec.terminal, '/exit');
        await terminal.keys(spec.terminal, ['Enter']);
        await until(async () => (await terminal.list()).length === 0, { what: 'the end of the terminal' });
      },
      type: async (text) => {
        await terminal.type(spec.terminal, text);
        await terminal.keys(spec.terminal, ['Enter']);
      },
    },
    finished: async () => {
      // The file comes before the event, and events stay while nobody listens.
      const isTold = (): boolean =>
        readdirSync(join(files.mailbox, 'events')).sort().at(-1)?.endsWith('-end.json') ?? false;
      await until(() => readStateFile(files)?.status === 'idle' && isTold(), { what: 'the end of the turn' });
    },
    crash: async (agent) => {
      if (agent.pid === undefined) throw new Error('the agent has no process');
      process.kill(agent.pid, 'SIGKILL');
      // The wrapper in the terminal outlives the program by a moment, in which the terminal can still be adopted.
      await until(async () => (await terminal.list()).length === 0, { what: 'the end of the terminal' });
      return 137;
    },
    suspend: (agent) => {
      if (agent.pid === undefined) throw new Error('the agent has no process');
      process.kill(agent.pid, 'SIGSTOP');
    },
    processes: () => processesOf(base),
    close: async () => {
      await terminal.shutdown();
      await terminal.close();
      rmSync(base, { recursive: true, maxRetries: 5 });
    },
  };
}

/** Living practice agents of one place. */
function processesOf(base: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.some((word) => word.startsWith(base)) && words.some((word) => word.includes('scripted/program'));
      } catch {
        return false; // It ended while we looked, or it is no process.
      }
    });
}
