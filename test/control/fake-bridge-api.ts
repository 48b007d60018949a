import { BridgeError } from '../../src/base/errors.ts';
import type {
  AccessEntry,
  AccessGrant,
  AccessTarget,
  AddSessionRequest,
  BridgeApi,
  BridgeStatus,
  CatchUpDecision,
  HeldMessage,
  MessageTrace,
  OutboxListing,
  PostTarget,
  PromptListing,
  QueuedMessage,
  SessionListing,
  SessionQueue,
  SessionStart,
  SessionStatus,
  SessionStop,
  Stored,
} from '../../src/contracts/bridge-api.ts';
import type { Metrics } from '../../src/contracts/metrics.ts';
import type { Recovery } from '../../src/contracts/recovery.ts';
import { may } from '../../src/model/access.ts';
import type { Action, Actor } from '../../src/model/access.ts';
import type { PromptAnswer } from '../../src/model/prompt.ts';
import { parseChannelId, parseSessionNumber } from '../../src/model/session.ts';
import type { BusyMode, ChannelId, SessionNumber } from '../../src/model/session.ts';
import { answered, firstChannel, measured, one } from './planted.ts';

/** A bridge in memory: keeps sessions, prompts and what was said, and refuses what the real one refuses. */
export class FakeBridgeApi implements BridgeApi {
  readonly accessEntries: AccessEntry[] = [];
  readonly calls: { readonly method: string; readonly actor: Actor; readonly details: object }[] = [];
  readonly sessions: SessionListing[] = [
    { number: one, channel: firstChannel, workDir: '/srv/session_1', agent: 'scripted' },
  ];
  /** How sessions are, where they are not idle. */
  readonly states = new Map<number, Partial<SessionStatus>>();
  /** Why sessions do not start. */
  readonly broken = new Map<number, string>();
  openPrompts: PromptListing[] = [];
  queued: QueuedMessage[] = [];
  held: readonly HeldMessage[] = [];
  measured: Metrics = measured;
  /** Sessions whose agents cannot be ended, and why. */
  readonly unstoppable = new Map<number, string>();
  outgoing: OutboxListing = { parked: [], total: 0, items: [] };
  busyMode: BusyMode = 'queue';
  /** Whether the agent can be steered. */
  canSteer = true;
  foreignSessions: string[] = [];
  metricsPort: BridgeStatus['metrics'];
  chat: BridgeStatus['chat'] = {
    kind: 'local',
    state: 'ready',
    url: 'http://127.0.0.1:8787/?key=abc',
    api: 'http://127.0.0.1:8787/api',
    userToken: 'page-user',
    owned: true,
  };
  pid = process.pid;
  /** Runs before each method; hold or fail it here. */
  before: (method: string) => Promise<void> = () => Promise.resolve();
  onStop: (keepSessions: boolean) => void = () => undefined;

  async status(actor: Actor): Promise<BridgeStatus> {
    await this.#enter('status', actor, 'read', {});
    return {
      version: '0.1.0',
      pid: this.pid,
      home: '/bridge',
      tmuxSocket: '/run/tmux.sock',
      chat: this.chat,
      agent: { name: 'scripted', why: 'No "claude" was found on the PATH.' },
      sessions: this.sessions.map((session) => ({
        number: session.number,
        channel: session.channel,
        ...(session.channelName === undefined ? {} : { channelName: session.channelName }),
        tmux: `claude-session-${session.number}`,
        agent: session.agent,
        lifecycle: 'running',
        state: 'idle',
        waitingFor: null,
        since: '2025-01-01T00:00:00.000Z',
        pid: 4321,
        generation: 1,
        queued: 0,
        agentSession: null,
        attach: `echo attached to ${session.number}`,
        ...this.states.get(session.number),
      })),
      outbox: { pending: this.outgoing.total, parked: this.outgoing.parked.length },
      ...(this.metricsPort === undefined ? {} : { metrics: this.metricsPort }),
      foreignSessions: this.foreignSessions,
    };
  }

  async listSessions(actor: Actor): Promise<readonly SessionListing[]> {
    await this.#enter('listSessions', actor, 'read', {});
    return this.sessions;
  }

  async addSession(actor: Actor, request: AddSessionRequest): Promise<SessionListing> {
    await this.#enter('addSession', actor, 'manage', request);
    const channel = parseChannelId(request.channel);
    if (channel === undefined) {
      throw new BridgeError('channel-invalid', `"${request.channel}" is not a channel id (15 to 20 digits).`, {
        advice: 'Copy it in Discord: right-click the channel, Copy Channel ID.',
      });
    }
    const number = parseSessionNumber(this.sessions.length + 1)!;
    const listing = {
      number,
      channel,
      workDir: request.workDir ?? `/srv/session_${number}`,
      agent: request.agent ?? 'scripted',
    };
    this.sessions.push(listing);
    return listing;
  }

