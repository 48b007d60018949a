import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { systemClock } from '../../../src/base/clock.ts';
import { Scope } from '../../../src/base/scope.ts';
import { cancelled } from '../../../src/cli/setup/asker.ts';
import type { Asker } from '../../../src/cli/setup/asker.ts';
import type { RunningBridge, SetupTools, WantedSession } from '../../../src/cli/setup/tools.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { resolvePaths } from '../../../src/config/paths.ts';
import type { BridgePaths } from '../../../src/config/paths.ts';
import type { BridgeStatus } from '../../../src/contracts/bridge-api.ts';
import { DiscordInquiry } from '../../../src/discord/diagnosis.ts';
import { Faults } from '../../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { FakeBridgeApi } from '../../control/fake-bridge-api.ts';

/** What a person answers to a question that contains these words. */
export type Answers = readonly (readonly [words: string, answer: Answer | (() => Answer)])[];

/** The text `leave` is Ctrl-C, `do not wait` is Enter where something is waited for. */
type Answer = string | boolean | readonly string[];

/** Answers in their order; a question that was not expected, or an answer that was not asked for, is an error. */
export class ScriptedAsker implements Asker {
  /** Everything that was shown. */
  readonly shown: string[] = [];
  readonly #answers: (Answers[number] | undefined)[];

  constructor(answers: Answers) {
    this.#answers = [...answers];
  }

  get left(): number {
    return this.#answers.length;
  }

  say(...lines: readonly string[]): void {
    this.shown.push(...lines);
  }

  explain(title: string, lines: readonly string[]): void {
    this.shown.push(title, ...lines);
  }

  async secret(question: string, judge: (answer: string) => string | undefined): Promise<string> {
    return this.#judged(question, judge);
  }

  async text(question: string, { judge }: { judge: (answer: string) => string | undefined }): Promise<string> {
    return this.#judged(question, judge);
  }

  async confirm(question: string): Promise<boolean> {
    const answer = this.#next(question);
    if (typeof answer !== 'boolean') throw new Error(`"${question}" wants yes or no`);
    return answer;
  }

  async choose(question: string): Promise<readonly string[]> {
    const answer = this.#next(question);
    if (typeof answer === 'string' || typeof answer === 'boolean') throw new Error(`"${question}" wants a list`);
    return answer;
  }

  async wait<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const answer = this.#next(what);
    const stop = new AbortController();
    if (answer !== 'do not wait') return work(stop.signal);
    const working = work(stop.signal);
    stop.abort();
    await working.catch(() => undefined);
    return undefined;
  }

  #judged(question: string, judge: (answer: string) => string | undefined): string {
    for (;;) {
      const answer = this.#next(question);
      if (typeof answer !== 'string') throw new Error(`"${question}" wants a text`);
      const wrong = judge(answer);
      if (wrong === undefined) return answer;
      this.shown.push(wrong);
    }
  }

  #next(question: string): Answer {
    this.shown.push(question);
    const next = this.#answers.shift();
    if (!next || !question.includes(next[0]))
      throw new Error(`nobody expected "${question}", but "${next?.[0] ?? 'the end'}"`);
    if (next[1] === 'leave') throw cancelled('vai');
    return typeof next[1] === 'function' ? next[1]() : next[1];
  }
}

/** A bridge in memory that starts, is paired, and takes sessions. */
export class FakeRunningBridge implements RunningBridge {
  running: BridgeStatus['chat'] | undefined;
  readonly added: WantedSession[] = [];
  restarts = 0;
  /** What its chat is after a start. */
  afterStart: BridgeStatus['chat'] = { kind: 'discord', state: 'ready', owned: false };
  expires = new Date(Date.now() + 60_000).toISOString();

  async status(): Promise<BridgeStatus | undefined> {
    if (!this.running) return undefined;
    const status = await new FakeBridgeApi().status({ kind: 'local' });
    return { ...status, chat: this.running };
  }

  async addSession(wanted: WantedSession): Promise<number> {
    return this.added.push(wanted);
  }

  async pair(): Promise<{ readonly code: string; readonly expires: string }> {
    return { code: 'pair-1234', expires: this.expires };
  }

  async restart(): Promise<void> {
    this.restarts += 1;
    this.running = this.afterStart;
  }
}

/** A home, a chat server with two channels, and a bridge, for one setup. */
export class SetupWorld {
  readonly scope = new Scope();
  readonly directory: string;
  readonly paths: BridgePaths;
  readonly bridge = new FakeRunningBridge();
  readonly faults: Faults;
  readonly environment: Record<string, string>;
  readonly shop: string;
  readonly blog: string;
  readonly server: LocalDiscord;

  static async open(): Promise<SetupWorld> {
    const faults = new Faults();
    return new SetupWorld(
      faults,
      await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock, faults }),
    );
  }

  private constructor(faults: Faults, server: LocalDiscord) {
    this.faults = faults;
    this.server = server;
    this.scope.defer('server', () => server.close());
    this.shop = server.ensureChannel({ name: 'shop' });
    this.blog = server.ensureChannel({ name: 'blog' });
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-setup-')));
    this.scope.defer('directory', () => rmSync(this.directory, { recursive: true, force: true }));
    this.environment = {
      BRIDGE_HOME: join(this.directory, 'home'),
      XDG_RUNTIME_DIR: this.directory,
      DISCORD_API_URL: server.api,
    };
    this.paths = resolvePaths({ environment: this.environment });
  }

  tools(asker: Asker): SetupTools {
    const { environment, paths } = this;
    return {
      asker,
      clock: systemClock,
      paths,
      vai: 'vai',
      config: () => loadConfig({ environment, envFile: paths.envFile, bridgeJson: paths.bridgeJson }),
      inquire: (token) => new DiscordInquiry({ token, apiUrl: this.server.api, clock: systemClock }),
      bridge: this.bridge,
      envExample: join(import.meta.dirname, '../../../config/.env.example'),
    };
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(join(this.paths.config, name)), { recursive: true });
    writeFileSync(join(this.paths.config, name), content, { mode: 0o600 });
  }

  read(name: string): string {
    return readFileSync(join(this.paths.config, name), 'utf8');
  }

  close(): Promise<void> {
    return this.scope.close();
  }
}
