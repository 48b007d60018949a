/* eslint-disable @typescript-eslint/require-await -- whoever asks hears of a refusal in the promise, never before it */
import { isoTime } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import { newUuid } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Action, Actor } from '../model/access.ts';
import type { OutboundContent } from '../model/outbound.ts';
import type { PromptAnswer } from '../model/prompt.ts';
import { parseSessionNumber } from '../model/session.ts';
import type { BusyMode, ChannelId, SessionNumber } from '../model/session.ts';
import type {
  AccessEntry,
  AccessGrant,
  AccessTarget,
  AddSessionRequest,
  BridgeApi,
  BridgeStatus,
  CatchUpDecision,
  HeldMessage,
  PostTarget,
  MessageTrace,
  OutboxListing,
  PromptListing,
  SessionListing,
  SessionQueue,
  SessionStart,
  SessionStop,
  Stored,
} from '../contracts/bridge-api.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Metrics } from '../contracts/metrics.ts';
import type { Recovery } from '../contracts/recovery.ts';
import type { Stores } from '../contracts/stores.ts';
import type { OutgoingFiles } from '../contracts/outgoing-files.ts';
import type { Workspace } from '../contracts/workspace.ts';
import type { Gate } from './access/gate.ts';
import type { Register } from './access/register.ts';
import { AccessDesk } from './desks/access-desk.ts';
import { CatchUpDesk } from './desks/catch-up-desk.ts';
import type { HeldMessages } from './catch-up/held-messages.ts';
import { LifecycleDesk } from './desks/lifecycle-desk.ts';
import type { ResourceMonitor } from './monitor/resource-monitor.ts';
import type { AutoRecovery } from './recovery/auto-recovery.ts';
import { OutboxDesk } from './desks/outbox-desk.ts';
import type { Owners } from './inbound/owners.ts';
import { PostDesk } from './desks/post-desk.ts';
import type { ReplyCollector } from './replies/reply-collector.ts';
import type { Decisions } from './prompts/decisions.ts';
import { PromptDesk } from './desks/prompt-desk.ts';
import { QueueDesk } from './desks/queue-desk.ts';
import type { SessionManager } from './session/session-manager.ts';
import { describeSession, listSession } from './desks/session-views.ts';
import type { Words } from './words.ts';

/** How much of a text from `vai send` is shown in the channel, in characters. */
const relayLimit = 1500;

export interface BridgeOptions {
  readonly sessions: SessionManager;
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'state' | 'channelName'>;
  readonly collector: ReplyCollector;
  readonly gate: Gate;
  readonly register: Pick<Register, 'policy' | 'update'>;
  readonly owners: Owners;
  readonly held: HeldMessages;
  readonly decisions: Decisions;
  readonly monitor: Pick<ResourceMonitor, 'metrics' | 'whyHeldBack'>;
  readonly recovery: Pick<AutoRecovery, 'recover'>;
  readonly workspace: Workspace;
  readonly outgoing: OutgoingFiles;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly defaultSession: () => SessionNumber;
  readonly onOutbox: () => void;
  /** An item of the outbox was given up. */
  readonly onEnded: (content: OutboundContent) => void;
  /** Tries channels that refused the bot again and returns them: one, or all. */
  readonly retryParked: (channel?: ChannelId) => readonly ChannelId[];
  /** The parts of the status that only the composition knows. */
  readonly surroundings: () => Promise<Omit<BridgeStatus, 'sessions' | 'outbox'>>;
  readonly attachLine: (terminal: string) => string;
  /** Id of a channel that will be made once its session is added: on the local server. Refuses elsewhere. */
  readonly newChannelId: () => string;
  readonly requestStop: (options: { readonly keepSessions: boolean }) => void;
}

/**
 * What can be asked of the bridge from outside chat. Asks the access question for every call (I9), then lets the
 * others do the work.
 */
