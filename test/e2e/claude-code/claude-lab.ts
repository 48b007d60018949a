import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClaudeCodeDriver } from '../../../src/agents/claude-code/driver.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { Log } from '../../../src/base/log.ts';
import type { AgentDriver, AgentSpec, RunningAgent } from '../../../src/contracts/agent.ts';
import type { Terminal } from '../../../src/contracts/terminal.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import type { TurnInput } from '../../../src/model/message.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { openTmux } from '../../../src/terminal/tmux-manager.ts';
import { startMessagesApi } from '../../fakes/messages-api.ts';
import type { MessagesApi } from '../../fakes/messages-api.ts';
import { RecordingLog } from '../../bridge/support/recording-log.ts';
import { claudeCommand } from '../support/claude.ts';
import { showOnFailure } from '../support/last-words.ts';
import { until } from '../support/until.ts';

const fakeKey = 'sk-ant-fake-000000000000000000000000000000000000';

export interface LabOptions {
  /** What the user of this home has agreed to. Default: everything. */
  readonly seed?: { readonly onboarded?: boolean; readonly keyApproved?: boolean; readonly trusted?: boolean };
  /** Whether the environment has an API key. Default true. */
  readonly key?: boolean;
  /** Whether the owner lets the bridge trust the working directory. Default true. */
  readonly consent?: boolean;
  readonly log?: RecordingLog;
  /** More of the agent's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Tools that this working directory allows without asking. */
  readonly allowed?: readonly string[];
  /** A hook of the user's own: a command that gets every prompt, and holds it up as long as it runs. */
  readonly submitHook?: string;
  /** Where the agent finds its API, when not at the stand-in itself. */
  readonly apiUrl?: (standIn: string) => Promise<string>;
  /** Claude Code's mode. Default: it asks. */
  readonly permissionMode?: string;
  /** More of its arguments. */
  readonly extraArguments?: readonly string[];
  /** A server `forms` of the Model Context Protocol, which wants forms filled in. */
  readonly formServer?: boolean;
  /** A directory for the files of messages, made in the lab. */
  readonly attachments?: string;
  /** Puts something between the driver and its terminal. */
  readonly between?: (terminal: Terminal) => Partial<Terminal>;
}

/** The real CLI in its own home, in a private tmux, against a local stand-in of its API. */
export interface ClaudeLab {
  readonly api: MessagesApi;
  readonly terminal: Terminal;
  readonly driver: AgentDriver;
  readonly spec: AgentSpec;
  readonly log: Log;
  readonly home: string;
  /** Everything of this lab is below it. */
  readonly root: string;
  /** Of its tmux server. */
  readonly socket: string;
  /** Everything the driver told, in order. */
  readonly events: AgentEvent[];
  launch(resume?: string): Promise<RunningAgent>;
  recover(handle: string): Promise<RunningAgent | undefined>;
  screen(): Promise<string>;
  /** Waits for an event that was not waited for before. */
  heard<Kind extends AgentEvent['kind']>(
    kind: Kind,
    matches?: (event: Extract<AgentEvent, { kind: Kind }>) => boolean,
    timeoutMs?: number,
  ): Promise<Extract<AgentEvent, { kind: Kind }>>;
  idle(agent: RunningAgent): Promise<void>;
  /** Hook processes of this lab's mailbox that still run. */
  hooks(): readonly number[];
  close(): Promise<void>;
}

let count = 0;

