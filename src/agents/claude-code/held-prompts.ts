import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { PromptAnswer, PromptCloser, PromptKind } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { HookEvent } from './hook-events.ts';
import { decisionFor, isRefusal } from './prompt-answer.ts';
import { readRequest } from './prompt-request.ts';
import type { AskedPrompt, HeldRequest } from './prompt-request.ts';
import type { SettingsPlaces } from './settings-places.ts';
import type { StateFile } from './state-file.ts';
import type { Teller } from './teller.ts';

export interface HeldPromptsOptions {
  readonly mailbox: Mailbox;
  readonly teller: Teller;
  readonly clock: Clock;
  /** The session's private directory. */
  readonly directory: string;
  /** Where the agent writes what it is granted. */
  readonly places: SettingsPlaces;
  readonly onChange: () => void;
}

interface Held {
  readonly id: string;
  readonly prompt: AskedPrompt;
  readonly request: HeldRequest;
  /** Monotonic milliseconds since when the agent does not seem to wait any more. */
  notWaitingSince: number | undefined;
  /** Since when the hook is gone with our answer, and the agent waits as before. */
  unmovedSince: { readonly monotonic: number; readonly epoch: number } | undefined;
  expired: boolean;
}

/** What the agent did: a tool ran with this input, or the turn was stopped. */
type Evidence = { readonly ran: unknown } | 'stopped' | undefined;

/** An agent with two requests leaves its waiting state for a moment between them; this long is no moment. */
const notWaitingMs = 300;
/** The agent takes an answer within half a second of its hook's end; after so long it has ignored or never got it. */
const ignoredMs = 5000;
const sentFile = 'sent-answers.json';
const sentSchema = z.record(z.string(), z.json());
const answered = z.looseObject({ answers: z.record(z.string(), z.json()) });
const sentAnswers = z.object({ hookSpecificOutput: z.object({ decision: z.object({ updatedInput: answered }) }) });

/**
 * The requests for a decision that the agent holds up: tells them, answers them, and notices when they are decided at
 * the desk instead. A hook that waits proves nothing; the agent's next event or its state file does (I10). The
 * request's mailbox event stays on disk until it is closed, so that it survives the daemon. Knows nothing about turns.
 */
export class HeldPrompts {
  readonly #options: HeldPromptsOptions;
  readonly #held = new Map<string, Held>();
  /** Our decisions by prompt, kept on disk until proven: after a restart we still know who decided, and what. */
  readonly #sent: Map<string, Json>;

  constructor(options: HeldPromptsOptions) {
    this.#options = options;
    this.#sent = new Map(Object.entries(readSent(join(options.directory, sentFile))));
  }

