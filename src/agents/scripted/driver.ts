import { rmSync } from 'node:fs';

import { z } from 'zod';

import { makePrivateDirectory } from '../../base/atomic-file.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { newUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { ownProgram } from '../../base/own-files.ts';
import type { AgentDriver, AgentListener, AgentSpec, RunningAgent } from '../../contracts/agent.ts';
import type { Terminal } from '../../contracts/terminal.ts';
import { openMailbox } from '../mailbox/mailbox.ts';
import { agentFiles } from './agent-files.ts';
import { readStateFile } from './program-events.ts';
import { ScriptedAgent } from './scripted-agent.ts';
import { TypedMessages } from './typed-messages.ts';

export interface ScriptedDriverOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly log: Log;
  /** The node that runs the program. Default: this process's own. */
  readonly nodePath?: string;
  /** Default: the program beside this file. */
  readonly programPath?: string;
}

/** Milliseconds the program may take to say that it has started. It needs about 100. */
const startMs = 30_000;

const handleSchema = z.object({ agentSession: z.string(), pid: z.int().positive() });

/** The driver of the built-in practice agent: for a first run without a real agent, for tests and self-checks. */
export function createScriptedDriver(options: ScriptedDriverOptions): AgentDriver {
  return {
    name: 'scripted',
    capabilities: { resume: true, prompts: true, interrupt: true, steer: true, standIn: true },
    launch: (spec, resume, listener) => launch(options, spec, resume, listener),
    recover: (spec, handle, listener) => recover(options, spec, handle, listener),
  };
}

async function launch(
  options: ScriptedDriverOptions,
  spec: AgentSpec,
  resume: string | undefined,
  listener: AgentListener,
): Promise<RunningAgent> {
  const { terminal } = options;
  const agentSession = resume ?? newUuid();
  const agent = openAgent(options, spec, agentSession, listener);
  try {
    rmSync(agentFiles(spec.directory).state, { force: true });
    // A terminal of this name belongs to an agent that nobody knows any more: two would share one mailbox.
    await terminal.kill(spec.terminal);
    agent.listen();
    await terminal.create({
      name: spec.terminal,
      cwd: spec.workDir,
      argv: programArguments(options, spec, agentSession, resume !== undefined),
      environment: spec.environment,
      directory: spec.directory,
    });
    const outcome = await agent.started(startMs);
    if (outcome === undefined) {
      agent.run();
      return agent;
    }
    const screen = outcome === 'timeout' ? await terminal.capture(spec.terminal) : outcome.lastLines;
    const what = outcome === 'timeout' ? `no sign of life for ${startMs} ms` : `exit code ${outcome.exitCode ?? '?'}`;
    throw startFailed(spec, `${what}. ${screen.trim() || 'Its screen is empty.'}`);
  } catch (error) {
    await agent.stop();
    if (error instanceof BridgeError) throw error;
    throw startFailed(spec, describeError(error), error);
  }
}

async function recover(
  options: ScriptedDriverOptions,
  spec: AgentSpec,
  handle: string,
  listener: AgentListener,
): Promise<RunningAgent | undefined> {
  const { terminal } = options;
  const { agentSession, pid } = handleSchema.parse(JSON.parse(handle));
  const agent = openAgent(options, spec, agentSession, listener);
  const state = readStateFile(agentFiles(spec.directory));
  const isOurs = state?.agentSession === agentSession && state.pid === pid;
  if (isOurs) agent.adopt(state);
  agent.listen();
  if (isOurs && (await adopted(terminal, spec)) && !agent.death) {
    agent.run();
    return agent;
  }
  agent.conclude();
  await agent.stop();
  return undefined;
}

function openAgent(
  options: ScriptedDriverOptions,
  spec: AgentSpec,
  agentSession: string,
  listener: AgentListener,
): ScriptedAgent {
  const files = agentFiles(spec.directory);
  makePrivateDirectory(files.directory);
  const mailbox = openMailbox({ directory: files.mailbox, clock: options.clock, log: options.log });
  const typed = new TypedMessages(files.expected);
  return new ScriptedAgent({ ...options, spec, agentSession, listener, files, mailbox, typed });
}

async function adopted(terminal: Terminal, spec: AgentSpec): Promise<boolean> {
  try {
    await terminal.adopt(spec.terminal, spec.directory);
    return true;
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'terminal-gone') return false;
    throw error;
  }
}

function programArguments(
  { nodePath = process.execPath, programPath = ownProgram('agents/scripted/program') }: ScriptedDriverOptions,
  spec: AgentSpec,
  agentSession: string,
  resume: boolean,
): readonly string[] {
  const identity = ['--directory', spec.directory, '--session', agentSession, '--generation', String(spec.generation)];
  return [nodePath, '--disable-warning=ExperimentalWarning', programPath, ...identity, ...(resume ? ['--resume'] : [])];
}

function startFailed(spec: AgentSpec, why: string, cause?: unknown): BridgeError {
  return new BridgeError('agent-start-failed', `The practice agent of session ${spec.session} did not start: ${why}`, {
    advice: 'See the log of the session.',
    cause,
  });
}
