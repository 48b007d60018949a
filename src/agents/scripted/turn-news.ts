import type { AgentEvent } from '../../model/agent.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { MailboxEvent } from '../mailbox/mailbox-event.ts';
import type { AgentFiles } from './agent-files.ts';
import { textHash } from './history.ts';
import { readHistoryFile, readStateFile } from './program-events.ts';
import type { ProgramEvents } from './program-events.ts';
import { containsTyping } from './prompt-text.ts';
import type { PromptTyper } from './prompt-typer.ts';
import type { TypedMessages } from './typed-messages.ts';

export interface TurnNewsOptions {
  readonly agentSession: string;
  readonly files: AgentFiles;
  readonly mailbox: Mailbox;
  readonly typed: TypedMessages;
  readonly typer: PromptTyper;
  readonly tell: (event: AgentEvent) => void;
}

/**
 * The turns of the program as news: which message began or joined each, how it ended. Confirms the prompts that the
 * program read. Owns which turn runs, as far as it was told. Knows nothing about states or dialogs.
 */
export class TurnNews {
  readonly #options: TurnNewsOptions;
  #turn: string | undefined;

  constructor(options: TurnNewsOptions) {
    this.#options = options;
  }

  /**
   * The program read a prompt. `waits` says whether it waits for our word. Returns what to tell the one who typed it,
   * once everything else was told; undefined when it was refused.
   */
  prompted(
    event: MailboxEvent,
    { turn, text, queued }: ProgramEvents['prompt'],
    waits: boolean,
  ): { readonly message: string | undefined } | undefined {
    const { typed, typer, mailbox } = this.#options;
    const hash = textHash(text);
    const known = queued ? typed.matchQueued(hash, event.id) : typed.match(hash, turn);
    const expected = typer.typing;
    if (!known && waits && expected !== undefined && containsTyping(text, expected)) {
      mailbox.answer(event.id, { decision: 'block', reason: 'the text did not arrive as it was typed' });
      return undefined;
    }
    if (!queued) this.#begin(turn, known?.message, text);
    if (known && queued) typed.confirmQueued(known.message, event.id);
    else if (known) typed.confirm(known.message, turn);
    if (waits) mailbox.answer(event.id, {});
    return { message: known?.message };
  }

  /** What lay in the agent's queue is part of a turn: a new one begins with the first message of ours, if it has one. */
  taken({ turn, fresh, prompts }: ProgramEvents['taken']): void {
    const { typed, tell } = this.#options;
    const ours = prompts.flatMap(({ id }) => typed.queuedAs(id)?.message ?? []);
    const [first, ...others] = ours;
    if (fresh) this.#begin(turn, first, prompts.map(({ text }) => text).join('\n'));
    for (const message of fresh ? others : ours) tell({ kind: 'message-taken', turn, message });
    for (const message of ours) typed.confirm(message, turn);
  }

  ended({ turn, outcome, reason }: Pick<ProgramEvents['end'], 'turn' | 'outcome' | 'reason'>): void {
    this.#options.tell({ kind: 'turn-ended', turn, outcome, ...(reason === undefined ? {} : { reason }) });
    if (this.#turn === turn) this.#turn = undefined;
  }

  /** The agent is gone, and with it the turn that ran. */
  agentEnded(): void {
    const turn = this.#turn ?? this.#leftBehind();
    if (turn === undefined) return;
    this.#options.tell({ kind: 'turn-ended', turn, outcome: 'lost', reason: 'the agent ended in the middle of it' });
    this.#turn = undefined;
  }

  #begin(turn: string, message: string | undefined, text: string): void {
    this.#options.tell(
      message === undefined
        ? { kind: 'turn-started', turn, by: 'desk', text }
        : { kind: 'turn-started', turn, by: 'bridge', message },
    );
    this.#turn = turn;
  }

  /** The turn that an earlier daemon heard begin and that the process left open. */
  #leftBehind(): string | undefined {
    const { files, agentSession } = this.#options;
    const file = readStateFile(files);
    if (file?.agentSession !== agentSession || file.turn === null) return undefined;
    const { turn } = file;
    // One that is not in the history had not been accepted.
    return readHistoryFile(files, agentSession)?.messages.some((one) => one.turn === turn) ? turn : undefined;
  }
}
