import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { reactionEmoji } from '../../../src/discord/reactions.ts';
import { Faults } from '../../../src/local-discord/faults.ts';
import type { Transition } from '../../../src/model/transitions.ts';
import type { ChatUser } from '../support/chat-user.ts';
import type { Finished, Installation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { makeWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { fileStates, promptIn, readByAgent, unsettled, waitingEvents, waitingMessages } from './evidence.ts';
import { Ledger, answered, isRead, outcomes, wrongPosts } from './ledger.ts';
import type { Entry, Fate, Post } from './ledger.ts';

/** Before the transition is on disk, or when it and everything of the same step is. */
export type Moment = 'before' | 'after';

/** How long a daemon may live until it comes to its fail point, and how long the rest may take, in milliseconds. */
const deathMs = 30_000;
const settleMs = 60_000;

export interface StageOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Settings of sessions in sessions.json, beside their channel. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A place where daemons die: two sessions with practice agents in real terminals, a chat server that outlives them, and
 * the ledger of what was said and what must become of it. Knows nothing about why they die.
 */
export class Stage {
  readonly faults: Faults;
  readonly ledger = new Ledger();
  readonly #world: World;
  readonly moment: Moment;

  private constructor(world: World, moment: Moment, faults: Faults) {
    this.#world = world;
    this.moment = moment;
    this.faults = faults;
  }

  static async make(moment: Moment, { environment = {}, settings }: StageOptions): Promise<Stage> {
    const faults = new Faults();
    const world = await makeWorld({ sessions: 2, faults, environment });
    if (settings) {
      const map = world.channels.map((channel, index) => [String(index + 1), { channel, ...settings }]);
      world.bridge.writeConfig('sessions.json', JSON.stringify(Object.fromEntries(map)));
    }
    return new Stage(world, moment, faults);
  }

  get bridge(): Installation {
    return this.#world.bridge;
  }

  get owner(): ChatUser {
    return this.#world.owner;
  }

  channel(session: number): string {
    const channel = this.#world.channels[session - 1];
    if (channel === undefined) throw new Error(`there is no session ${session}`);
    return channel;
  }

  /** The owner says something in a session's channel. Default fate: the agent repeats it. */
  async say(session: number, text: string, fate: Fate = answered(text)): Promise<Entry> {
    return this.sayIn(this.channel(session), session, text, fate);
  }

  /** The owner says something in a channel that is not a session's own. @param session the one that answers there. */
  async sayIn(channel: string, session: number, text: string, fate: Fate = answered(text)): Promise<Entry> {
    const id = await this.owner.say(channel, text);
    return this.ledger.add({ session, channel, id, fate });
  }

  /** The owner says something in a session's channel, with a file. */
  async sayWithFile(session: number, text: string, file: { name: string; bytes: string }, fate: Fate): Promise<Entry> {
    const channel = this.channel(session);
    const id = await this.owner.sayWithFiles(channel, text, [file]);
    return this.ledger.add({ session, channel, id, fate });
  }

  /** Waits until a file that came with a message is in a state. */
  async fileIs(state: string): Promise<void> {
    await this.#until(() => fileStates(this.bridge.paths).includes(state), `a file that is ${state}`);
  }

  /** Something that is posted in a session's channel although nobody said anything there. */
  expectPosts(session: number, ...posts: readonly Post[]): void {
    const fate = { reads: null, posts, outcome: null };
    this.ledger.add({ session, channel: this.channel(session), id: undefined, fate });
  }

  /** Starts a daemon that is not to die. */
  async start(): Promise<void> {
    await this.bridge.startDaemon();
  }

  /** Starts a daemon that is killed at a transition. */
  async startMortal(transition: Transition, moment: Moment, passage = 1): Promise<void> {
    await this.bridge.startMortalDaemon(`${transition}:${moment}#${passage}`);
  }

  /** Waits until the daemon was killed at its fail point. */
  async died(): Promise<void> {
    const signal = await this.bridge.daemonSignal(deathMs);
    if (signal === 'SIGKILL') return;
    const why = signal === undefined ? `goes on: it did not come to this place in ${deathMs} ms` : `ended by itself`;
    throw new Error(`the daemon ${why}`);
  }

  /** One whole life of a daemon that is killed at a transition. */
  async crashAt(transition: Transition, moment: Moment, act: () => Promise<unknown>): Promise<void> {
    await this.startMortal(transition, moment);
    await act();
    await this.died();
  }

  /** One whole life of a daemon that is killed once something is true. */
  async crashWhen(act: () => Promise<unknown>): Promise<void> {
    await this.start();
    await act();
    await this.bridge.endDaemon('SIGKILL');
  }

  /** Runs `vai`, whose daemon may die over it. */
  vai(...args: readonly string[]): Promise<Finished> {
    return this.bridge.run('vai', args);
  }

  /** Waits until a session's waiting messages are in these states. */
  async waits(session: number, ...states: readonly string[]): Promise<void> {
    await this.#until(
      () => String(waitingMessages(this.bridge.paths, session)) === String(states),
      `messages of session ${session} that are ${states.join(', ') || 'all settled'}`,
    );
  }

  /** Waits until a message carries a reaction. */
  async reacts(entry: Entry, reaction: keyof typeof reactionEmoji): Promise<void> {
    await this.owner.seesReaction(entry.channel, entry.id ?? '', reactionEmoji[reaction]);
  }

  /** Waits until something is asked; returns the prompt's id. */
  async asked(): Promise<string> {
    return this.#until(() => promptIn(this.bridge.paths, 'open'), 'an open prompt');
  }

  /** Answers the prompt that is open, if there is one. */
  async allow(): Promise<void> {
    const id = promptIn(this.bridge.paths, 'open');
    if (id !== undefined) await this.vai('answer', id, 'allow');
  }

  /** Process id of a session's agent, by the state it wrote itself. */
  async agentPid(session: number): Promise<number> {
    const { stdout } = await this.bridge.tmux('list-panes', '-t', `=claude-session-${session}:`, '-F', '#{pane_pid}');
    const pid = Number(stdout.trim());
    if (!(pid > 0)) throw new Error(`session ${session} has no agent: ${stdout}`);
    return pid;
  }

  /** Ends a session's agent without a word. */
  async killAgent(session: number): Promise<void> {
    process.kill(await this.agentPid(session), 'SIGKILL');
  }

  /**
   * Stops a session's agent and has its own state file say that it waits for somebody, so that nothing can be handed to it
   * although no event said so.
   */
  async pretendWaiting(session: number): Promise<void> {
    const file = this.#stateFile(session);
    process.kill(await this.agentPid(session), 'SIGSTOP');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"status":"idle"', '"status":"waiting"'));
  }

  /** Lets the agent go on, whose state file tells the truth again. */
  async endPretence(session: number): Promise<void> {
    const file = this.#stateFile(session);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"status":"waiting"', '"status":"idle"'));
    process.kill(await this.agentPid(session), 'SIGCONT');
  }

  /** Does something while no answer can be written for a session's agent; `listensAgain` ends that. */
  async whileDeaf(session: number, act: () => Promise<unknown>): Promise<void> {
    renameSync(this.#answers(session), `${this.#answers(session)}.away`);
    await act();
  }

  listensAgain(session: number): Promise<void> {
    renameSync(`${this.#answers(session)}.away`, this.#answers(session));
    return Promise.resolve();
  }

  /** Waits until a session's agent shows no dialog any more; nobody has to listen. */
  async agentDecides(session: number): Promise<void> {
    const file = this.#stateFile(session);
    await this.#until(() => readFileSync(file, 'utf8').includes('"dialog":null'), 'the end of a dialog');
  }

  /** Waits until a session's agent has nothing to do any more; nobody has to listen. */
  async agentRests(session: number): Promise<void> {
    const file = this.#stateFile(session);
    await this.#until(() => readFileSync(file, 'utf8').includes('"status":"idle"'), 'the end of a turn');
  }

  /** Presses keys at a session's terminal. */
  async press(session: number, ...keys: readonly string[]): Promise<void> {
    await this.bridge.tmux('send-keys', '-t', `=claude-session-${session}:`, ...keys);
  }

  /** Waits until nothing is on its way any more. */
  async settled(): Promise<void> {
    await this.#until(async () => {
      if (unsettled(this.bridge.paths).length > 0) return false;
      for (const entry of this.ledger.entries) {
        if (entry.id === undefined || entry.fate.outcome === null) continue;
        if (!(await this.#reactions(entry)).includes(reactionEmoji[entry.fate.outcome])) return false;
      }
      return true;
    }, 'everything to be settled');
  }

  /** What is not as the ledger says. */
  async problems(): Promise<readonly string[]> {
    const { paths } = this.bridge;
    const problems: string[] = [];
    for (const session of [1, 2]) {
      const reads = readByAgent(paths, session);
      const expected = this.ledger.reads(session);
      if (!isRead(reads, expected))
        problems.push(`agent ${session} read ${JSON.stringify(reads)}, expected ${expected.map(String).join(' | ')}`);
      const events = waitingEvents(paths, session);
      if (events.length > 0) problems.push(`mailbox ${session} holds ${events.join(', ')}`);
    }
    for (const channel of new Set([...this.#world.channels, ...this.ledger.entries.map((entry) => entry.channel)])) {
      const posts = await this.owner.heard(channel);
      const wrong = wrongPosts(posts, this.ledger.posts(channel));
      if (wrong !== undefined) problems.push(`channel ${channel}: ${wrong}; all of it: ${JSON.stringify(posts)}`);
    }
    for (const entry of this.ledger.entries) {
      if (entry.id === undefined || entry.fate.outcome === null) continue;
      const shown = await this.#reactions(entry);
      const wrong = outcomes.filter((one) => one !== entry.fate.outcome && shown.includes(reactionEmoji[one]));
      if (wrong.length > 0) problems.push(`message ${entry.id} shows ${wrong.join(', ')} as well`);
    }
    return [...problems, ...unsettled(paths).map((one) => `not settled: ${one}`)];
  }

  /** What a person needs who looks for the cause of a failure. */
  async describe(): Promise<string> {
    const problems = await this.problems();
    const log = this.bridge.log().split('\n').slice(-60).join('\n');
    return `${problems.map((one) => `- ${one}`).join('\n')}\nThe log's last lines:\n${log}`;
  }

  async destroy(): Promise<void> {
    await this.#world.destroy();
  }

  #answers(session: number): string {
    return join(this.bridge.paths.discord.sessions, String(session), 'mailbox', 'answers');
  }

  #stateFile(session: number): string {
    return join(this.bridge.paths.discord.sessions, String(session), 'scripted', 'state.json');
  }

  #reactions(entry: Entry): Promise<readonly string[]> {
    return this.owner.reactions(entry.channel, entry.id ?? '');
  }

  #until<T>(check: () => T | Promise<T>, what: string): Promise<NonNullable<T>> {
    return until(check, { what, timeoutMs: settleMs });
  }
}
