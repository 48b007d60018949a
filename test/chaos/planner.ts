import { briefTroubles, longTroubles, placesOf, requestTroubles } from './plan.ts';
import type { BusyMode, DispatchShape, Ending, PlannedMessage, Plan, RequestKind, TimedStep } from './plan.ts';
import { Random } from './random.ts';

/** The scenario of a seed: the same for ever, as long as this file is. */
export function planScenario(seed: number): Plan {
  return new Planner(seed).plan();
}

type Fault = (begin: number) => readonly TimedStep[];

/** Makes up one scenario. */
class Planner {
  readonly #seed: number;
  readonly #random: Random;
  readonly #stormMs: number;
  readonly #sessions: readonly BusyMode[];
  readonly #threads: number;
  readonly #elsewhere: boolean;
  #names = 0;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#seed = seed;
    this.#random = random;
    this.#stormMs = random.between(1000, 2500);
    const modes = [
      [5, 'queue'],
      [3, 'steer'],
      [2, 'interrupt'],
    ] as const;
    this.#sessions = Array.from({ length: random.between(2, 3) }, () => random.weighted<BusyMode>(modes));
    this.#threads = random.chance(0.5) ? 1 : 0;
    this.#elsewhere = random.chance(0.3);
  }

  plan(): Plan {
    const steps = [...this.#talk(), ...this.#shell(), ...this.#faults()];
    return {
      seed: this.#seed,
      sessions: this.#sessions,
      threads: this.#threads,
      elsewhere: this.#elsewhere,
      steps: steps.toSorted((one, other) => one.at - other.at),
    };
  }

  /** What people say, change and take back. */
  #talk(): readonly TimedStep[] {
    const random = this.#random;
    const steps: TimedStep[] = [];
    const count = random.between(6, 14);
    for (let index = 0; index < count; index += 1) {
      const at = random.between(0, this.#stormMs);
      const message = random.chance(0.06) ? { ...this.#echo(), by: 'stranger' as const } : this.#message();
      steps.push({ at, do: 'say', message });
      if (message.by !== 'owner' || !message.name.startsWith('m')) continue;
      const later = at + random.between(10, 900);
      const change = random.next();
      if (change < 0.12) {
        const mark = `${message.name} changed`;
        steps.push({ at: later, do: 'edit', message: message.name, text: `${mark} words`, mark });
      } else if (change < 0.24) {
        steps.push({ at: later, do: 'remove', message: message.name });
      }
    }
    if (random.chance(0.15)) {
      const place = this.#place();
      const messages = Array.from({ length: random.between(15, 40) }, () => ({ ...this.#echo(), place }));
      steps.push({ at: random.between(0, this.#stormMs), do: 'flood', messages });
    }
    return steps;
  }

  #message(): PlannedMessage {
    const kinds = [
      [12, () => this.#echo()],
      [3, () => this.#timed('s', 'slow', (seconds) => `A slow answer, after ${seconds} s.`)],
      [2, () => this.#timed('t', 'tools', (seconds) => `Used tools for ${seconds} s.`)],
      [1.5, () => this.#long()],
      [1, () => this.#simple('d', 'dp', 'by itself')],
      [1, () => this.#simple('a', 'late', 'after the end')],
      [1, () => this.#script('silent', 'completed')],
      [1, () => this.#script('fail', 'failed')],
      [0.7, () => this.#script('limit', 'failed')],
      [1, () => this.#script('ask', 'completed')],
      [0.4, () => this.#script('exit', 'completed')],
      [0.4, () => this.#script('crash 3', 'lost')],
    ] as const;
    return this.#random.weighted(kinds)();
  }

  #echo(): PlannedMessage {
    const name = this.#name('m');
    const words = this.#random.pick([
      'hello',
      'a longer line of some words',
      'two\nlines',
      '日本語の文',
      '!not a shell',
    ]);
    return { ...this.#said(name), text: `${name} ${words}`, mark: name, answer: `You said: ${name}` };
  }

  /** Something that takes 0.2 to 0.8 seconds; unique by its digits. */
  #timed(letter: string, command: string, answer: (seconds: string) => string): PlannedMessage {
    const name = this.#name(letter);
    // The last digit is no zero, which numbers would lose.
    const seconds = `0.${this.#random.between(2, 7)}${name.slice(1).padStart(3, '0')}1`;
    const text = `${command} ${seconds}`;
    return { ...this.#said(name), text, mark: text, answer: answer(seconds) };
  }

  #long(): PlannedMessage {
    const name = this.#name('l');
    const lines = 200 + Number(name.slice(1));
    return { ...this.#said(name), text: `long ${lines}`, mark: `long ${lines}`, answer: `line 1 of ${lines}` };
  }

  #simple(letter: string, command: string, words: string): PlannedMessage {
    const name = this.#name(letter);
    return { ...this.#said(name), text: `${command} ${name} ${words}`, mark: name, answer: `${name} ${words}` };
  }

  /** Says something, and then does something in the same turn. */
  #script(command: string, ending: Ending): PlannedMessage {
    const name = this.#name('x');
    const text = `script:\n${name} before\n${command}`;
    return { ...this.#said(name), text, mark: name, answer: `You said: ${name} before`, ending };
  }

  #said(name: string): PlannedMessage {
    const place = this.#place();
    return { name, place, text: '', mark: '', answer: '', ending: 'completed', by: 'owner' };
  }

  /** What is done at the machine's shell. */
  #shell(): readonly TimedStep[] {
    const random = this.#random;
    const steps: TimedStep[] = [];
    const at = (): number => random.between(0, this.#stormMs);
    if (random.chance(0.4)) steps.push({ at: at(), do: 'send', session: this.#session(), mark: this.#name('v') });
    if (random.chance(0.4)) steps.push({ at: at(), do: 'post', session: this.#session(), mark: this.#name('p') });
    if (random.chance(0.15)) steps.push({ at: at(), do: 'interrupt', session: this.#session() });
    for (let time = 400; time < this.#stormMs; time += 800) steps.push({ at: time, do: 'answer-prompts' });
    if (this.#threads > 0 && random.chance(0.4)) {
      steps.push({ at: at(), do: 'archive', place: this.#sessions.length });
    }
    return steps;
  }

  /** One to four kinds of trouble. At most one of them takes the daemon or the server away, so that there is no knot. */
  #faults(): readonly TimedStep[] {
    const random = this.#random;
    const great: readonly (readonly [number, Fault])[] = [
      [6, (begin) => this.#daemonDies(begin)],
      [2, (begin) => this.#daemonStops(begin)],
      [2, (begin) => this.#serverAway(begin)],
      [2, (begin) => this.#diskFull(begin)],
    ];
    const small: readonly (readonly [number, Fault])[] = [
      [3, (begin) => [{ at: begin, do: 'kill-agent', session: this.#session() }]],
      [1, (begin) => [{ at: begin, do: 'kill-tmux' }]],
      [1.5, (begin) => [{ at: begin, do: 'move-clock', byMs: this.#clockJump() }]],
      [4, (begin) => [{ at: begin, do: 'gateway', trouble: random.pick(briefTroubles) }]],
      [2, (begin) => [{ at: begin, do: 'dispatches', ...this.#shape() }]],
      [5, (begin) => this.#requests(begin)],
      [1, (begin) => this.#closedChannel(begin)],
      [1, (begin) => this.#readOnly(begin)],
      [0.5, (begin) => [{ at: begin, do: 'forget-nonces' }]],
      [1, (begin) => this.#muted(begin)],
      [0.4, (begin) => [{ at: begin, do: 'gateway', trouble: random.pick(longTroubles) }]],
    ];
    const steps: TimedStep[] = [];
    if (random.chance(0.7)) steps.push(...random.weighted(great)(this.#begin()));
    const count = random.between(steps.length === 0 ? 1 : 0, 3);
    for (let index = 0; index < count; index += 1) steps.push(...random.weighted(small)(this.#begin()));
    return steps;
  }

  #daemonDies(begin: number): readonly TimedStep[] {
    const steps: TimedStep[] = [];
    let at = begin;
    for (let left = this.#random.weighted([[3, 1] as const, [1, 2] as const]); left > 0; left -= 1) {
      steps.push({ at, do: 'end-daemon', signal: 'SIGKILL' });
      at += this.#random.between(0, 700);
      steps.push({ at, do: 'start-daemon' });
      at += this.#random.between(100, 1500);
    }
    return steps;
  }

  #daemonStops(begin: number): readonly TimedStep[] {
    return [
      { at: begin, do: 'end-daemon', signal: 'SIGTERM' },
      { at: begin + this.#random.between(300, 1000), do: 'start-daemon' },
    ];
  }

  #serverAway(begin: number): readonly TimedStep[] {
    return [
      { at: begin, do: 'server-away' },
      { at: begin + this.#random.between(200, 2500), do: 'server-back' },
    ];
  }

  #diskFull(begin: number): readonly TimedStep[] {
    return [
      { at: begin, do: 'fill-disk' },
      { at: begin + this.#random.between(200, 1200), do: 'free-disk' },
    ];
  }

  #requests(begin: number): readonly TimedStep[] {
    const random = this.#random;
    const kind = random.weighted<RequestKind>([
      [4, 'post'],
      [2, 'react'],
      [1, 'edit'],
      [2, 'history'],
      [1, 'threads'],
      [1, 'connect'],
    ]);
    return [{ at: begin, do: 'requests', kind, trouble: random.pick(requestTroubles), times: random.between(1, 4) }];
  }

  #closedChannel(begin: number): readonly TimedStep[] {
    const place = this.#place();
    const how = this.#random.pick(['forbidden', 'gone'] as const);
    return [
      { at: begin, do: 'close-channel', place, how },
      { at: begin + this.#random.between(300, 1000), do: 'open-channel', place },
    ];
  }

  #readOnly(begin: number): readonly TimedStep[] {
    return [
      { at: begin, do: 'read-only' },
      { at: begin + this.#random.between(200, 1500), do: 'read-and-write' },
    ];
  }

  /** A gateway that tells nothing, which nobody can notice, until it is dropped. */
  #muted(begin: number): readonly TimedStep[] {
    return [
      { at: begin, do: 'gateway', trouble: 'mute' },
      { at: begin + this.#random.between(200, 1000), do: 'gateway', trouble: 'drop' },
    ];
  }

  #shape(): { readonly shape: DispatchShape; readonly times: number } {
    return { shape: this.#random.pick(['duplicate', 'reorder', 'late']), times: this.#random.between(1, 5) };
  }

  #clockJump(): number {
    const minutes = this.#random.pick([1, 20, 90, 300]);
    return (this.#random.chance(0.5) ? 1 : -1) * minutes * 60_000;
  }

  #begin(): number {
    return this.#random.between(100, this.#stormMs);
  }

  #session(): number {
    return this.#random.between(1, this.#sessions.length);
  }

  #place(): number {
    const { length } = placesOf({ sessions: this.#sessions, threads: this.#threads, elsewhere: this.#elsewhere });
    return this.#random.between(0, length - 1);
  }

  #name(letter: string): string {
    this.#names += 1;
    return `${letter}${this.#names}`;
  }
}