export class Bridge implements BridgeApi {
  readonly #options: BridgeOptions;
  readonly #prompts: PromptDesk;
  readonly #queues: QueueDesk;
  readonly #posts: PostDesk;
  readonly #outbox: OutboxDesk;
  readonly #catchUps: CatchUpDesk;
  readonly #access: AccessDesk;
  readonly #lifecycle: LifecycleDesk;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#prompts = new PromptDesk(options);
    this.#queues = new QueueDesk(options);
    this.#posts = new PostDesk(options);
    this.#outbox = new OutboxDesk(options);
    this.#catchUps = new CatchUpDesk(options);
    this.#access = new AccessDesk(options);
    this.#lifecycle = new LifecycleDesk(options);
  }

  async status(actor: Actor): Promise<BridgeStatus> {
    this.#demand('status', actor, 'read');
    const surroundings = await this.#options.surroundings();
    const { userToken: _, url: __, ...chat } = surroundings.chat;
    const { outbox } = this.#options.stores;
    return {
      ...surroundings,
      // The page's address and token speak for the owner; a process inside a session must not have them.
      ...(actor.kind === 'local' ? {} : { chat }),
      sessions: this.#options.sessions.list().map((session) => describeSession(session, this.#options)),
      outbox: { pending: outbox.countPending(), parked: outbox.parked().length },
    };
  }

  async listSessions(actor: Actor): Promise<readonly SessionListing[]> {
    this.#demand('listSessions', actor, 'read');
    return this.#options.sessions.list().map((session) => listSession(session, this.#options));
  }

  async addSession(actor: Actor, request: AddSessionRequest): Promise<SessionListing> {
    this.#demand('addSession', actor, 'manage');
    const { workDir, agent, trust, whileBusy } = request;
    const session = await this.#options.sessions.add({
      channel: request.channel === 'new' ? this.#options.newChannelId() : request.channel,
      ...(workDir === undefined ? {} : { workDir }),
      ...(agent === undefined ? {} : { agent }),
      ...(trust === undefined ? {} : { trusted: trust }),
      // Without a word, and flat in the file, it is the default.
      ...(whileBusy === undefined || whileBusy === 'queue' ? {} : { whileBusy }),
    });
    this.#options.log.info({ session: session.entry.number, channel: session.entry.channel }, 'session added');
    return listSession(session, this.#options);
  }

  async removeSession(actor: Actor, session: number): Promise<void> {
    this.#demand('removeSession', actor, 'manage', session);
    await this.#options.sessions.remove(session);
    this.#options.log.info({ session }, 'session removed');
  }

  async recover(actor: Actor, session: number): Promise<Recovery> {
    this.#demand('recover', actor, 'manage', session);
    return this.#lifecycle.recover(session);
  }

  async startSessions(actor: Actor, sessions?: readonly number[]): Promise<readonly SessionStart[]> {
    for (const session of sessions ?? [undefined]) this.#demand('startSessions', actor, 'manage', session);
    return this.#lifecycle.start(sessions);
  }

  async stopSessions(actor: Actor, sessions: readonly number[]): Promise<readonly SessionStop[]> {
    for (const session of sessions) this.#demand('stopSessions', actor, 'manage', session);
    return this.#lifecycle.stop(sessions);
  }

  async restartSession(actor: Actor, session: number, options: { readonly whenIdle: boolean }): Promise<void> {
    this.#demand('restartSession', actor, 'manage', session);
    await this.#lifecycle.restart(session, options);
  }

  async send(actor: Actor, session: number, text: string): Promise<Stored & { readonly id: string }> {
    this.#demand('send', actor, 'message', session);
    requireText(text);
    const { stores, clock, words, onOutbox, log } = this.#options;
    const target = this.#options.sessions.get(session);
    const { number, channel } = target.entry;
    const id = `cli:${newUuid()}`;
    const now = clock.now();
    const shown = words.sentFromShell(words.shortened(text, relayLimit));
    stores.transaction(() => {
      stores.inbox.append({
        id,
        session: number,
        source: 'cli',
        channel,
        messageId: undefined,
        authorId: undefined,
        authorName: 'cli',
        text,
        sentAt: now,
        receivedAt: now,
      });
      const content = { kind: 'text', text: shown } as const;
      stores.outbox.append({ key: `sent:${id}`, channel, content, message: id, createdAt: now });
    });
    log.info({ session, message: id, length: text.length }, 'message stored');
    onOutbox();
    target.wake();
    return { id, ...this.#obstacle(channel) };
  }

  async post(
    actor: Actor,
    target: PostTarget,
    text: string,
    files: readonly string[] = [],
  ): Promise<Stored & { readonly channel: ChannelId }> {
    const place = this.#posts.placeOf(actor, target);
    this.#demand('post', actor, 'post', place.session);
    await this.#posts.post(actor, place, text, files);
    this.#options.onOutbox();
    return { channel: place.channel, ...this.#obstacle(place.channel) };
  }

  async outbox(actor: Actor): Promise<OutboxListing> {
    this.#demand('outbox', actor, 'manage');
    return this.#outbox.list();
  }

  async retryOutbox(actor: Actor, channel?: string): Promise<{ readonly channels: readonly ChannelId[] }> {
    this.#demand('retryOutbox', actor, 'manage');
    return this.#outbox.retry(channel);
  }

  async dropOutbox(actor: Actor, key: string): Promise<void> {
    this.#demand('dropOutbox', actor, 'manage');
    this.#outbox.drop(key);
  }

  async catchUp(actor: Actor, session: number, decision?: CatchUpDecision): Promise<readonly HeldMessage[]> {
    this.#demand('catchUp', actor, decision === undefined ? 'read-texts' : 'control', session);
    return this.#catchUps.decide(session, decision);
  }

  async prompts(actor: Actor): Promise<readonly PromptListing[]> {
    this.#demand('prompts', actor, 'read');
    return this.#prompts
      .list()
      .filter(({ session }) => this.#options.gate.consider(actor, 'read-texts', session).allowed);
  }

  async answer(actor: Actor, promptId: string, answer: PromptAnswer): Promise<void> {
    const prompt = this.#prompts.get(promptId);
    this.#demand('answer', actor, prompt?.kind === 'trust' ? 'manage' : 'decide-prompt', prompt?.session, promptId);
    await this.#prompts.answer(promptId, answer, actor);
  }

  async queue(actor: Actor, session: number): Promise<SessionQueue> {
    this.#demand('queue', actor, 'read-texts', session);
    return this.#queues.queue(session);
  }

  async withdraw(actor: Actor, session: number, message: string): Promise<{ readonly id: string }> {
    this.#demand('withdraw', actor, 'control', session, message);
    return this.#queues.withdraw(session, message, actor.kind);
  }

  async setBusyMode(actor: Actor, session: number, mode: BusyMode): Promise<void> {
    this.#demand('setBusyMode', actor, 'manage', session);
    await this.#queues.setBusyMode(session, mode);
  }

  async interrupt(actor: Actor, session: number): Promise<'interrupted' | 'idle'> {
    this.#demand('interrupt', actor, 'control', session);
    return this.#queues.interrupt(session);
  }

  async trace(actor: Actor, message: string): Promise<MessageTrace> {
    this.#demand('trace', actor, 'read-texts', this.#queues.sessionOf(message));
    return this.#queues.trace(message);
  }

  async metrics(actor: Actor): Promise<Metrics> {
    this.#demand('metrics', actor, 'read');
    return this.#options.monitor.metrics();
  }

  async pair(actor: Actor): Promise<{ readonly code: string; readonly expires: string }> {
    this.#demand('pair', actor, 'manage');
    const { code, expires } = this.#options.owners.offerPairing();
    return { code, expires: isoTime(expires) };
  }

  async access(actor: Actor): Promise<readonly AccessEntry[]> {
    this.#demand('access', actor, 'manage');
    return this.#access.list();
  }

  async grantAccess(actor: Actor, grant: AccessGrant): Promise<AccessEntry> {
    this.#demand('grantAccess', actor, 'manage', grant.session, `${grant.kind} ${grant.id}`);
    return this.#access.grant(grant);
  }

  async revokeAccess(actor: Actor, target: AccessTarget): Promise<void> {
    this.#demand('revokeAccess', actor, 'manage', target.session, `${target.kind} ${target.id}`);
    await this.#access.revoke(target);
  }

  async stop(
    actor: Actor,
    { keepSessions, whenIdle = false }: { readonly keepSessions: boolean; readonly whenIdle?: boolean },
  ): Promise<void> {
    this.#demand('stop', actor, 'manage');
    if (whenIdle) this.#lifecycle.demandRest();
    this.#options.requestStop({ keepSessions });
  }

  paneActor(token: string): Actor | undefined {
    const record = this.#options.stores.records.byToken(token);
    return record && { kind: 'pane', session: record.number };
  }

  #demand(surface: keyof BridgeApi, actor: Actor, action: Action, session?: number, about?: string): void {
    const via = { surface, ...(about === undefined ? {} : { about }) };
    this.#options.gate.demand(actor, action, session === undefined ? undefined : parseSessionNumber(session), via);
  }

  /** A connection that failed for good, or a channel that refuses us, comes back only after somebody repaired the cause. */
  #obstacle(channel: ChannelId): Stored {
    const { stores, transport } = this.#options;
    const { connection, detail } = transport.state;
    if (connection === 'failed') return { obstacle: detail ?? 'The chat connection failed.' };
    const isParked = stores.outbox.parked().some((parked) => parked.channel === channel);
    return isParked ? { obstacle: `Channel ${channel} refuses the bot. See "vai outbox".` } : {};
  }
}

function requireText(text: string): void {
  if (text.trim() === '') {
    throw new BridgeError('message-empty', 'The message is empty.', { advice: 'Give some text.' });
  }
}