  async removeSession(actor: Actor, session: number): Promise<void> {
    await this.#enter('removeSession', actor, 'manage', { session });
    this.sessions.splice(this.sessions.indexOf(this.#find(session)), 1);
  }

  /** What `recover` finds and does. */
  recovered: Recovery = { outcome: 'running', finding: 'healthy', helped: true };

  async recover(actor: Actor, session: number): Promise<Recovery> {
    await this.#enter('recover', actor, 'manage', { session });
    this.#find(session);
    return this.recovered;
  }

  async startSessions(actor: Actor, sessions?: readonly number[]): Promise<readonly SessionStart[]> {
    await this.#enter('startSessions', actor, 'manage', { sessions });
    const numbers = sessions ?? this.sessions.map(({ number }) => number);
    return numbers
      .map((number) => this.#find(number).number)
      .map((session) => {
        const problem = this.broken.get(session);
        if (problem !== undefined) {
          this.states.set(session, { lifecycle: 'lost', state: 'unknown', detail: problem });
          return { session, outcome: 'failed', problem };
        }
        const wasRunning = (this.states.get(session)?.lifecycle ?? 'running') === 'running';
        if (!wasRunning) this.states.delete(session);
        return { session, outcome: wasRunning ? 'was-running' : 'started' };
      });
  }

  async stopSessions(actor: Actor, sessions: readonly number[]): Promise<readonly SessionStop[]> {
    await this.#enter('stopSessions', actor, 'manage', { sessions });
    return sessions
      .map((number) => this.#find(number).number)
      .map((session) => {
        const problem = this.unstoppable.get(session);
        if (problem !== undefined) return { session, outcome: 'failed', problem };
        const wasStopped = this.states.get(session)?.lifecycle === 'stopped';
        this.states.set(session, { lifecycle: 'stopped', staysDown: 'asked', state: 'unknown', pid: null });
        return { session, outcome: wasStopped ? 'was-stopped' : 'stopped' };
      });
  }

  async restartSession(actor: Actor, session: number, options: { readonly whenIdle: boolean }): Promise<void> {
    await this.#enter('restartSession', actor, 'manage', { session, ...options });
    this.#find(session);
    if (options.whenIdle) this.#demandRest([session]);
  }

  async send(actor: Actor, session: number, text: string): Promise<Stored & { readonly id: string }> {
    await this.#enter('send', actor, 'message', { session, text });
    this.#find(session);
    return { id: `cli:${this.calls.length}`, ...this.#obstacle() };
  }

  async post(
    actor: Actor,
    target: PostTarget,
    text: string,
    files?: readonly string[],
  ): Promise<Stored & { readonly channel: ChannelId }> {
    const session = target.kind === 'session' ? parseSessionNumber(target.session) : undefined;
    const details = { target, text, ...(files === undefined ? {} : { files }) };
    await this.#enter('post', actor, 'post', details, session);
    if (target.kind === 'channel') return { channel: parseChannelId(target.channel)!, ...this.#obstacle() };
    return { channel: this.#find(target.kind === 'session' ? target.session : 1).channel, ...this.#obstacle() };
  }

  async outbox(actor: Actor): Promise<OutboxListing> {
    await this.#enter('outbox', actor, 'manage', {});
    return this.outgoing;
  }

  async retryOutbox(actor: Actor, channel?: string): Promise<{ readonly channels: readonly ChannelId[] }> {
    await this.#enter('retryOutbox', actor, 'manage', { channel });
    const channels = this.outgoing.parked.map((parked) => parked.channel);
    const wanted = channel === undefined ? channels : channels.filter((parked) => parked === channel);
    if (channel !== undefined && wanted.length === 0) {
      throw new BridgeError('channel-not-parked', `Channel ${channel} is not held back.`, {
        advice: 'See "vai outbox".',
      });
    }
    this.outgoing = { ...this.outgoing, parked: [] };
    return { channels: wanted };
  }

  async dropOutbox(actor: Actor, key: string): Promise<void> {
    await this.#enter('dropOutbox', actor, 'manage', { key });
    const items = this.outgoing.items.filter((item) => item.key !== key);
    if (items.length === this.outgoing.items.length) {
      throw new BridgeError('outbox-item-unknown', `Nothing with the key "${key}" waits to be posted.`, {
        advice: 'See what waits with: vai outbox.',
      });
    }
    this.outgoing = { ...this.outgoing, items, total: items.length };
  }

  async prompts(actor: Actor): Promise<readonly PromptListing[]> {
    await this.#enter('prompts', actor, 'read', {});
    return this.openPrompts;
  }

  async answer(actor: Actor, promptId: string, answer: PromptAnswer): Promise<void> {
    await this.#enter('answer', actor, 'decide-prompt', { promptId, answer });
    if (!this.openPrompts.some((prompt) => prompt.id === promptId)) {
      throw new BridgeError('prompt-gone', `There is no open prompt "${promptId}".`, { advice: 'See "vai prompts".' });
    }
    this.openPrompts = this.openPrompts.filter((prompt) => prompt.id !== promptId);
  }

  async catchUp(actor: Actor, session: number, decision?: CatchUpDecision): Promise<readonly HeldMessage[]> {
    const details = { session, ...(decision === undefined ? {} : { decision }) };
    await this.#enter('catchUp', actor, decision === undefined ? 'read' : 'control', details);
    this.#find(session);
    const messages = this.held;
    if (decision !== undefined) this.held = [];
    return messages;
  }

  async queue(actor: Actor, session: number): Promise<SessionQueue> {
    await this.#enter('queue', actor, 'read', { session });
    const { agent, number } = this.#find(session);
    const effective = this.busyMode === 'steer' && !this.canSteer ? 'queue' : this.busyMode;
    return { session: number, agent, mode: this.busyMode, effective, messages: this.queued };
  }

  async withdraw(actor: Actor, session: number, message: string): Promise<{ readonly id: string }> {
    await this.#enter('withdraw', actor, 'control', { session, message });
    this.#find(session);
    const found = this.queued.find(({ id }) => id === message || id.endsWith(`:${message}`));
    if (found === undefined) throw new BridgeError('message-unknown', `There is no message "${message}".`);
    this.queued = this.queued.filter((one) => one !== found);
    return { id: found.id };
  }

  async setBusyMode(actor: Actor, session: number, mode: BusyMode): Promise<void> {
    await this.#enter('setBusyMode', actor, 'manage', { session, mode });
    this.#find(session);
    this.busyMode = mode;
  }

  async interrupt(actor: Actor, session: number): Promise<'interrupted' | 'idle'> {
    await this.#enter('interrupt', actor, 'control', { session });
    this.#find(session);
    return this.states.get(session)?.state === 'busy' ? 'interrupted' : 'idle';
  }

  async trace(actor: Actor, message: string): Promise<MessageTrace> {
    await this.#enter('trace', actor, 'read', { message });
    if (message !== answered.id) throw new BridgeError('message-unknown', `There is no message "${message}".`);
    return answered;
  }

  async metrics(actor: Actor): Promise<Metrics> {
    await this.#enter('metrics', actor, 'read', {});
    return this.measured;
  }

  async pair(actor: Actor): Promise<{ readonly code: string; readonly expires: string }> {
    await this.#enter('pair', actor, 'manage', {});
    return { code: 'ABCD-1234', expires: '2025-01-01T00:10:00.000Z' };
  }

  async access(actor: Actor): Promise<readonly AccessEntry[]> {
    await this.#enter('access', actor, 'manage', {});
    return this.accessEntries;
  }

  async grantAccess(actor: Actor, grant: AccessGrant): Promise<AccessEntry> {
    await this.#enter('grantAccess', actor, 'manage', grant);
    const entry: AccessEntry = { ...grant, decides: grant.decide ?? grant.role === 'operator', from: 'file' };
    this.accessEntries.push(entry);
    return entry;
  }

  async revokeAccess(actor: Actor, target: AccessTarget): Promise<void> {
    await this.#enter('revokeAccess', actor, 'manage', target);
    const index = this.accessEntries.findIndex((entry) => entry.id === target.id && entry.session === target.session);
    if (index === -1) {
      const said = `Nothing is said of ${target.kind} ${target.id} everywhere.`;
      throw new BridgeError('access-unknown', said, { advice: 'See what is said, and where: vai access.' });
    }
    this.accessEntries.splice(index, 1);
  }

  async stop(actor: Actor, options: { readonly keepSessions: boolean; readonly whenIdle?: boolean }): Promise<void> {
    await this.#enter('stop', actor, 'manage', options);
    if (options.whenIdle === true) this.#demandRest(this.sessions.map(({ number }) => number));
    this.onStop(options.keepSessions);
  }

  paneActor(token: string): Actor | undefined {
    return token === 'token-of-1' ? { kind: 'pane', session: one } : undefined;
  }

  async #enter(method: string, actor: Actor, action: Action, details: object, session?: SessionNumber): Promise<void> {
    this.calls.push({ method, actor, details });
    const decision = may(actor, action, session);
    if (!decision.allowed) throw new BridgeError('forbidden', `This is not allowed: ${decision.reason}.`);
    await this.before(method);
  }

  #demandRest(sessions: readonly number[]): void {
    const busy = sessions.filter((session) => this.states.get(session)?.state === 'busy');
    if (busy.length > 0) throw new BridgeError('agent-busy', `The agent of session ${busy.join(', ')} works.`);
  }

  #obstacle(): Stored {
    return this.chat.state === 'failed' ? { obstacle: this.chat.detail ?? 'It failed.' } : {};
  }

  #find(session: number): SessionListing {
    const found = this.sessions.find((candidate) => candidate.number === session);
    if (found !== undefined) return found;
    throw new BridgeError('session-unknown', `There is no session ${session}.`, { advice: 'See "vai list-sessions".' });
  }
}
