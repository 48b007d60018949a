import { newSecret } from '../../base/ids.ts';
import type { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../model/agent.ts';
import type { SessionEntry } from '../../model/session.ts';
import { terminalName } from '../../model/terminal-name.ts';
import type { AgentDriver, AgentSpec, RunningAgent } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import type { SessionLife } from './session-life.ts';

export interface AgentStarterOptions {
  readonly life: SessionLife;
  readonly stores: Pick<Stores, 'records' | 'flush'>;
  readonly collector: ReplyCollector;
  readonly workspace: Workspace;
  readonly log: Log;
  /** The driver of a name. @throws BridgeError `agent-unknown`. */
  readonly driver: (name: string) => AgentDriver;
  /** The driver of a session that names none. */
  readonly defaultAgent: string;
  /** The whole environment of this session's agent, with its token. */
  readonly environment: (entry: SessionEntry, token: string) => Readonly<Record<string, string>>;
  /** How many agents may be started at once, of all sessions together. */
  readonly launches: Limiter;
  /** Hears the agent of a generation. */
  readonly hear: (generation: number, event: AgentEvent) => void;
  /** A new process is about to be started. */
  readonly onLaunch: () => void;
}

/** A live agent, and who made it. */
export interface Started {
  readonly agent: RunningAgent;
  readonly driver: AgentDriver;
}

/**
 * Finds a session's agent again, or starts a new process with its history (I6). Knows nothing about what becomes of the
 * agent afterwards.
 */
export class AgentStarter {
  readonly #options: AgentStarterOptions;

  constructor(options: AgentStarterOptions) {
    this.#options = options;
  }

  /**
   * @param isOnlyKept whether only an agent that lives is taken, and none launched.
   * @returns what keeps the session down (I8): a person ended the agent while nobody listened, or none lives.
   * @throws BridgeError with the reason.
   */
  async start(entry: SessionEntry, isOnlyKept = false): Promise<Started | 'ended by a person' | 'not alive'> {
    const driver = this.#wantedDriver(entry);
    const adopted = await this.#adopt(entry, driver);
    if (adopted === 'ended by a person') return adopted;
    if (adopted === undefined && isOnlyKept) return 'not alive';
    // What another driver kept alive is replaced, not left without a session.
    const agent =
      adopted === undefined || adopted === 'replaced'
        ? await this.#options.launches.run(() => this.#launch(entry, driver))
        : adopted;
    return { agent, driver };
  }

  /** Ends an agent that nobody keeps, if it lives: what was asked for before, and may not have come to its end. */
  async endLeft(entry: SessionEntry): Promise<void> {
    const { life, driver } = this.#options;
    const { handle, agent: name } = life.record;
    if (handle === undefined) return;
    const { agent } = await this.#find(entry, driver(name), handle);
    await agent?.stop();
    life.save({ handle: undefined });
  }

  /** A real agent is never replaced by a stand-in just because its program is not found today. */
  #wantedDriver({ agent }: SessionEntry): AgentDriver {
    const { driver, defaultAgent, life } = this.#options;
    if (agent !== undefined) return driver(agent);
    const standard = driver(defaultAgent);
    return standard.capabilities.standIn && life.record.generation > 0 ? driver(life.record.agent) : standard;
  }

  async #adopt(
    entry: SessionEntry,
    driver: AgentDriver,
  ): Promise<RunningAgent | 'ended by a person' | 'replaced' | undefined> {
    const { life, collector, log } = this.#options;
    const { handle, agent: name } = life.record;
    if (handle === undefined) {
      // The last daemon may have ended while its agent started, and that may have asked something already.
      collector.agentEnded(entry.number);
      return undefined;
    }
    // An agent of another kind is ended by the driver that made it.
    const maker = name === driver.name ? driver : this.#options.driver(name);
    const { agent, endedByPerson } = await this.#find(entry, maker, handle);
    if (agent && maker === driver) {
      log.info({ session: entry.number, pid: agent.pid }, 'agent found alive and adopted');
      return agent;
    }
    if (!agent && endedByPerson) return 'ended by a person';
    await agent?.stop();
    collector.agentEnded(entry.number);
    return agent && 'replaced';
  }

  /** Looks for the agent by its handle; what it recorded while nobody listened is heard first. */
  async #find(
    entry: SessionEntry,
    maker: AgentDriver,
    handle: string,
  ): Promise<{ readonly agent: RunningAgent | undefined; readonly endedByPerson: boolean }> {
    const { life, stores, hear } = this.#options;
    const { generation } = life.record;
    const told = { endedByPerson: false };
    const agent = await maker.recover(this.#spec(entry), handle, {
      onEvent: (event) => {
        if (event.kind === 'died' && event.asked) told.endedByPerson = true;
        hear(generation, event);
      },
      flush: () => stores.flush(),
    });
    return { agent, ...told };
  }

  async #launch(entry: SessionEntry, driver: AgentDriver): Promise<RunningAgent> {
    const { life, stores, hear, onLaunch, log } = this.#options;
    const sameAgent = life.record.agent === driver.name;
    const generation = life.record.generation + 1;
    life.save({
      generation,
      agent: driver.name,
      token: newSecret(),
      handle: undefined,
      agentSession: sameAgent && driver.capabilities.resume ? life.record.agentSession : undefined,
    });
    life.move('starting');
    onLaunch();
    // The number is given from here on, whatever becomes of it.
    stores.records.claimNumber(entry.number);
    const agent = await driver.launch(this.#spec(entry), life.record.agentSession, {
      onEvent: (event) => hear(generation, event),
      flush: () => stores.flush(),
    });
    log.info({ session: entry.number, agent: driver.name, generation, pid: agent.pid }, 'agent started');
    return agent;
  }

  #spec(entry: SessionEntry): AgentSpec {
    const { life, workspace, environment } = this.#options;
    const place = workspace.prepare(entry);
    return {
      session: entry.number,
      generation: life.record.generation,
      terminal: terminalName(entry.number),
      workDir: place.workDir,
      trusted: place.ownWorkDir || entry.trusted === true,
      directory: place.directory,
      attachments: place.attachments,
      environment: environment(entry, life.record.token),
    };
  }
}
