import { Random } from './random.ts';

/** What a session does with messages that come while its agent works. */
export type BusyMode = 'queue' | 'steer' | 'interrupt';

/** How the turn of a message ends, when nothing goes wrong. */
export type Ending = 'completed' | 'failed' | 'lost';

/** Something that a person says. */
export interface PlannedMessage {
  /** Unique in the plan. */
  readonly name: string;
  /** Index of where it is said: see `placesOf`. */
  readonly place: number;
  readonly text: string;
  /** Words of it that nothing else in the plan has; undefined for a command that allows none. */
  readonly mark: string | undefined;
  /** Words that stand once in the answer; undefined when there is none, or none that can be told apart. */
  readonly answer: string | undefined;
  readonly ending: Ending;
  readonly by: 'owner' | 'stranger';
}

/** What requests of the bridge a fault is for. */
export type RequestKind = 'post' | 'edit' | 'react' | 'history' | 'threads' | 'connect';

/** What becomes of them. */
export type RequestTrouble =
  '500' | '502' | '503' | '429' | '429 as a page' | 'reset before' | 'reset after' | 'slow before' | 'slow after';

export type GatewayTrouble =
  | 'drop'
  | 'close 4000'
  | 'close 4009'
  | 'close 1001'
  | 'close 1000'
  | 'reconnect'
  | 'invalid session'
  | 'invalid session, resumable';

export type Step =
  | { readonly do: 'say'; readonly message: PlannedMessage }
  /** Many at once, as fast as they can be said. */
  | { readonly do: 'flood'; readonly messages: readonly PlannedMessage[] }
  | { readonly do: 'edit'; readonly message: string; readonly text: string; readonly mark: string }
  | { readonly do: 'remove'; readonly message: string }
  | { readonly do: 'send'; readonly session: number; readonly mark: string }
  | { readonly do: 'post'; readonly session: number; readonly mark: string }
  | { readonly do: 'answer-prompts' }
  | { readonly do: 'interrupt'; readonly session: number }
  | { readonly do: 'archive'; readonly place: number }
  | { readonly do: 'end-daemon'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly do: 'start-daemon' }
  | { readonly do: 'kill-agent'; readonly session: number }
  | { readonly do: 'kill-tmux' }
  | { readonly do: 'fill-disk' }
  | { readonly do: 'free-disk' }
  | { readonly do: 'move-clock'; readonly byMs: number }
  | { readonly do: 'gateway'; readonly trouble: GatewayTrouble }
  | { readonly do: 'server-away' }
  | { readonly do: 'server-back' }
  | { readonly do: 'dispatches'; readonly shape: 'duplicate' | 'reorder'; readonly times: number }
  | {
      readonly do: 'requests';
      readonly kind: RequestKind;
      readonly trouble: RequestTrouble;
      readonly times: number;
    }
  | { readonly do: 'forbid'; readonly place: number; readonly status: 403 | 404 }
  | { readonly do: 'allow'; readonly place: number };

/** A step and when it is taken: milliseconds after the bridge was ready. */
export type TimedStep = Step & { readonly at: number };

export interface Plan {
  readonly seed: number;
  /** What each session does while busy; session 1 first. */
  readonly sessions: readonly BusyMode[];
  /** How many threads the first channel has. */
  readonly threads: number;
  /** Whether there is a channel without a session. */
  readonly elsewhere: boolean;
  /** In the order of their times. */
  readonly steps: readonly TimedStep[];
}

/** A place where things are said, and the session that serves it. */
export interface Place {
  readonly kind: 'channel' | 'thread' | 'elsewhere';
  readonly session: number;
}

/** The places of a plan in the order of their indexes: the sessions' channels, threads, and the channel without a session. */
export function placesOf(plan: Pick<Plan, 'sessions' | 'threads' | 'elsewhere'>): readonly Place[] {
  return [
    ...plan.sessions.map((_mode, index) => ({ kind: 'channel', session: index + 1 }) as const),
    ...Array.from({ length: plan.threads }, () => ({ kind: 'thread', session: 1 }) as const),
    ...(plan.elsewhere ? [{ kind: 'elsewhere', session: 1 } as const] : []),
  ];
}

/** Every message of a plan, in the order in which they are said. */
export function messagesOf(plan: Plan): readonly PlannedMessage[] {
  return plan.steps.flatMap((step) => (step.do === 'say' ? [step.message] : step.do === 'flood' ? step.messages : []));
}

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
    const random = this.#random;
    const kinds = [
      [12, () => this.#echo()],
      [4, () => this.#slow()],
      [1.5, () => this.#long()],
      [1, () => this.#posting()],
      [1, () => this.#command('silent', 'completed')],
      [1, () => this.#command('fail', 'failed')],
      [1, () => this.#command('ask', 'completed')],
      [0.5, () => this.#crash()],
    ] as const;
    return random.weighted(kinds)();
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

  #slow(): PlannedMessage {
    const name = this.#name('s');
    // Unique by its digits: 0.2 to 0.8 seconds, and the number of the message.
    const seconds = `0.${this.#random.between(2, 7)}${name.slice(1).padStart(3, '0')}`;
    return { ...this.#said(name), text: `slow ${seconds}`, mark: `slow ${seconds}`, answer: `after ${seconds} s.` };
  }

  #long(): PlannedMessage {
    const name = this.#name('l');
    const lines = 200 + Number(name.slice(1));
    return { ...this.#said(name), text: `long ${lines}`, mark: `long ${lines}`, answer: `line 1 of ${lines}` };
  }

  #posting(): PlannedMessage {
    const name = this.#name('d');
    return { ...this.#said(name), text: `dp ${name} by itself`, mark: name, answer: name };
  }

  #crash(): PlannedMessage {
    const name = this.#name('c');
    const text = `crash ${name.slice(1)}`;
    return { ...this.#said(name), text, mark: text, ending: 'lost' };
  }

  #command(text: string, ending: Ending): PlannedMessage {
    return { ...this.#said(this.#name('x')), text, ending };
  }

  #said(name: string): PlannedMessage {
    const place = this.#place();
    return { name, place, text: '', mark: undefined, answer: undefined, ending: 'completed', by: 'owner' };
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
      [4, (begin) => [{ at: begin, do: 'gateway', trouble: random.pick(gatewayTroubles) }]],
      [2, (begin) => [{ at: begin, do: 'dispatches', ...this.#shape() }]],
      [5, (begin) => this.#requests(begin)],
      [1, (begin) => this.#forbid(begin)],
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

  #forbid(begin: number): readonly TimedStep[] {
    const place = this.#place();
    const status = this.#random.pick([403, 404] as const);
    return [
      { at: begin, do: 'forbid', place, status },
      { at: begin + this.#random.between(300, 1000), do: 'allow', place },
    ];
  }

  #shape(): { readonly shape: 'duplicate' | 'reorder'; readonly times: number } {
    return { shape: this.#random.pick(['duplicate', 'reorder']), times: this.#random.between(1, 5) };
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

const gatewayTroubles: readonly GatewayTrouble[] = [
  'drop',
  'close 4000',
  'close 4009',
  'close 1001',
  'close 1000',
  'reconnect',
  'invalid session',
  'invalid session, resumable',
];

const requestTroubles: readonly RequestTrouble[] = [
  '500',
  '502',
  '503',
  '429',
  '429 as a page',
  'reset before',
  'reset after',
  'slow before',
  'slow after',
];
