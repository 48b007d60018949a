import { setTimeout as sleep } from 'node:timers/promises';

import { BridgeError, describeError } from '../../src/base/errors.ts';
import { killHard } from '../e2e/support/leftovers.ts';
import type { Asked, Happening, Said } from './evidence.ts';
import { placesOf } from './plan.ts';
import type { Plan, PlannedMessage, TimedStep } from './plan.ts';
import type { Stage } from './stage.ts';

/** Milliseconds a daemon may take to end after SIGTERM before the play says that it hangs. */
const endMs = 20_000;

/**
 * Carries out a plan on a stage and writes down what was really done. Owns the order of things: people are not in the
 * middle of a word when the server goes away. Knows nothing about what should come of it.
 */
export class Play {
  readonly said: Said[] = [];
  readonly asked: Asked[] = [];
  readonly happenings: Happening[] = [];
  readonly mishaps: string[] = [];
  readonly #stage: Stage;
  readonly #plan: Plan;
  /** What is under way and waits for nobody. */
  readonly #loose = new Set<Promise<void>>();
  /** People's own actions under way. */
  readonly #people = new Set<Promise<void>>();
  /** Where each message is said, by its name. */
  readonly #places = new Map<string, number>();
  /** The last thing that people do in each place. */
  readonly #queues = new Map<string, Promise<void>>();
  /** Opens when the server is there. */
  #gate: PromiseWithResolvers<void> | undefined;
  #starting: Promise<void> | undefined;
  #clockOffset = 0;

  constructor(stage: Stage, plan: Plan) {
    this.#stage = stage;
    this.#plan = plan;
  }

  /** Takes every step at its time, then ends all trouble. */
  async perform(): Promise<void> {
    const begin = performance.now();
    for (const step of this.#plan.steps) {
      const wait = step.at - (performance.now() - begin);
      if (wait > 0) await sleep(wait);
      await this.#take(step);
    }
    await this.#endTrouble();
  }