export async function openLab(options: LabOptions = {}): Promise<ClaudeLab> {
  const { seed = {}, key = true, consent = true, log = new RecordingLog(), between = () => ({}) } = options;
  const root = mkdtempSync(join(tmpdir(), 'bridge-claude-'));
  const home = join(root, 'home');
  const workDir = join(root, 'work');
  const directory = join(root, 'session');
  for (const path of [home, workDir, directory]) mkdirSync(path, { mode: 0o700 });
  const attachments = options.attachments === undefined ? undefined : join(root, options.attachments);
  if (attachments !== undefined) mkdirSync(attachments, { mode: 0o700 });
  const { onboarded = true, keyApproved = true, trusted = true } = seed;
  writeFileSync(
    join(home, '.claude.json'),
    JSON.stringify({
      ...(onboarded ? { hasCompletedOnboarding: true } : {}),
      ...(keyApproved ? { customApiKeyResponses: { approved: [fakeKey.slice(-20)], rejected: [] } } : {}),
      projects: trusted ? { [workDir]: { hasTrustDialogAccepted: true } } : {},
    }),
  );
  mkdirSync(join(workDir, '.claude'));
  const permissions = { allow: options.allowed ?? [] };
  const { submitHook: command } = options;
  const hooks = command === undefined ? {} : { UserPromptSubmit: [{ hooks: [{ type: 'command', command }] }] };
  writeFileSync(join(workDir, '.claude', 'settings.json'), JSON.stringify({ permissions, hooks }));
  const api = await startMessagesApi();
  const socket = join(root, 't', 's');
  const terminal = await openTmux({ socket, clock: systemClock, log });
  const driver = createClaudeCodeDriver({
    terminal: withChanges(terminal, between(terminal)),
    clock: systemClock,
    command: claudeCommand,
    extraArguments: [...(options.extraArguments ?? []), ...(options.formServer ? formServerArguments(root) : [])],
    permissionMode: options.permissionMode ?? 'default',
    log,
  });
  const spec: AgentSpec = {
    session: 1 as SessionNumber,
    generation: 1,
    terminal: `claude-session-${++count}`,
    workDir,
    trusted: consent,
    directory,
    ...(attachments === undefined ? {} : { attachments }),
    environment: {
      HOME: home,
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      ANTHROPIC_BASE_URL: options.apiUrl ? await options.apiUrl(api.url) : api.url,
      ...(key ? { ANTHROPIC_API_KEY: fakeKey } : {}),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      ...options.environment,
    },
  };
  let lastScreen = '';
  const notes = [
    showOnFailure('what the driver logged', () => log.lines.map((line) => JSON.stringify(line)).join('\n')),
    showOnFailure('the last screen', () => lastScreen),
  ];
  const events: AgentEvent[] = [];
  const used = new Set<AgentEvent>();
  const agents: RunningAgent[] = [];
  const listener = { onEvent: (event: AgentEvent) => void events.push(event), flush: () => undefined };
  const keep = <T extends RunningAgent | undefined>(agent: T): T => {
    if (agent) agents.push(agent);
    return agent;
  };
  return {
    api,
    terminal,
    driver,
    spec,
    log,
    home,
    root,
    socket,
    events,
    launch: async (resume) => keep(await driver.launch(spec, resume, listener)),
    recover: async (handle) => keep(await driver.recover(spec, handle, listener)),
    screen: () => terminal.capture(spec.terminal),
    heard: (kind, matches = () => true, timeoutMs = 20_000) =>
      until(
        () => {
          const found = events.find(
            (event): event is Extract<AgentEvent, { kind: typeof kind }> =>
              event.kind === kind && !used.has(event) && matches(event as Extract<AgentEvent, { kind: typeof kind }>),
          );
          if (found) used.add(found);
          return found;
        },
        { what: `the event ${kind}; heard: ${JSON.stringify(events.slice(-12))}`, timeoutMs },
      ),
    idle: async (agent) => {
      await until(() => agent.state.activity === 'idle', { what: `an idle agent: ${JSON.stringify(agent.state)}` });
    },
    hooks: () => hookProcesses(directory),
    close: async () => {
      lastScreen = await terminal.capture(spec.terminal).catch((error: unknown) => String(error));
      for (const end of notes) end();
      for (const agent of agents) await agent.detach();
      await terminal.kill(spec.terminal);
      await terminal.shutdown();
      await api.close();
      await until(() => hookProcesses(directory).length === 0, { what: 'the end of all hooks' });
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function message(text: string, id = `m${++count}`): TurnInput {
  return { message: id, text, source: 'discord', authorName: 'bob' };
}

/** Arguments that give the agent the server in test/fakes/form-server.ts. */
export function formServerArguments(root: string): readonly string[] {
  const path = join(root, 'servers.json');
  const server = join(import.meta.dirname, '..', '..', 'fakes', 'form-server.ts');
  const args = ['--disable-warning=ExperimentalWarning', server];
  writeFileSync(path, JSON.stringify({ mcpServers: { forms: { command: process.execPath, args } } }));
  return ['--mcp-config', path, '--strict-mcp-config'];
}

/** A terminal of which some operations are replaced. */
function withChanges(terminal: Terminal, changes: Partial<Terminal>): Terminal {
  return new Proxy(terminal, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in changes ? changes : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Living agents of a lab. */
export function agentProcesses(root: string): readonly number[] {
  return processes((words) => words[0] === claudeCommand && words.some((word) => word.startsWith(root)));
}

/** What the agent says about itself in its state file. */
export function readStatus(home: string): string | undefined {
  const directory = join(home, '.claude', 'sessions');
  const name = existsSync(directory) ? readdirSync(directory).find((one) => /^\d+\.json$/.test(one)) : undefined;
  if (name === undefined) return undefined;
  return /"status":"(\w+)"/.exec(readFileSync(join(directory, name), 'utf8'))?.[1];
}

function hookProcesses(directory: string): readonly number[] {
  return processes((words) => words.includes(`${directory}/hook.sh`));
}

function processes(matches: (words: readonly string[]) => boolean): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return matches(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'));
      } catch {
        return false; // it ended while we looked
      }
    });
}
