import { setTimeout as sleep } from 'node:timers/promises';

import { BridgeError, describeError } from '../../src/base/errors.ts';
import type { ControlClient } from '../../src/control/client.ts';
import type { ChatLine } from '../chaos/evidence.ts';
import { Random } from '../chaos/random.ts';
import type { Stage } from '../chaos/stage.ts';
import { Deaths } from './deaths.ts';

/** Milliseconds after which an answer that has not come is missed. A connection that is broken every 25 s is made anew every 15 s. */
const patienceMs = 60_000;

/** Milliseconds between two of what happens to the whole: ends of agents, gaps in the connection, looks at the status. */
const deathEveryMs = 20_000;
const gapEveryMs = 25_000;
const statusEveryMs = 1000;

/** Milliseconds between two looks for answers. */
const listenEveryMs = 50;

export interface LoadOptions {
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

/** What the load came to. */
export interface LoadCount {
  said: number;
  answered: number;
  posted: number;
  edited: number;
  deaths: number;
  gaps: number;
  statusCalls: number;
  /** Times that health and figures were read. */
  pages: number;
  /** Times that the health was bad because of sessions that the load had killed too often. */
  givenUp: number;
  /** What an agent took with it when it was killed, and that is told. */
  failed: number;
}

/**
 * Work as fast as it goes, of every kind, in all sessions at once. Owns what was said and not answered yet. Knows
 * nothing about what is measured meanwhile.
 */
export class Load {
  readonly count: LoadCount = {
    said: 0,
    answered: 0,
    posted: 0,
    edited: 0,
    deaths: 0,
    gaps: 0,
    statusCalls: 0,
    pages: 0,
    givenUp: 0,
    failed: 0,
  };
  /** Everything that went wrong. */
  readonly troubles: string[] = [];
  readonly #options: LoadOptions;
  readonly #random = new Random(1);
  readonly #deaths = new Deaths();
  readonly #waiting = new Map<string, () => void>();
  /** What was heard lately and as which message, to see what is said twice. */
  readonly #heard = new Map<string, string>();
  /** Where the books of the first trouble are. */
  #aside: string | undefined;
  #next = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Works until the signal; then waits for the last answers. */
  async run(): Promise<void> {
    const { stage } = this.#options;
    const done = new AbortController();
    const listening = Promise.all(stage.channels.map((channel) => this.#listen(channel, done.signal)));
    try {
      await Promise.all([
        ...stage.channels.map((channel, index) => this.#talk(channel, index + 1)),
        this.#every(statusEveryMs, () => this.#look()),
        this.#every(deathEveryMs, () => this.#killAgent()),
        this.#every(gapEveryMs, () => this.#makeGap()),
      ]);
    } finally {
      done.abort();
      await listening;
    }
    const { failed, deaths } = this.count;
    // What it worked on, and what was on its way to it.
    if (failed > 2 * deaths) this.troubles.push(`${failed} messages failed, and only ${deaths} agents died`);
  }

  /** One person in one channel: says something, waits for the answer, says the next. */
  async #talk(channel: string, session: number): Promise<void> {
    const { owner } = this.#options.stage;
    while (!this.#options.signal.aborted) {
      const kind = this.#random.next();
      if (kind < 0.06) await this.#post(session);
      else if (kind < 0.1) await this.#burst(channel);
      else if (kind < 0.16) {
        const mark = this.#mark();
        const answer = this.#answerTo(mark);
        const id = await owner.say(channel, `${mark} as it was`);
        await owner.edit(channel, id, `${mark} as it is`);
        this.count.said += 1;
        this.count.edited += 1;
        if (!(await answer)) await this.#explain(channel, id, mark);
      } else await this.#say(channel);
    }
  }

  async #burst(channel: string): Promise<void> {
    await Promise.all(Array.from({ length: 10 }, () => this.#say(channel)));
  }

  async #say(channel: string): Promise<void> {
    const mark = this.#mark();
    const answer = this.#answerTo(mark);
    const id = await this.#options.stage.owner.say(channel, `${mark} hello`);
    this.count.said += 1;
    if (!(await answer)) await this.#explain(channel, id, mark);
  }

  async #post(session: number): Promise<void> {
    const mark = this.#mark();
    const answer = this.#answerTo(mark);
    await this.#control((client) => client.post({ kind: 'session', session }, `${mark} posted`));
    this.count.posted += 1;
    if (!(await answer)) this.#trouble(`${mark} was posted with dp and did not appear`);
  }

  /** A message without an answer is no fault when an agent took it with it, and when that is told. */
  async #explain(channel: string, id: string, mark: string): Promise<void> {
    const lines = await this.#options.stage.owner.readAfter(channel, String(BigInt(id) - 1n));
    const reactions = lines.find((line) => line.id === id)?.reactions ?? [];
    const reply = lines.find(({ bot, replyTo }) => bot && replyTo === id)?.text;
    if (reactions.includes('❌') && reply !== undefined) this.count.failed += 1;
    else this.#trouble(`${mark} had no answer, and nobody says why; its reactions: ${reactions.join(' ')}`);
  }

