import { z } from 'zod';

import { canMovePrompt, promptMoves } from '../model/prompt.ts';
import type {
  Decider,
  NewPrompt,
  Prompt,
  PromptAnswer,
  PromptCloser,
  PromptDraft,
  PromptGrant,
  PromptKind,
  PromptQuestion,
  PromptState,
} from '../model/prompt.ts';
import type { SessionNumber } from '../model/session.ts';
import type { PromptStore } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';

const storedDecider = z.object({
  from: z.enum(['chat', 'shell', 'default']),
  name: z.string(),
  userId: z.string().exactOptional(),
});
const storedDraft = z.record(z.string(), z.array(z.string()));
const closer = z.enum(['bridge', 'desk', 'expired', 'agent-ended', 'agent']).catch('agent');
const toolInput = z.record(z.string(), z.unknown());
const storedAnswer = z.discriminatedUnion('behavior', [
  z.object({ behavior: z.literal('allow'), grant: z.string().exactOptional() }),
  z.object({ behavior: z.literal('deny'), message: z.string().exactOptional() }),
  z.object({ behavior: z.literal('choose'), answers: z.record(z.string(), z.string()) }),
]);

/** What agents ask of people. */
export class SqlitePrompts implements PromptStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  open(prompt: NewPrompt): boolean {
    if (this.get(prompt.id)) return false;
    this.#database.pass('prompt:new', () =>
      this.#database.run(
        `INSERT INTO prompts (id, session, generation, kind, tool, input, grants, questions, state, since, moved_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)`,
        prompt.id,
        prompt.session,
        prompt.generation,
        prompt.kind,
        prompt.tool,
        JSON.stringify(prompt.input),
        JSON.stringify(prompt.grants),
        JSON.stringify(prompt.questions),
        prompt.since,
        prompt.since,
      ),
    );
    return true;
  }

  get(id: string): Prompt | undefined {
    const row = this.#database.get('SELECT * FROM prompts WHERE id = ?', id);
    return row && parse(row);
  }

  listOpen(session?: SessionNumber): readonly Prompt[] {
    return this.#database
      .all(
        `SELECT * FROM prompts WHERE state IN ('open', 'sent') AND state = 'open' AND session = coalesce(?, session)
         ORDER BY since, id`,
        session ?? null,
      )
      .map(parse);
  }

  move(id: string, to: PromptState, at: number, by: PromptCloser): boolean {
    return this.#move(id, to, at, by);
  }

  saveDraft(id: string, draft: PromptDraft): boolean {
    return this.#database.transaction(() => {
      if (this.get(id)?.state !== 'open') return false;
      this.#database.pass('prompt:draft', () =>
        this.#database.run('UPDATE prompts SET draft = ? WHERE id = ?', JSON.stringify(draft), id),
      );
      return true;
    });
  }

  claimAnswer(id: string, answer: PromptAnswer, at: number, by: Decider): boolean {
    return this.#database.transaction(() => {
      if (this.get(id)?.state !== 'open') return false;
      this.#database.run(
        'UPDATE prompts SET answer = ?, answered_by = ? WHERE id = ?',
        JSON.stringify(answer),
        JSON.stringify(by),
        id,
      );
      return this.#move(id, 'sent', at, by.from);
    });
  }

  listSent(session: SessionNumber): readonly { readonly id: string; readonly answer: PromptAnswer }[] {
    return this.#database
      .all(
        `SELECT id, answer FROM prompts
         WHERE session = ? AND state IN ('open', 'sent') AND state = 'sent' AND answer IS NOT NULL ORDER BY since, id`,
        session,
      )
      .map((row) => ({ id: textOf(row, 'id'), answer: storedAnswer.parse(JSON.parse(textOf(row, 'answer'))) }));
  }

  closeAll(session: SessionNumber, to: 'overtaken' | 'expired', at: number, by: PromptCloser): readonly string[] {
    return this.#database.transaction(() =>
      this.#database
        .all(`SELECT id FROM prompts WHERE session = ? AND state IN ('open', 'sent') ORDER BY since, id`, session)
        .map((row) => textOf(row, 'id'))
        .filter((id) => this.move(id, to, at, by)),
    );
  }

  prune(before: number, atMost: number): number {
    return this.#database.run(
      `DELETE FROM prompts WHERE id IN (
         SELECT id FROM prompts WHERE moved_at < ? AND state NOT IN ('open', 'sent') ORDER BY moved_at LIMIT ?)`,
      before,
      atMost,
    );
  }

  #move(id: string, to: PromptState, at: number, by: PromptCloser | Decider['from']): boolean {
    const prompt = this.get(id);
    if (!prompt || !canMovePrompt(prompt.state, to)) return false;
    this.#database.pass(`prompt:${prompt.state}>${to}`, () =>
      this.#database.run('UPDATE prompts SET state = ?, moved_at = ?, moved_by = ? WHERE id = ?', to, at, by, id),
    );
    return true;
  }
}

function parse(row: Row): Prompt {
  const state = textOf(row, 'state') as PromptState;
  const draft = storedDraft.parse(JSON.parse(textOf(row, 'draft')));
  const answer = optionalTextOf(row, 'answer');
  const by = optionalTextOf(row, 'answered_by');
  const hasEnded = promptMoves[state].length === 0;
  return {
    id: textOf(row, 'id'),
    session: numberOf(row, 'session') as SessionNumber,
    generation: numberOf(row, 'generation'),
    kind: textOf(row, 'kind') as PromptKind,
    tool: textOf(row, 'tool'),
    input: toolInput.parse(JSON.parse(textOf(row, 'input'))),
    grants: JSON.parse(textOf(row, 'grants')) as readonly PromptGrant[],
    questions: JSON.parse(textOf(row, 'questions')) as readonly PromptQuestion[],
    state,
    since: numberOf(row, 'since'),
    ...(Object.keys(draft).length === 0 ? {} : { draft }),
    ...(answer === undefined
      ? {}
      : {
          decision: {
            answer: storedAnswer.parse(JSON.parse(answer)),
            // Of a version that did not note it, only the shell could answer.
            by: by === undefined ? { from: 'shell', name: '' } : storedDecider.parse(JSON.parse(by)),
          },
        }),
    ...(hasEnded
      ? { end: { by: closer.parse(optionalTextOf(row, 'moved_by') ?? 'agent'), at: numberOf(row, 'moved_at') } }
      : {}),
  };
}
