import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { PromptAnswer, PromptKind } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { HookEvent, HookEventOf } from './hook-events.ts';
import { decisionFor, promptKind } from './prompt-answer.ts';
import type { StateFile } from './state-file.ts';
import type { Teller } from './teller.ts';

export interface HeldPromptsOptions {
  readonly mailbox: Mailbox;
  readonly teller: Teller;
  readonly clock: Clock;
  /** The session's private directory. */
  readonly directory: string;
  readonly onChange: () => void;
}

type Request = HookEventOf<'PermissionRequest'>;
type ClosedBy = 'bridge' | 'desk' | 'expired' | 'agent-ended';

interface Held {
  readonly id: string;
  readonly kind: PromptKind;
  readonly request: Request;
  /** Monotonic milliseconds since when the agent does not seem to wait any more. */
  notWaitingSince: number | undefined;
  expired: boolean;
}

/** An agent with two requests leaves its waiting state for a moment between them; this long is no moment. */
const notWaitingMs = 300;
const sentFile = 'sent-answers.json';
const sentSchema = z.record(z.string(), z.json());

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
    return [...this.#held.values()].filter(({ expired }) => !expired).map(({ kind }) => kind);
  }

  /** The agent asks. */
  hold(request: Request): void {
    const id = promptId(request.id);
    const kind = promptKind(request.data.tool_name);
    this.#held.set(id, { id, kind, request, notWaitingSince: undefined, expired: false });
    this.#options.teller.tell({
      kind: 'prompt-opened',
      id,
      turn: request.data.prompt_id,
      prompt: kind,
      tool: request.data.tool_name,
      input: request.data.tool_input,
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
    const decision = decisionFor(held.kind, held.request.data.tool_input, answer);
    const state = look();
    if (state && isPastWaiting(held, state)) {
      this.#close(held, this.#sent.has(id) ? 'bridge' : 'desk');
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
    this.#saveSent();
    this.#options.mailbox.answer(held.request.id, decision);
  }

  /** An event of the agent that may prove that something was decided. */
  prove(event: HookEvent): void {
    switch (event.kind) {
      case 'PostToolUse':
      case 'PostToolUseFailure':
        this.#closeMatching(event.data.tool_name, event.data.tool_input);
        break;
      case 'PostToolBatch':
        for (const { tool_name, tool_input } of event.data.tool_calls) this.#closeMatching(tool_name, tool_input);
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
        break;
    }
  }

  /** What the agent's state file says now; undefined when there is none. */
  observe(state: StateFile | undefined): void {
    const now = this.#options.clock.monotonic();
    for (const held of [...this.#held.values()]) {
      // Without a state file, a request whose hook is gone was decided.
      const decided = state ? isPastWaiting(held, state) : !this.#options.mailbox.isHeld(held.request);
      if (!decided) {
        held.notWaitingSince = undefined;
      } else {
        held.notWaitingSince ??= now;
        if (now - held.notWaitingSince >= notWaitingMs) this.#decided(held);
      }
    }
  }

  /** The agent is gone. */
  agentEnded(): void {
    for (const held of [...this.#held.values()]) this.#close(held, 'agent-ended');
  }

  #closeMatching(tool: string, input: unknown): void {
    const held = [...this.#held.values()].find(
      ({ request }) => request.data.tool_name === tool && isSameInput(request.data.tool_input, input),
    );
    if (held) this.#decided(held);
  }

  #decided(held: Held): void {
    this.#close(held, this.#sent.has(held.id) ? 'bridge' : 'desk');
  }

  #close(held: Held, by: ClosedBy): void {
    if (!this.#held.delete(held.id)) return;
    // Whoever decided, a hook that still waits for us waits for nothing.
    this.#options.mailbox.release(held.request);
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

function gone(id: string): BridgeError {
  return new BridgeError('prompt-gone', `The agent does not wait for "${id}" any more.`, {
    advice: 'See `vai prompts` for what is open.',
  });
}