  /** Starts the daemon unless it runs or starts. */
  startDaemon(): Promise<void> {
    if (this.#starting) return this.#starting;
    if (this.#stage.bridge.daemonPid !== undefined) return Promise.resolve();
    this.#note('daemon starts');
    this.#starting = this.#stage.bridge
      .startDaemon()
      .then(
        (told) => {
          if (told.kind !== 'ready') this.mishaps.push(`the daemon did not start: ${told.message ?? told.kind}`);
        },
        // Killed while it started, or it gave up: whoever needs it starts it again.
        () => undefined,
      )
      .finally(() => {
        this.#starting = undefined;
      });
    return this.#starting;
  }

  async #take(step: TimedStep): Promise<void> {
    const { trouble } = this.#stage;
    switch (step.do) {
      case 'say':
        this.#say(step.message);
        return;
      case 'flood':
        for (const message of step.messages) this.#say(message);
        return;
      case 'edit':
        this.#change(step.message, async (said) => {
          await this.#stage.owner.edit(this.#channel(said.message.place), said.id, step.text);
          return { ...said, edited: { text: step.text, mark: step.mark, at: Date.now() } };
        });
        return;
      case 'remove':
        this.#change(step.message, async (said) => {
          await this.#stage.owner.remove(this.#channel(said.message.place), said.id);
          return { ...said, removedAt: Date.now() };
        });
        return;
      case 'send':
      case 'post':
        this.#loosely(this.#ask(step.do, step.session, step.mark));
        return;
      case 'answer-prompts':
        this.#loosely(this.answerPrompts());
        return;
      case 'interrupt':
        this.#loosely(this.#interrupt(step.session));
        return;
      case 'archive':
        this.happenings.push({ at: Date.now(), what: 'archived', place: step.place });
        this.#byPerson(`place ${step.place}`, () => this.#stage.owner.archive(this.#channel(step.place)));
        return;
      case 'end-daemon':
        await this.#endDaemon(step.signal);
        return;
      case 'start-daemon':
        this.#loosely(this.startDaemon());
        return;
      case 'kill-agent':
        this.#killAgent(step.session);
        return;
      case 'kill-tmux':
        this.#note('agent killed');
        await this.#stage.bridge.tmux('kill-server');
        return;
      case 'fill-disk':
        this.#note('disk full');
        this.#stage.setDiskFull(true);
        return;
      case 'free-disk':
        this.#stage.setDiskFull(false);
        return;
      case 'move-clock':
        this.#note('clock moved');
        this.#clockOffset += step.byMs;
        this.#stage.setClock(this.#clockOffset);
        return;
      case 'gateway':
        this.#note('chat trouble');
        if (!this.#gate) trouble.withGateway(step.trouble);
        return;
      case 'server-away':
        await this.#serverAway();
        return;
      case 'server-back':
        await this.#serverBack();
        return;
      case 'dispatches':
        this.#note(step.shape === 'duplicate' ? 'chat trouble' : step.shape);
        trouble.withDispatches(step.shape, step.times);
        return;
      case 'requests':
        this.#note('chat trouble');
        trouble.withRequests(step.kind, step.trouble, step.times);
        return;
      case 'close-channel':
        this.#door('channel closed', step.place);
        trouble.close(this.#channel(step.place), step.how);
        return;
      case 'open-channel':
        trouble.open(this.#channel(step.place));
        this.#door('channel open', step.place);
        return;
      case 'read-only':
      case 'read-and-write':
        this.#note('chat trouble');
        trouble.setReadOnly(step.do === 'read-only');
        return;
      case 'forget-nonces':
        trouble.forgetNonces();
    }
  }

  /** Says yes to every question that is open. */
  async answerPrompts(): Promise<void> {
    await this.#quietly(async () => {
      await this.#stage.control(async (client) => {
        for (const { id } of await client.prompts()) await client.answer(id, { behavior: 'allow' });
      });
    });
  }

  #say(message: PlannedMessage): void {
    const channel = this.#channel(message.place);
    this.#places.set(message.name, message.place);
    this.#byPerson(`place ${message.place}`, async () => {
      const person = message.by === 'owner' ? this.#stage.owner : this.#stage.stranger;
      const id = await person.say(channel, message.text);
      this.said.push({ message, id, at: Date.now(), edited: undefined, removedAt: undefined });
    });
  }

  /** Does something to a message that was said, behind the saying of it. */
  #change(name: string, action: (said: Said) => Promise<Said>): void {
    this.#byPerson(`place ${this.#places.get(name) ?? '?'}`, async () => {
      const index = this.said.findIndex(({ message }) => message.name === name);
      const said = this.said[index];
      if (!said) throw new Error(`${name} was not said`);
      this.said[index] = await action(said);
    });
  }

  /** People do one thing at a time in one place, and nothing while the server is away. */
  #byPerson(where: string, action: () => Promise<void>): void {
    const before = this.#queues.get(where) ?? Promise.resolve();
    const mine = before.then(async () => {
      // No turn of the event loop between the look at the gate and the begin.
      while (this.#gate) await this.#gate.promise;
      const doing = action();
      this.#people.add(doing);
      await doing.finally(() => this.#people.delete(doing));
    });
    const safe = mine.catch((error: unknown) => {
      this.mishaps.push(`a person could not do it: ${describeError(error)}`);
    });
    this.#queues.set(where, safe);
    this.#loosely(safe);
  }

  async #ask(kind: 'send' | 'post', session: number, mark: string): Promise<void> {
    let stored: Asked['stored'] = 'yes';
    try {
      await this.#stage.control<object>((client) =>
        kind === 'send'
          ? client.send(session, `${mark} from the shell`)
          : client.post({ kind: 'session', session }, `${mark} from the shell`),
      );
    } catch (error) {
      stored = error instanceof BridgeError && error.happened === 'not-done' ? 'no' : 'unknown';
    }
    this.asked.push({ kind, session, mark, stored });
  }

  async #interrupt(session: number): Promise<void> {
    this.#note('interrupt', session);
    await this.#stage.bridge.run('vai', ['interrupt', String(session)]);
  }

  async #endDaemon(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { bridge } = this.#stage;
    if (bridge.daemonPid === undefined) return;
    this.#note('daemon ended');
    if (signal === 'SIGKILL') {
      await bridge.endDaemon(signal);
      return;
    }
    const ended = bridge.endDaemon(signal);
    this.#loosely(ended.then(() => undefined));
    const outcome = await Promise.race([ended, sleep(endMs, 'hangs' as const, { ref: false })]);
    if (outcome === 'hangs') this.mishaps.push(`the daemon did not end within ${endMs} ms of SIGTERM`);
  }

  #killAgent(session: number): void {
    const pid = this.#stage.agentPid(session);
    if (pid === undefined) return;
    this.#note('agent killed', session);
    killHard(pid);
  }

  async #serverAway(): Promise<void> {
    if (this.#gate) return;
    this.#note('chat trouble');
    this.#gate = Promise.withResolvers();
    await Promise.allSettled(this.#people);
    await this.#stage.trouble.goAway();
  }

  async #serverBack(): Promise<void> {
    if (!this.#gate) return;
    await this.#stage.trouble.comeBack();
    this.#gate.resolve();
    this.#gate = undefined;
  }

  async #endTrouble(): Promise<void> {
    this.#stage.trouble.end();
    this.#stage.setDiskFull(false);
    await this.#serverBack();
    for (const place of this.#stage.channels.keys()) this.#door('channel open', place);
    this.#note('faults over');
    await Promise.all(this.#loose);
  }

  /** What may well fail in the middle of trouble, because nobody answers. */
  async #quietly(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  #loosely(doing: Promise<void>): void {
    this.#loose.add(doing);
    const done = (): void => {
      this.#loose.delete(doing);
    };
    doing.then(done, (error: unknown) => {
      this.mishaps.push(describeError(error));
      done();
    });
  }

  /** A channel is closed with its threads: those of the first one. */
  #door(what: 'channel closed' | 'channel open', place: number): void {
    const places = placesOf(this.#plan);
    const hit = places.flatMap(({ kind }, index) =>
      index === place || (kind === 'thread' && place === 0) ? [index] : [],
    );
    for (const one of hit) this.happenings.push({ at: Date.now(), what, place: one });
  }

  #note(what: Happening['what'], session?: number): void {
    this.happenings.push({ at: Date.now(), what, ...(session === undefined ? {} : { session }) });
  }

  #channel(place: number): string {
    const channel = this.#stage.channels[place];
    if (channel === undefined) throw new Error(`there is no place ${place}`);
    return channel;
  }
}
