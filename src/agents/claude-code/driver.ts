import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { writeFileUnlessSame } from '../../base/atomic-file.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { newUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { AgentDriver, AgentListener, AgentSpec, RunningAgent } from '../../contracts/agent.ts';
import type { Terminal, TerminalDeath } from '../../contracts/terminal.ts';
import { installHookScript } from '../mailbox/hook-script.ts';
import { openMailbox } from '../mailbox/mailbox.ts';
import { ClaudeAgent } from './claude-agent.ts';
import { Conversation } from './conversation.ts';
import { deskNeed } from './desk-need.ts';
import { parseHandle } from './handle.ts';
import type { Handle } from './handle.ts';
import { launchArguments } from './launch-command.ts';
import { settingsContent } from './settings.ts';
import { OpenTurnsFile } from './open-turns.ts';
import { PromptQueue } from './prompt-queue.ts';
import { findDialog } from './screen.ts';
import { startFailed, waitForStart } from './start-up.ts';
import { configDirectory, isLivingProcess } from './state-file.ts';
import { StateFiles } from './state-files.ts';
import { captureIfThere } from './trust-dialog.ts';
import { dropTrustPrompt } from './trust-prompt.ts';

export interface ClaudeCodeDriverOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Absolute, or found on the agent's PATH. */
  readonly command: string;
  /** The owner's own arguments, put last. */
  readonly extraArguments: readonly string[];
  /** Claude Code's `--permission-mode`. */
  readonly permissionMode: string;
  /** Text for the end of the system prompt. */
  readonly bridgeInstructions?: string;
  readonly log: Log;
}

/** Runs Claude Code in a terminal. See docs/claude-code.md. */
export function createClaudeCodeDriver(options: ClaudeCodeDriverOptions): AgentDriver {
  return new ClaudeCodeDriver(options);
}

/**
 * Starts Claude Code, and finds it again. Owns the generated settings and the mailbox in a session's directory; the
 * user's own settings are never touched. Knows nothing about messages or turns.
 */
class ClaudeCodeDriver implements AgentDriver {
  readonly name = 'claude-code';
  readonly capabilities = { resume: true, prompts: true, interrupt: true, steer: true, standIn: false };
  readonly #options: ClaudeCodeDriverOptions;
  /** By configuration directory. */
  readonly #stateFiles = new Map<string, StateFiles>();

  constructor(options: ClaudeCodeDriverOptions) {
    this.#options = options;
  }

  async launch(spec: AgentSpec, resume: string | undefined, listener: AgentListener): Promise<RunningAgent> {
    const { log } = this.#options;
    await this.#endLeftover(spec);
    if (resume !== undefined) {
      const { current, transcript } = conversationOf(spec, resume);
      if (transcript !== undefined) {
        const resumed = await this.#start(spec, { kind: 'resume', id: current }, listener);
        if (resumed instanceof ClaudeAgent) return resumed;
        if (!/No conversation found/i.test(resumed.lastLines)) throw startFailed(endReason(resumed), resumed.lastLines);
      }
      log.warn(
        { session: spec.session, conversation: resume },
        'the conversation is not there any more; a new one begins',
      );
    }
    const started = await this.#start(spec, { kind: 'new', id: newUuid() }, listener);
    if (!(started instanceof ClaudeAgent)) throw startFailed(endReason(started), started.lastLines);
    if (resume !== undefined) started.beganAnew();
    return started;
  }

