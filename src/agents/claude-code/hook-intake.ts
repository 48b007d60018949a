import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { Conversation } from './conversation.ts';
import type { Delivery } from './delivery.ts';
import type { HeldPrompts } from './held-prompts.ts';
import { isAgentsOwnPrompt, parseHookEvent } from './hook-events.ts';
import type { HookEvent, HookEventOf } from './hook-events.ts';
import type { QueueWatch } from './queue-watch.ts';
import type { ScreenWatch } from './screen-watch.ts';
import type { StateReader } from './state-reader.ts';
import type { Teller } from './teller.ts';
import type { PromptOrigin, TurnBook } from './turn-book.ts';

export interface HookIntakeOptions {
  readonly mailbox: Mailbox;
  readonly conversation: Conversation;
  readonly teller: Teller;
  readonly turns: TurnBook;
  readonly queue: QueueWatch;
  readonly prompts: HeldPrompts;
  readonly delivery: Delivery;
  readonly screen: Pick<ScreenWatch, 'suspectLogin'>;
  readonly own: Pick<StateReader, 'leftInBackground'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds to wait for the agent's record to say which messages a turn began with; it takes at most 335. */
const recordMs = 1500;

/**
 * Takes what the agent's hooks report to where it belongs. No hook tells that a turn began with the agent's queue: what
 * belongs to a turn nobody heard of waits here until the record says how that one began. Knows nothing about states.
 */
export class HookIntake {
  readonly #options: HookIntakeOptions;
  #waiting: HookEvent[] = [];
  /** Monotonic; of the first that waits. */
  #waitingSince = 0;
  #hasHeard = false;
  #endWasAsked = false;

  constructor(options: HookIntakeOptions) {
    this.#options = options;
  }

  /** Whether any hook has reported yet. */
  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  /** Whether a person ended the agent at its terminal. */
  get endWasAsked(): boolean {
    return this.#endWasAsked;
  }

  /** Whether something waits for the agent's record. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  hear(event: MailboxEvent): void {
    const { mailbox, log, teller, clock } = this.#options;
    this.#hasHeard = true;
    let hook: HookEvent;
    try {
      hook = parseHookEvent(event);
    } catch (error) {
      log.warn({ error, kind: event.kind, event: event.id }, 'a hook event was not understood');
      // Whoever waits for a word on it must not wait for ever.
      mailbox.release(event);
      teller.forget([event.id]);
      return;
    }
    if (this.#mustWait(hook)) {
      if (!this.isWaiting) this.#waitingSince = clock.monotonic();
      this.#waiting.push(hook);
      this.goOn();
      return;
    }
    this.#take(hook);
  }

  /** Takes what waited, as far as it can be taken now; all of it when the agent is gone. */
  goOn(agentEnded = false): void {
    const { queue, turns, clock } = this.#options;
    queue.observe(this.#turnsHeardOf());
    const isOverdue = clock.monotonic() - this.#waitingSince >= recordMs;
    for (let [hook] = this.#waiting; hook; [hook] = this.#waiting) {
      const turn = turnOf(hook);
      if (!agentEnded && !isOverdue && turn !== undefined && !turns.knows(turn) && !queue.isEmpty) return;
      this.#waiting.shift();
      this.#take(hook);
    }
  }

  #turnsHeardOf(): ReadonlySet<string> {
    return new Set(this.#waiting.flatMap((hook) => turnOf(hook) ?? []));
  }

  /** In order: what comes behind something that waits, waits. A prompt that the agent is about to accept never does. */
  #mustWait(hook: HookEvent): boolean {
    if (hook.kind === 'UserPromptSubmit') return false;
    if (this.isWaiting) return true;
    const turn = turnOf(hook);
    return turn !== undefined && !this.#options.turns.knows(turn) && !this.#options.queue.isEmpty;
  }

