import type { AgentEvent, AgentState } from '../model/agent.ts';
import type { TurnInput } from '../model/message.ts';
import type { PromptAnswer } from '../model/prompt.ts';
import type { SessionNumber } from '../model/session.ts';

/** One agent process to be made or found again: a generation of a session. */
export interface AgentSpec {
  readonly session: SessionNumber;
  readonly generation: number;
  /** Name of its terminal: `claude-session-N`. */
  readonly terminal: string;
  /** Absolute; exists. */
  readonly workDir: string;
  /** The owner consented that the agent may trust `workDir`, or the bridge made it. */
  readonly trusted: boolean;
  /** The session's private directory (0700): `state/sessions/N`. The driver keeps its mailbox and settings there. */
  readonly directory: string;
  /**
   * Where the files that come with messages are put: absolute, exists, only files are in it. The agent may read in it
   * without asking, whatever else it asks for. Undefined: no files come.
   */
  readonly attachments?: string;
  /** The whole environment of the agent. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Proof that the agent has the message. */
export interface Acknowledgement {
  /** `screen`: it is drawn as lying in the agent's own queue; its hook follows when it leaves. */
  readonly by: 'hook' | 'transcript' | 'screen';
  /** The agent's id of the turn that the message started; of the running one when it was `queued`. */
  readonly turn: string;
  /** It lies in the agent's own queue: the event `message-taken` or `turn-started` tells what becomes of it. */
  readonly queued?: boolean;
  /** Milliseconds from the last key typed to the proof. */
  readonly afterMs: number;
}

/**
 * Hears what an agent tells. A turn is told from its start to its end, and a message that lay in the agent's own queue
 * with the turn that it became part of: `turn-started` for the first message of a turn that begins with the queue,
 * `message-taken` for every other. A text may still come after the end of its turn. When the agent ends, the turn that ran is told
 * as `lost` (`interrupted` when a person ended it at the terminal), and then its death. When `onEvent` returns, the event is stored and outlives the daemon;
 * once `flush` has returned, it outlives a power cut, and the driver may forget its source. When `onEvent` throws, the driver keeps the source and tells the same event again later: events repeat, with equal keys.
 */
export interface AgentListener {
  onEvent(event: AgentEvent): void;
  /** Everything told so far is on the disk when it returns. @throws as the stores; then the sources must stay. */
  flush(): void;
}

/** What a look at an agent shows, for whoever wants to know whether it still moves. */
export interface AgentLook {
  /** What its terminal shows, without trailing blank lines. It changes while a healthy agent works. */
  readonly screen: string;
  /**
   * Something that stands open at its terminal, that the agent did not ask, and that can be closed without deciding
   * anything; in a word or two for a person.
   */
  readonly overlay?: string;
  /** Its terminal shows something that a person has to answer, whatever else is told of its state. */
  readonly asks?: boolean;
}

/** A live agent. Created by a driver; used by one conversation at a time (I2). */
export interface RunningAgent {
  /** The driver's own data for finding this agent again; opaque to everybody else (I7). */
  readonly handle: string;
  /** The agent's own id of the conversation, for resuming; undefined when it has none. */
  readonly agentSession: string | undefined;
  readonly pid: number | undefined;
  readonly state: AgentState;

  /**
   * Hands one message to the agent and waits until the agent confirmed it. Only when `canAcceptMessage(state)`, or
   * `canSteer(state)` of a driver that can: then the message goes into the agent's own queue.
   *
   * @throws BridgeError with `happened: 'not-done'` when the agent certainly did not get it (a dialog is open, it is
   * busy, it died before), `'unknown'` when it may have it (then ask `wasDelivered` before sending again, I4).
   */
  deliver(input: TurnInput, signal?: AbortSignal): Promise<Acknowledgement>;

  /** Looks for a message in what the agent itself recorded. The turn is given when it is known. */
  wasDelivered(message: string, text: string): Promise<Delivered>;

  /**
   * Hands a person's decision to the agent.
   *
   * Hands over a grant or answers that `prompt-opened` offered; other ones are refused before the agent hears of them. The
   * same decision once more is harmless. What becomes of it is told by `prompt-closed`.
   *
   * @throws BridgeError `prompt-gone` when the agent does not wait for this very prompt any more (I10),
   * `answer-does-not-fit` when it was not asked so: then it waits on.
   */
  answer(promptId: string, answer: PromptAnswer): Promise<void>;

  /**
   * Stops the running turn and returns when the agent is idle. The agent stays; nothing happens to an idle one. What
   * lies in the agent's own queue is taken then and stopped as well: each message is told with its turn and outcome.
   * @throws BridgeError `interrupt-failed` when it goes on all the same.
   */
  interrupt(): Promise<void>;

  /**
   * Looks at the agent itself, whatever it tells. Nothing is changed by it.
   *
   * @returns undefined when its terminal is gone. A death that nobody has heard of by the second such look is told then,
   * as any other.
   * @throws BridgeError `terminal-unreachable` when nobody can tell.
   */
  look(): Promise<AgentLook | undefined>;

  /**
   * Pushes an agent that shows no sign of life: continues a process that was suspended, reads again what it recorded,
   * closes what `look` gives as an overlay. Harmless to a healthy one: nothing is typed, decided or stopped.
   */
  nudge(): Promise<void>;

  /** Ends the agent so that it can be resumed; returns when its terminal and its whole process tree are gone. */
  stop(): Promise<void>;

  /** Stops listening and leaves the agent running (I6). */
  detach(): Promise<void>;
}

export type Delivered =
  /** `turn` is undefined when it is not known, or when the message still lies in the agent's own queue (`queued`). */
  | { readonly delivered: 'yes'; readonly turn: string | undefined; readonly queued?: boolean }
  | { readonly delivered: 'no' }
  | { readonly delivered: 'unknown' };

export interface AgentCapabilities {
  /** Can continue an earlier conversation in a new process. */
  readonly resume: boolean;
  /** Asks for permissions that can be answered from outside. */
  readonly prompts: boolean;
  /** A running turn can be stopped without ending the agent. */
  readonly interrupt: boolean;
  /** A busy agent takes messages into a queue of its own. */
  readonly steer: boolean;
  /** Only stands in for a real agent that is not installed: a session that had a real one keeps it. */
  readonly standIn: boolean;
}

/** Knows how to run one kind of agent. One folder per driver; registered by name. */
export interface AgentDriver {
  readonly name: string;
  readonly capabilities: AgentCapabilities;

  /**
   * Starts a new process. Resolves when it accepts messages, or waits for a person (login, trust): then
   * `state.activity` is `waiting`. Never hangs: 30 s at most.
   *
   * @param resume the agent's own id of a conversation to continue; undefined for a new one.
   * @throws BridgeError `agent-start-failed` with the last lines of the screen.
   */
  launch(spec: AgentSpec, resume: string | undefined, listener: AgentListener): Promise<RunningAgent>;

  /**
   * Finds an agent that outlived the daemon. In any case it first tells the listener everything that was recorded
   * while nobody listened, and again what it still asks; that a person ended the agent at its terminal meanwhile is told as
   * `died` with `asked`.
   *
   * @param handle what `RunningAgent.handle` was.
   * @returns undefined when the agent is gone.
   */
  recover(spec: AgentSpec, handle: string, listener: AgentListener): Promise<RunningAgent | undefined>;
}