  async recover(spec: AgentSpec, handle: string, listener: AgentListener): Promise<RunningAgent | undefined> {
    const { terminal, log } = this.#options;
    const known = parseHandle(handle);
    if (!known) log.warn({ session: spec.session }, 'the handle of an agent was not understood');
    const conversation = conversationOf(spec, known?.conversation ?? newUuid());
    const agent = this.#agent(spec, listener, conversation, known?.pid);
    const alive = known !== undefined && isPerhapsAlive(known) && (await this.#adopt(spec));
    if (alive) this.#prepare(spec);
    agent.listen();
    if (alive) await this.#lookForDialog(spec, agent);
    if (alive && (await agent.settled())) {
      agent.started();
      return agent;
    }
    agent.conclude();
    await agent.detach();
    // A terminal without a handle to it, or whose agent is gone, is of no use to anybody.
    await terminal.kill(spec.terminal);
    return undefined;
  }

  async #adopt(spec: AgentSpec): Promise<boolean> {
    const { terminal } = this.#options;
    try {
      await terminal.adopt(spec.terminal, spec.directory);
      return true;
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'terminal-gone') return false;
      throw error;
    }
  }

  /** An agent that stood at a dialog of its start when the last daemon ended stands there still. */
  async #lookForDialog(spec: AgentSpec, agent: ClaudeAgent): Promise<void> {
    if (agent.readState()) return;
    const dialog = findDialog(await captureIfThere(this.#options.terminal, spec.terminal));
    if (dialog) agent.needsDesk(deskNeed(dialog, spec));
  }

  async #start(
    spec: AgentSpec,
    conversation: { readonly kind: 'new' | 'resume'; readonly id: string },
    listener: AgentListener,
  ): Promise<ClaudeAgent | TerminalDeath> {
    const { terminal, clock, log, command, extraArguments, permissionMode, bridgeInstructions } = this.#options;
    const settingsFile = this.#prepare(spec);
    this.#emptyMailbox(spec);
    const agent = this.#agent(spec, listener, conversationOf(spec, conversation.id));
    let death: TerminalDeath | undefined;
    const cancel = terminal.onDeath((one) => {
      if (one.name === spec.terminal) death = one;
    });
    try {
      await terminal.create({
        name: spec.terminal,
        cwd: spec.workDir,
        argv: launchArguments({
          command,
          extraArguments,
          permissionMode,
          settingsFile,
          instructions: bridgeInstructions,
          conversation,
        }),
        environment: spec.environment,
        directory: spec.directory,
      });
      agent.listen();
      const result = await waitForStart({
        spec,
        terminal,
        clock,
        death: () => death,
        readState: () => agent.readState(),
        hooksRun: () => agent.hooksRun,
      });
      if (result.kind === 'ended') {
        await agent.detach();
        await terminal.kill(spec.terminal);
        return result.death;
      }
      if (result.kind === 'needs-desk') agent.needsDesk(result.need);
      agent.started();
      return agent;
    } catch (error) {
      log.warn(
        { session: spec.session, error: describeError(error) },
        'the agent did not start; its terminal is ended',
      );
      await agent.detach();
      await terminal.kill(spec.terminal);
      throw error;
    } finally {
      cancel();
    }
  }

  /** Hook script and settings, fresh from this version; what a running agent was given keeps its place. */
  #prepare(spec: AgentSpec): string {
    const settingsFile = join(spec.directory, 'claude-settings.json');
    const script = installHookScript(spec.directory);
    const readable = spec.attachments === undefined ? [] : pathsOf(spec.attachments);
    writeFileUnlessSame(settingsFile, settingsContent(script, mailboxDirectory(spec), readable), 0o600);
    return settingsFile;
  }

  #agent(spec: AgentSpec, listener: AgentListener, conversation: Conversation, pid?: number): ClaudeAgent {
    const { terminal, clock, log } = this.#options;
    const mailbox = openMailbox({ directory: mailboxDirectory(spec), clock, log });
    const stateFiles = this.#stateFilesOf(spec);
    return new ClaudeAgent({ spec, listener, terminal, mailbox, conversation, stateFiles, pid, clock, log });
  }

  #stateFilesOf(spec: AgentSpec): StateFiles {
    const { clock, log } = this.#options;
    const config = configDirectory(spec.environment);
    const files = this.#stateFiles.get(config) ?? new StateFiles({ config, clock, log });
    this.#stateFiles.set(config, files);
    return files;
  }

  /** What an agent before this one left: recovering it has told what was worth telling. */
  #emptyMailbox(spec: AgentSpec): void {
    const { clock, log } = this.#options;
    const mailbox = openMailbox({ directory: mailboxDirectory(spec), clock, log });
    const left = mailbox.events();
    for (const event of left) mailbox.release(event);
    mailbox.remove(left.map(({ id }) => id));
    new OpenTurnsFile(spec.directory).write([]);
    new PromptQueue(spec.directory).drop();
    dropTrustPrompt(spec.directory);
    if (left.length > 0) log.info({ session: spec.session, events: left.length }, 'events of an earlier agent dropped');
    void mailbox.close();
  }

  /** One agent per terminal: whoever asks for a new one has given the old one up. */
  async #endLeftover(spec: AgentSpec): Promise<void> {
    const { terminal, log } = this.#options;
    const running = await terminal.list();
    if (!running.some(({ name }) => name === spec.terminal)) return;
    log.warn({ session: spec.session }, 'a terminal of that name was still there; it is ended');
    await terminal.kill(spec.terminal);
  }
}

function conversationOf(spec: AgentSpec, id: string): Conversation {
  const { directory, workDir } = spec;
  return new Conversation({ directory, config: configDirectory(spec.environment), workDir, id });
}

/** Where a session's hooks and this daemon meet. */
export function mailboxDirectory(spec: Pick<AgentSpec, 'directory'>): string {
  return join(spec.directory, 'mailbox');
}

/** A directory as it is named, and as it is found on the disk: the agent may be told of either. */
function pathsOf(directory: string): readonly string[] {
  return [...new Set([directory, existsSync(directory) ? realpathSync(directory) : directory])];
}

function endReason({ exitCode }: TerminalDeath): string {
  return `It ended with exit code ${exitCode ?? 'unknown'}.`;
}

/** Whether the process may still be there: an agent that never came up has no known process. */
function isPerhapsAlive({ pid, procStart }: Handle): boolean {
  return pid === undefined || isLivingProcess({ pid, procStart });
}
