import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Author } from '../../model/message.ts';
import type { Prompt, PromptAnswer } from '../../model/prompt.ts';
import type { ActAnswer, ChatAct } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { Gate } from '../access/gate.ts';
import type { PromptWords } from '../words/prompts.ts';
import { nameOf, questionForm } from './card-questions.ts';
import { plain } from './card-text.ts';
import { controlId, parseControlId } from './control-ids.ts';
import type { CardControl } from './control-ids.ts';
import type { Decisions } from './decisions.ts';
import { answersOf, chooseInDraft, isWholeByForm, missingIn, writeInDraft } from './draft.ts';
import { outcomeLine } from './outcome.ts';
import type { PromptCards } from './prompt-cards.ts';

export interface PromptActsOptions {
  readonly stores: Stores;
  readonly words: { readonly prompts: PromptWords };
  readonly log: Log;
  readonly cards: PromptCards;
  readonly decisions: Decisions;
  readonly gate: Pick<Gate, 'decide'>;
  readonly onOutbox: () => void;
}

/** The only field of a form that asks for a word. */
const wordField = 'word';

/**
 * What people do with cards: buttons, menus and forms become decisions, or drafts of them. Everything is refused, in private,
 * for anything but the very request that it was shown for. Knows nothing about agents.
 */
export class PromptActs {
  readonly #options: PromptActsOptions;

  constructor(options: PromptActsOptions) {
    this.#options = options;
  }

  /** @throws as the stores. */
  async act({ author, channel, deed }: ChatAct): Promise<ActAnswer> {
    const { stores, words, gate, decisions, log } = this.#options;
    const target = deed.kind === 'submit' ? deed.form : 'control' in deed ? deed.control : '';
    const found = parseControlId(target);
    const prompt = found && stores.prompts.get(found.prompt);
    if (!prompt) return secret(words.prompts.unknownRequest());
    const action = prompt.kind === 'trust' ? 'manage' : 'decide-prompt';
    const via = { surface: deed.kind, channel, about: prompt.id };
    if (!gate.decide(author, action, prompt.session, via).allowed) return secret(words.prompts.mayNotDecide());
    if (!decisions.isOpen(prompt)) return this.#tooLate(prompt);
    switch (deed.kind) {
      case 'press':
        return this.#press(prompt, found.control, author);
      case 'choose':
        return this.#choose(prompt, found.control, deed.values);
      case 'submit':
        return this.#submit(prompt, found.control, deed.fields, author);
      default:
        log.warn({ session: prompt.session, prompt: prompt.id }, 'a command names a control');
        return secret(words.prompts.unknownRequest());
    }
  }

  async #press(prompt: Prompt, control: CardControl, author: Author): Promise<ActAnswer> {
    const { words } = this.#options;
    switch (control.do) {
      case 'allow':
        return this.#decide(prompt, { behavior: 'allow' }, author);
      case 'grant': {
        const grant = prompt.grants[control.grant];
        return grant ? this.#decide(prompt, { behavior: 'allow', grant: grant.id }, author) : this.#unknown();
      }
      case 'deny':
        return this.#decide(prompt, { behavior: 'deny' }, author);
      case 'option': {
        const [question] = prompt.questions;
        const label = question?.options[control.option]?.label;
        if (!question || label === undefined) return this.#unknown();
        return this.#decide(prompt, { behavior: 'choose', answers: { [question.id]: label } }, author);
      }
      case 'send': {
        const missing = missingIn(prompt);
        if (missing.length > 0) {
          return secret(words.prompts.stillMissing(missing.map((question) => plain(nameOf(question)))));
        }
        return this.#decide(prompt, { behavior: 'choose', answers: answersOf(prompt.draft ?? {}) }, author);
      }
      case 'deny-with-word':
        return wordForm(prompt, words.prompts);
      case 'words': {
        const form = questionForm(prompt, control.from, words.prompts);
        return form ? { kind: 'form', form } : this.#unknown();
      }
      case 'menu':
        return this.#unknown();
    }
  }

  /** What is chosen is kept, and shown to everybody; nothing is decided yet. */
  async #choose(prompt: Prompt, control: CardControl, values: readonly string[]): Promise<ActAnswer> {
    const draft = control.do === 'menu' ? chooseInDraft(prompt, control.question, values) : undefined;
    return draft ? this.#keep(prompt, draft) : this.#unknown();
  }

  async #submit(
    prompt: Prompt,
    control: CardControl,
    fields: Readonly<Record<string, string>>,
    author: Author,
  ): Promise<ActAnswer> {
    const { words } = this.#options;
    if (control.do === 'deny-with-word') {
      const message = (fields[wordField] ?? '').trim();
      return this.#decide(prompt, { behavior: 'deny', ...(message === '' ? {} : { message }) }, author);
    }
    if (control.do !== 'words') return this.#unknown();
    const { draft, strange } = writeInDraft(prompt, fields);
    if (strange) {
      const options = strange.question.options.map(({ label }) => plain(label));
      return secret(words.prompts.unknownOption(plain(strange.answer), options));
    }
    if (isWholeByForm({ ...prompt, draft })) {
      return this.#decide(prompt, { behavior: 'choose', answers: answersOf(draft) }, author);
    }
    return this.#keep(prompt, draft);
  }

  async #keep(prompt: Prompt, draft: NonNullable<Prompt['draft']>): Promise<ActAnswer> {
    const { stores, cards, onOutbox } = this.#options;
    const isKept = stores.transaction(() => {
      if (!stores.prompts.saveDraft(prompt.id, draft)) return false;
      cards.refresh(prompt.id);
      return true;
    });
    if (!isKept) return this.#tooLate(prompt);
    onOutbox();
    await stores.flushed();
    return { kind: 'done' };
  }

  async #decide(prompt: Prompt, answer: PromptAnswer, author: Author): Promise<ActAnswer> {
    try {
      await this.#options.decisions.send(prompt.id, answer, { from: 'chat', name: author.name, userId: author.id });
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code === 'prompt-gone') return this.#tooLate(prompt);
      if (error.code !== 'answer-unfit') throw error;
      return secret(this.#options.words.prompts.failed(`${error.message} ${error.advice}`));
    }
  }

  /** Somebody or something was first: says who, and what. */
  #tooLate({ id }: Prompt): ActAnswer {
    const { stores, words } = this.#options;
    const now = stores.prompts.get(id);
    const outcome = now && now.state !== 'open' ? outcomeLine(now, words.prompts) : '';
    return secret(words.prompts.notOpen(outcome).trim());
  }

  #unknown(): ActAnswer {
    return secret(this.#options.words.prompts.unknownRequest());
  }
}

function secret(text: string): ActAnswer {
  return { kind: 'private', text };
}

function wordForm({ id, kind }: Prompt, words: PromptWords): ActAnswer {
  const what = kind === 'plan' ? 'revise' : 'deny';
  const field = { id: wordField, label: words.wordLabel(what), isLong: true, isRequired: true };
  const form = { id: controlId(id, { do: 'deny-with-word' }), title: words.formTitle(what), fields: [field] };
  return { kind: 'form', form };
}
