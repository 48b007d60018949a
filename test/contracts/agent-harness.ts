import type { AgentDriver, AgentListener, AgentSpec, RunningAgent } from '../../src/contracts/agent.ts';
import type { AgentEvent } from '../../src/model/agent.ts';
import { until } from '../e2e/support/until.ts';

/** What an agent in a fresh place must be able to do beyond the usual. */
export interface HarnessNeeds {
  /** Makes plans. */
  readonly plans?: boolean;
}

/** One session of one kind of agent, with whatever it needs to really run. */
export interface AgentHarness {
  readonly driver: AgentDriver;
  /** Generation 1; later ones are the same place with a higher number. */
  readonly spec: AgentSpec;
  /** A driver that knows nothing of the first, as after a restart of the daemon. */
  restarted(): Promise<AgentDriver>;
  /** What to tell this agent so that it does something. */
  readonly words: {
    /** It answers at once, and the answer contains the word. */
    readonly plainly: (word: string) => string;
    /** Its turn takes about so many seconds. */
    readonly slowly: (seconds: number) => string;
    /** Its turn takes about so many seconds with tools; what is queued meanwhile becomes part of it. */
    readonly usingTools: (seconds: number) => string;
    /** Its turn fails. */
    readonly failing: string;
    /** Its turn ends because the provider takes no more. */
    readonly limited: string;
  };
  /**
   * What makes it ask, and what it says when that is decided. What this kind of agent cannot ask is not there. The same words
   * may be said again and ask again.
   */
  readonly asks: {
    readonly permission: { readonly words: string; readonly allowed: RegExp; readonly denied: RegExp };
    /** A permission that may also be granted by a rule; what it says when it is, now and later. */
    readonly grant?: { readonly words: string; readonly granted: RegExp };
    /** One question, with options; words of one's own will do. */
    readonly question?: { readonly words: string };
    /** Several questions; one of them takes several options. */
    readonly questions?: { readonly words: string };
    readonly form?: { readonly words: string; readonly filledIn: RegExp; readonly declined: RegExp };
    /** Only of an agent that was made for plans. */
    readonly plan?: { readonly words: string; readonly approved: RegExp };
  };
  /** Whether this kind of agent begins anew when it is asked for a conversation that nobody knows. Default: it refuses. */
  readonly beginsAnew?: boolean;
  /** Everything the agent has read, exactly, without the bridge's header, oldest first. */
  received(): readonly string[] | Promise<readonly string[]>;
  /** What the agent reads for a text, as the driver documents it. */
  normalised(text: string): string;
  /** Whether the conversation, as the agent knows it now, contains a word from an earlier message. */
  remembers(word: string): boolean | Promise<boolean>;
  /** What its terminal shows. */
  screen(): string | Promise<string>;
  /** A person at the terminal. */
  readonly desk: {
    /** Says yes to the open dialog. */
    allow(): void | Promise<void>;
    /** Types a message and presses Enter. */
    type(text: string): void | Promise<void>;
    /** Ends the agent on purpose; resolves when it is gone. */
    exit(): void | Promise<void>;
  };
  /** Waits until the agent has ended its turn, while no driver listens. */
  finished(): void | Promise<void>;
  /** Ends the agent's process as a crash would. Returns the exit code that is told then. */
  crash(agent: RunningAgent): number | Promise<number>;
  /** Suspends the agent's process, as Ctrl-Z or a debugger does. Not there: it has no process of its own. */
  suspend?(agent: RunningAgent): void | Promise<void>;
  /** The agent's living processes. */
  processes(): readonly number[] | Promise<readonly number[]>;
  /** Ends and removes everything. */
  close(): void | Promise<void>;
}

/** A listener that keeps what it hears, and refuses what it is told to refuse. */
export class AgentRecorder implements AgentListener {
  readonly events: AgentEvent[] = [];
  readonly refused: AgentEvent[] = [];
  /** Whether the bridge's disk is full for this event. */
  refuses: (event: AgentEvent) => boolean = () => false;

  onEvent(event: AgentEvent): void {
    if (this.refuses(event)) {
      this.refused.push(event);
      throw new Error('the disk is full');
    }
    this.events.push(event);
  }

  /** There is no disk. */
  flush(): void {
    return;
  }

  of<Kind extends AgentEvent['kind']>(kind: Kind): readonly Extract<AgentEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<AgentEvent, { kind: Kind }> => event.kind === kind);
  }

  /** The events of one turn, in order, as short words. */
  story(turn: string): readonly string[] {
    return this.events.flatMap((event) => {
      if (!('turn' in event) || event.turn !== turn) return [];
      return event.kind === 'turn-ended' ? [`turn-ended:${event.outcome}`] : [event.kind];
    });
  }

  textOf(turn: string): string {
    return this.of('text')
      .filter((event) => event.turn === turn)
      .map(({ text }) => text)
      .join('\n');
  }

  async ended(turn: string): Promise<Extract<AgentEvent, { kind: 'turn-ended' }>> {
    return until(() => this.of('turn-ended').find((event) => event.turn === turn), { what: `the end of turn ${turn}` });
  }

  /** The newest prompt, as soon as there are so many. */
  async prompt(count = 1): Promise<Extract<AgentEvent, { kind: 'prompt-opened' }>> {
    return until(() => this.of('prompt-opened')[count - 1], { what: 'a prompt' });
  }

  async closed(id: string): Promise<Extract<AgentEvent, { kind: 'prompt-closed' }>> {
    return until(() => this.of('prompt-closed').find((event) => event.id === id), { what: `prompt ${id} to close` });
  }
}