  #take(hook: HookEvent): void {
    const { turns, prompts, teller, own, screen, conversation } = this.#options;
    prompts.prove(hook);
    switch (hook.kind) {
      case 'UserPromptSubmit':
        this.#takePrompt(hook);
        break;
      case 'MessageDisplay':
        if (hook.data.agent_id === undefined) turns.display(hook);
        else teller.forget([hook.id]);
        break;
      case 'PermissionRequest':
      case 'Elicitation':
        prompts.hold(hook);
        break;
      case 'Stop':
        if ((hook.data.background_tasks ?? []).length > 0) own.leftInBackground(hook.at);
        turns.stop(hook);
        break;
      case 'StopFailure':
        if (hook.data.error === 'authentication_failed') screen.suspectLogin();
        turns.fail(hook);
        break;
      case 'PostToolBatch':
        if (hook.data.agent_id === undefined) turns.toolsRan(hook.data.prompt_id);
        teller.forget([hook.id]);
        break;
      case 'SessionStart':
        conversation.movedTo(hook.data.session_id, hook.data.transcript_path);
        teller.forget([hook.id]);
        break;
      case 'SessionEnd':
        // `/exit`, Ctrl-C or Ctrl-D twice; a signal is `other`, and `/clear` goes on with another conversation.
        this.#endWasAsked = hook.data.reason === 'prompt_input_exit' || hook.data.reason === 'logout';
        teller.forget([hook.id]);
        break;
      case 'PostToolUse':
      case 'PostToolUseFailure':
      case 'expired':
        teller.forget([hook.id]);
        break;
    }
  }

  #takePrompt(hook: HookEventOf<'UserPromptSubmit'>): void {
    const { mailbox, conversation, own, delivery, turns, teller, queue } = this.#options;
    own.leftInBackground(undefined);
    const { prompt, prompt_id: turn } = hook.data;
    conversation.movedTo(hook.data.session_id, hook.data.transcript_path);
    const held = mailbox.isHeld(hook);
    // A new id: this may be what leaves the queue right now, and becomes a turn that the record tells of.
    const isNew = !turns.knows(turn) && !isAgentsOwnPrompt(prompt);
    const isTyped = delivery.isTyping(prompt);
    // What is typed right now under the id of a turn that runs is this very text going in, and nothing that leaves.
    const mayLeave = isNew || !isTyped;
    if (mayLeave && queue.hear(hook.id, prompt, isNew && !isTyped ? 'any' : 'unheard')) {
      teller.forget([hook.id]);
      if (held) mailbox.answer(hook.id, {});
      return;
    }
    if (!queue.isEmpty) this.goOn();
    // What comes under the id of a turn that runs, or just ended, lies in the agent's queue; and behind others, too.
    const isQueued = !isAgentsOwnPrompt(prompt) && (turns.knows(turn) || !queue.isEmpty) && !turns.beganWith(hook.id);
    const verdict = delivery.judge(prompt, turn, held, isQueued);
    if (verdict.kind === 'altered') {
      mailbox.answer(hook.id, { decision: 'block', reason: 'The bridge types this text again: it arrived altered.' });
      teller.forget([hook.id]);
      return;
    }
    const message = verdict.kind === 'ours' ? verdict.message : undefined;
    if (isQueued) {
      // Under a new id it went into a turn that the queue began, or it begins one itself: the record will tell.
      const ran = isNew ? (turns.open.at(-1)?.id ?? turn) : turn;
      queue.add({ id: hook.id, text: prompt, turn: ran, ...(message === undefined ? {} : { message }) });
      teller.forget([hook.id]);
    } else {
      turns.begin(turn, originOf(message, prompt), hook);
    }
    // Written down first, then let go: the agent never works on what is not on the bridge's disk (I1).
    if (held) mailbox.answer(hook.id, {});
  }
}

/** The turn that a report belongs to, when it can be the first that is heard of it. */
function turnOf(hook: HookEvent): string | undefined {
  switch (hook.kind) {
    case 'MessageDisplay':
    case 'PermissionRequest':
    case 'Elicitation':
    case 'Stop':
    case 'StopFailure':
    case 'PostToolBatch':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return hook.data.prompt_id;
    case 'UserPromptSubmit':
    case 'SessionStart':
    case 'SessionEnd':
    case 'expired':
      return undefined;
  }
}

function originOf(message: string | undefined, prompt: string): PromptOrigin {
  if (message !== undefined) return { by: 'bridge', message };
  return isAgentsOwnPrompt(prompt) ? { by: 'agent' } : { by: 'desk', text: prompt };
}