  /** True when the bot has said this mark, false when it has not for a long time. */
  #answerTo(mark: string): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(mark);
        resolve(false);
      }, patienceMs);
      this.#waiting.set(mark, () => {
        clearTimeout(timer);
        this.#waiting.delete(mark);
        this.count.answered += 1;
        resolve(true);
      });
    });
  }

  /** Reads what is new in a channel, again and again: a gateway would break with the bridge's. */
  async #listen(channel: string, signal: AbortSignal): Promise<void> {
    let last = '0';
    while (!signal.aborted) {
      for (const line of await this.#options.stage.owner.readAfter(channel, last)) {
        last = line.id;
        if (line.bot) this.#hear(line);
      }
      await sleep(listenEveryMs);
    }
  }

  #hear({ id, text }: ChatLine): void {
    // What the bridge says of an agent that died may quote the last lines of its terminal, and in them the question.
    const mark = /^(?:You said: )?(w\d+)\b/.exec(text)?.[1];
    if (mark === undefined) return;
    const before = this.#heard.get(mark);
    if (before !== undefined) this.#trouble(`${mark} was said twice, as ${before} and ${id}: ${text}`);
    this.#heard.set(mark, id);
    if (this.#heard.size > 20_000) for (const old of [...this.#heard.keys()].slice(0, 10_000)) this.#heard.delete(old);
    this.#waiting.get(mark)?.();
  }

  /** The books of the first trouble are kept: what is done with is soon forgotten. */
  #trouble(what: string): void {
    this.#aside ??= this.#options.stage.putAside('bridge-soak-');
    this.troubles.push(`${what} (the books of the first trouble: ${this.#aside})`);
  }

  async #look(): Promise<void> {
    await this.#control(async (client) => {
      const { sessions, metrics } = await client.status();
      await client.metrics();
      this.count.statusCalls += 1;
      if (metrics?.url !== undefined) await this.#read(metrics.url);
      for (const { number, lifecycle } of sessions) {
        if (lifecycle !== 'failed') continue;
        this.#deaths.recovered(number);
        await client.recover(number);
      }
    });
  }

  /** As Prometheus and a watchdog do. */
  async #read(url: string): Promise<void> {
    const page = await fetch(url);
    if (!page.ok || !(await page.text()).includes('bridge_sessions')) this.#trouble(`${url} answered ${page.status}`);
    const health = await fetch(new URL('/health', url));
    // An agent that was just killed makes it "degraded", which is 200.
    if (health.status !== 200) this.#judgeHealth(health.status, await health.text());
    this.count.pages += 1;
  }

  #judgeHealth(status: number, page: string): void {
    if (status === 503 && this.#deaths.explain(page)) this.count.givenUp += 1;
    else this.#trouble(`the health was ${status}: ${page}`);
  }

  async #killAgent(): Promise<void> {
    const session = this.#random.between(1, this.#options.stage.channels.length);
    await this.#control(async (client) => {
      const pid = (await client.status()).sessions.find(({ number }) => number === session)?.pid;
      if (typeof pid !== 'number') return;
      process.kill(pid, 'SIGKILL');
      this.#deaths.killed(session);
      this.count.deaths += 1;
    });
  }

  /** The gateway forgets the bridge: what is said until it is back has to be fetched. */
  async #makeGap(): Promise<void> {
    this.#options.stage.trouble.withGateway('invalid session');
    this.count.gaps += 1;
    await Promise.resolve();
  }

  async #every(intervalMs: number, action: () => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal }).then(action, () => undefined);
    }
  }

  async #control(action: (client: ControlClient) => Promise<unknown>): Promise<void> {
    try {
      await this.#options.stage.control(action);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.troubles.push(describeError(error));
    }
  }

  #mark(): string {
    this.#next += 1;
    return `w${this.#next}`;
  }
}