  /** What the agent waits for, oldest first. */
  get open(): readonly PromptKind[] {
    return [...this.#held.values()].filter(({ expired }) => !expired).map(({ prompt }) => prompt.kind);
  }

  /** The agent asks. */
  hold(request: HeldRequest): void {
    const id = promptId(request.id);
    const { mailbox, teller, places } = this.#options;
    const prompt = readRequest(request, places);
    if (!prompt) {
      // Its dialog is drawn as soon as the hook is let go; the screen tells of it then.
      mailbox.release(request);
      teller.forget([request.id]);
      return;
    }
    const { kind, tool, input, grants, questions } = prompt;
    this.#held.set(id, { id, prompt, request, notWaitingSince: undefined, unmovedSince: undefined, expired: false });
    teller.tell({
      kind: 'prompt-opened',
      id,
      turn: request.data.prompt_id,
      prompt: kind,
      tool,
      input,
      grants,
      questions,
    });
    this.#options.onChange();
  }

  /**
   * Hands over a decision. Repeating the same is harmless until it is proven; another one is too late.
   *
   * @throws BridgeError `prompt-gone` when the agent does not wait for it any more, `answer-does-not-fit`.
   */
  answer(id: string, answer: PromptAnswer, look: () => StateFile | undefined): void {
    const held = this.#held.get(id);
    if (!held || held.expired) throw gone(id);
    const decision = decisionFor(held.prompt, answer);
    const state = look();
    if (held.request.kind === 'Elicitation' ? isPastForm(held, state) : state && isPastWaiting(held, state)) {
      this.#decided(held);
      throw gone(id);
    }
    const sent = this.#sent.get(id);
    if (sent !== undefined && !isDeepStrictEqual(sent, decision)) throw gone(id);
    if (!this.#options.mailbox.isHeld(held.request)) {
      if (sent !== undefined) return; // taken already; its proof is on the way
      throw gone(id);
    }
    // Written before the answer is: an answer that is out is ours, whatever happens to this process.
    this.#sent.set(id, decision);
    try {
      this.#saveSent();
      this.#options.mailbox.answer(held.request.id, decision);
    } catch (cause) {
      // The agent has nothing: any other decision will do as well.
      if (sent === undefined) this.#sent.delete(id);
      throw cause instanceof BridgeError ? cause : unwritable(id, cause);
    }
  }

  /** An event of the agent that may prove that something was decided. */
  prove(event: HookEvent): void {
    switch (event.kind) {
      case 'PostToolUse':
      case 'PostToolUseFailure':
        this.#toolEnded(event.data.tool_name, event.data.tool_input, true);
        break;
      case 'PostToolBatch':
        // It also names what was refused.
        for (const { tool_name, tool_input } of event.data.tool_calls) this.#toolEnded(tool_name, tool_input, false);
        break;
      case 'Stop':
      case 'StopFailure':
        for (const held of [...this.#held.values()]) {
          if (held.request.data.prompt_id === event.data.prompt_id && held.request.at <= event.at) this.#decided(held);
        }
        break;
      case 'expired': {
        const held = [...this.#held.values()].find(({ request }) => request.id === event.data.id);
        if (held) this.#close(held, 'expired');
        break;
      }
      case 'SessionStart':
      case 'SessionEnd':
      case 'UserPromptSubmit':
      case 'MessageDisplay':
      case 'PermissionRequest':
      case 'Elicitation':
        break;
    }
  }

  /** What the agent's state file says now; undefined when there is none. */
  observe(state: StateFile | undefined): void {
    const now = this.#options.clock.monotonic();
    for (const held of [...this.#held.values()]) {
      if (!this.#isPast(held, state)) {
        held.notWaitingSince = undefined;
        // Its dialog stays on the screen, and only a person there can decide it now.
        if (this.#isIgnored(held, state)) this.#close(held, 'agent');
      } else {
        held.notWaitingSince ??= now;
        // A turn that ended without a word was stopped at the desk.
        if (now - held.notWaitingSince >= notWaitingMs)
          this.#decided(held, state?.status === 'idle' ? 'stopped' : undefined);
      }
    }
  }

  /** The agent is gone. */
  agentEnded(): void {
    for (const held of [...this.#held.values()]) this.#close(held, 'agent-ended');
  }

  /** @param ran whether the tool certainly ran. */
  #toolEnded(tool: string, input: unknown, ran: boolean): void {
    const held = [...this.#held.values()].find((one) => this.#isAbout(one, tool, input));
    // A tool runs on after a form, whatever was said to it.
    const isProof = ran && held?.request.kind === 'PermissionRequest';
    if (held) this.#decided(held, isProof ? { ran: input } : undefined);
  }

  /** Whether the end of a tool proves that a request was decided. */
  #isAbout({ request, prompt }: Held, tool: string, input: unknown): boolean {
    if (request.kind === 'PermissionRequest') {
      // The plan is in the request only; the tool runs without it.
      return prompt.tool === tool && (prompt.kind === 'plan' || isSameInput(prompt.input, input));
    }
    // Of the same server; while its hook waits, another tool of it ended.
    return tool.startsWith(`mcp__${toolPart(prompt.tool)}__`) && !this.#options.mailbox.isHeld(request);
  }

  /** Whether the agent does not wait for it any more, by its state file or, without one, because its hook is gone. */
  #isPast(held: Held, state: StateFile | undefined): boolean {
    const isReleased = !this.#options.mailbox.isHeld(held.request);
    // While its hook waits, a form is not on the screen and the agent is busy.
    if (held.request.kind === 'Elicitation') return isReleased || isPastForm(held, state);
    return state ? isPastWaiting(held, state) : isReleased;
  }

  /** Whether our answer went with its hook a while ago, and the agent still waits as it did before. */
  #isIgnored(held: Held, state: StateFile | undefined): boolean {
    // Of several requests at once, the state file does not say which one is waited for.
    const isAnswered = this.#sent.has(held.id) && this.#held.size === 1 && !this.#options.mailbox.isHeld(held.request);
    if (!isAnswered || held.request.kind !== 'PermissionRequest' || state?.status !== 'waiting') {
      held.unmovedSince = undefined;
      return false;
    }
    const { clock } = this.#options;
    held.unmovedSince ??= { monotonic: clock.monotonic(), epoch: clock.now() };
    const { monotonic, epoch } = held.unmovedSince;
    return state.statusUpdatedAt <= epoch && clock.monotonic() - monotonic >= ignoredMs;
  }

  #decided(held: Held, evidence?: Evidence): void {
    const sent = this.#sent.get(held.id);
    this.#close(held, sent !== undefined && !isAgainst(sent, evidence) ? 'bridge' : 'desk');
  }

  #close(held: Held, by: PromptCloser): void {
    if (!this.#held.delete(held.id)) return;
    // Whoever decided, a hook that still waits for us waits for nothing.
    // Of a form that was stopped, an answer that says nothing would have its dialog drawn, long after its turn.
    const isForm = held.request.kind === 'Elicitation';
    this.#options.mailbox.release(held.request, isForm ? decisionFor(held.prompt, { behavior: 'deny' }) : {});
    this.#options.teller.tell({ kind: 'prompt-closed', id: held.id, by }, [held.request.id]);
    if (this.#sent.delete(held.id)) this.#saveSent();
    this.#options.onChange();
  }

  #saveSent(): void {
    writeFileAtomic(join(this.#options.directory, sentFile), JSON.stringify(Object.fromEntries(this.#sent)));
  }
}

/** A short id for a request, the same after every restart: 40 bits of its unique event id. */
export function promptId(eventId: string): string {
  const digits = '0123456789abcdefghjkmnpqrstvwxyz';
  const hash = createHash('sha256').update(eventId).digest();
  return Array.from({ length: 8 }, (_, index) => digits.charAt((hash[index] ?? 0) % 32)).join('');
}

/** Whether the agent changed its state after it asked, to one in which it waits for nobody. */
function isPastWaiting({ request }: Held, state: StateFile): boolean {
  return state.status !== 'waiting' && state.status !== 'other' && state.statusUpdatedAt > request.at;
}

/** Whether the agent has nothing to do, so that nobody wants a form of it. */
function isPastForm({ request }: Held, state: StateFile | undefined): boolean {
  return state?.status === 'idle' && state.statusUpdatedAt > request.at;
}

/** Whether what the agent did cannot follow from what we sent: somebody at the desk was first. */
function isAgainst(sent: Json, evidence: Evidence): boolean {
  if (evidence === undefined) return false;
  if (evidence === 'stopped') return !isRefusal(sent);
  if (isRefusal(sent)) return true;
  const ours = sentAnswers.safeParse(sent).data?.hookSpecificOutput.decision.updatedInput.answers;
  const theirs = answered.safeParse(evidence.ran).data?.answers;
  return ours !== undefined && theirs !== undefined && !isDeepStrictEqual(ours, theirs);
}

/** A server's name as it stands in the names of its tools. */
function toolPart(server: string): string {
  return server.replace(/[^\w-]/g, '_');
}

/** A question's answers are added to its input when it is answered. */
function isSameInput(asked: object, done: unknown): boolean {
  if (isDeepStrictEqual(asked, done)) return true;
  if (typeof done !== 'object' || done === null || !('answers' in done)) return false;
  const { answers: _answers, ...rest } = done;
  return isDeepStrictEqual(asked, rest);
}

function readSent(path: string): Record<string, Json> {
  if (!existsSync(path)) return {};
  return sentSchema.catch({}).parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The error of an answer that comes too late. */
export function gone(id: string): BridgeError {
  return new BridgeError('prompt-gone', `The agent does not wait for "${id}" any more.`, {
    advice: 'See `vai prompts` for what is open.',
  });
}

function unwritable(id: string, cause: unknown): BridgeError {
  return new BridgeError('answer-unwritable', `The decision on "${id}" cannot be written: ${describeError(cause)}.`, {
    advice: 'Make room on the disk, and decide again.',
    cause,
  });
}
