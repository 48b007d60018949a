import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { AgentSpec } from '../../contracts/agent.ts';
import type { Terminal } from '../../contracts/terminal.ts';
import { whyUnfit } from '../../model/prompt.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import { gone, promptId } from './held-prompts.ts';
import type { Teller } from './teller.ts';
import { answerTrustDialog } from './trust-dialog.ts';

export interface TrustPromptOptions {
  readonly spec: AgentSpec;
  /** The conversation that this process was started with. */
  readonly conversation: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly teller: Teller;
}

const schema = z.object({ id: z.string(), answered: z.enum(['yes', 'no']).nullable() });

/**
 * The question whether the agent may trust its working directory, as a prompt of the bridge. No hook tells of it and none can
 * answer it: the screen shows it, and keys answer it while it is seen there. Owns the file that remembers it over a restart
 * of the daemon (`trust-prompt.json`). Knows nothing about what the screen looks like.
 */
export class TrustPrompt {
  readonly #options: TrustPromptOptions;
  readonly #path: string;
  #open: z.infer<typeof schema> | undefined;
  #answering = false;
  #wasRefused: boolean;

  constructor(options: TrustPromptOptions) {
    this.#options = options;
    this.#path = trustFile(options.spec.directory);
    const left = readLeft(this.#path);
    this.#open = left?.id === this.#id ? left : undefined;
    this.#wasRefused = this.#open?.answered === 'no';
  }

  /** Whether somebody said no: the agent ends by that, as it was asked to. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  asks(id: string): boolean {
    return id === this.#id;
  }

  /** Whether the dialog is on the screen now. */
  observe(isShown: boolean): void {
    if (isShown && !this.#open) {
      this.#save({ id: this.#id, answered: null });
      const input = { workDir: this.#options.spec.workDir };
      const nothing = { turn: undefined, grants: [], questions: [] };
      this.#options.teller.tell({
        kind: 'prompt-opened',
        id: this.#id,
        prompt: 'trust',
        tool: 'trust',
        input,
        ...nothing,
      });
    } else if (!isShown && !this.#answering) {
      this.#close('desk');
    }
  }

  agentEnded(): void {
    this.#close('agent-ended');
  }

  /** @throws BridgeError `prompt-gone`, `answer-does-not-fit`, `trust-not-answered`. */
  async answer(answer: PromptAnswer): Promise<void> {
    if (!this.#open || this.#open.answered !== null || this.#answering) throw gone(this.#id);
    const unfit = whyUnfit({ kind: 'trust', grants: [], questions: [] }, answer);
    if (unfit) throw new BridgeError('answer-does-not-fit', unfit.sentence, { advice: unfit.advice });
    const wanted = answer.behavior === 'allow' ? 'yes' : 'no';
    this.#answering = true;
    // Before the first key: whatever happens to this process, what follows was ours.
    this.#save({ id: this.#id, answered: wanted });
    try {
      const { terminal, spec, clock } = this.#options;
      const outcome = await answerTrustDialog({ terminal, name: spec.terminal, clock }, wanted);
      if (outcome === 'answered') return;
      if (this.#isOpen()) this.#save({ id: this.#id, answered: null });
      if (outcome === 'not-there') throw gone(this.#id);
      throw new BridgeError('trust-not-answered', 'The agent goes on asking whether it may trust its directory.', {
        advice: 'Answer at its terminal: vai attach.',
      });
    } finally {
      this.#answering = false;
    }
  }

  get #id(): string {
    const { spec, conversation } = this.#options;
    return promptId(`${spec.directory} ${spec.generation} ${conversation} trust`);
  }

  /** Asked anew: the agent may have ended while its keys were pressed. */
  #isOpen(): boolean {
    return this.#open !== undefined;
  }

  #close(by: 'desk' | 'agent-ended'): void {
    if (!this.#open) return;
    const { id, answered } = this.#open;
    this.#options.teller.tell({ kind: 'prompt-closed', id, by: answered === null ? by : 'bridge' });
    this.#open = undefined;
    this.#options.teller.then(() => rmSync(this.#path, { force: true }));
  }

  #save(open: z.infer<typeof schema>): void {
    this.#open = open;
    this.#wasRefused = open.answered === 'no';
    writeFileAtomic(this.#path, JSON.stringify(open));
  }
}

/** What an earlier agent left is not of this one. */
export function dropTrustPrompt(directory: string): void {
  rmSync(trustFile(directory), { force: true });
}

function trustFile(directory: string): string {
  return join(directory, 'trust-prompt.json');
}

function readLeft(path: string): z.infer<typeof schema> | undefined {
  if (!existsSync(path)) return undefined;
  return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
}
