import type { PromptGrant, PromptQuestion } from '../../model/prompt.ts';
import type { Decision } from './decision.ts';
import type { Key } from './input-decoder.ts';
import type { Dialog } from './practice-dialogs.ts';

/**
 * What a person decides at the terminal, key by key. It takes keys as a real agent's dialog does: `y` or Enter is a yes,
 * also when somebody only meant to type a message. Owns what was chosen so far. Knows nothing about time or mailboxes.
 */
export class DeskChoice {
  readonly #dialog: Dialog;
  readonly #answers: Record<string, string> = {};
  /** Which question is asked now. */
  #asked = 0;
  /** The options chosen of it so far. */
  #chosen: readonly string[] = [];
  /** The words typed for it; undefined while keys choose. */
  #typed: string | undefined;

  constructor(dialog: Dialog) {
    this.#dialog = dialog;
    this.#ask(0);
  }

  /** One key. Returns the decision when it is made. */
  press(key: Key): Decision | undefined {
    if (key.key !== 'text') return this.#press(key.key);
    for (const character of key.text) {
      const decision = this.#press(character);
      if (decision) return decision;
    }
    return undefined;
  }

  rows(): readonly string[] {
    const { prompt, tool, input, grants, questions } = this.#dialog;
    const question = questions[this.#asked];
    const title = `? ${prompt}: ${tool} ${JSON.stringify(input)}`;
    if (!question) {
      const yes = grants.map((grant, index) => `  ${index + 2}. Yes, and ${grantText(grant)}`);
      return [title, '  1. Yes', ...yes, `  ${grants.length + 2}. No`, '  (y or Enter = yes, n = no)'];
    }
    const { text, options, takesText, isMultiple, isOptional } = question;
    const rows = options.map(({ label }, index) => {
      const mark = isMultiple ? (this.#chosen.includes(label) ? '[x] ' : '[ ] ') : '';
      return `  ${index + 1}. ${mark}${label}`;
    });
    if (this.#typed !== undefined) return [title, `  ${text}`, ...rows, `  : ${this.#typed}`, '  (Enter sends it)'];
    const enter = isMultiple ? 'Enter = send' : 'Enter = 1';
    const more = `${takesText ? ', t = in words' : ''}${isOptional === true ? ', s = skip' : ''}, n = no answer`;
    return [title, `  ${text}`, ...rows, `  (1-${options.length} choose, ${enter}${more})`];
  }

  #press(key: string): Decision | undefined {
    if (key === 'escape' || key === 'interrupt') return deny;
    const question = this.#dialog.questions[this.#asked];
    if (!question) return this.#decide(key);
    return this.#typed === undefined ? this.#choose(question, key) : this.#type(question, this.#typed, key);
  }

  #decide(key: string): Decision | undefined {
    const { grants } = this.#dialog;
    if (key === 'enter' || key === 'y' || key === '1') return { kind: 'allow' };
    if (key === 'n' || key === String(grants.length + 2)) return deny;
    const grant = grants[Number(key) - 2];
    return grant && { kind: 'allow', grant };
  }

  #choose(question: PromptQuestion, key: string): Decision | undefined {
    const { options, isMultiple, takesText, isOptional } = question;
    if (key === 'n') return deny;
    if (key === 't' && takesText) {
      this.#typed = '';
      return undefined;
    }
    if (key === 's' && isOptional === true) return this.#next();
    if (key === 'enter' && isMultiple) return this.#chosen.length > 0 ? this.#next(this.#chosen.join(', ')) : undefined;
    const picked = options[key === 'enter' || key === 'y' ? 0 : Number(key) - 1]?.label;
    if (picked === undefined) return undefined;
    if (!isMultiple) return this.#next(picked);
    const others = this.#chosen.filter((label) => label !== picked);
    this.#chosen = others.length < this.#chosen.length ? others : [...this.#chosen, picked];
    return undefined;
  }

  #type({ isOptional }: PromptQuestion, typed: string, key: string): Decision | undefined {
    if (key === 'enter') {
      if (typed !== '') return this.#next(typed);
      return isOptional === true ? this.#next() : undefined;
    }
    if (key === 'backspace') this.#typed = Array.from(typed).slice(0, -1).join('');
    else if (key === 'clear') this.#typed = '';
    else if (key !== 'end-of-input') this.#typed = typed + key;
    return undefined;
  }

  /** Keeps the answer and asks the next question; decides after the last. */
  #next(answer?: string): Decision | undefined {
    const { questions } = this.#dialog;
    const question = questions[this.#asked];
    if (question && answer !== undefined) this.#answers[question.id] = answer;
    if (this.#asked + 1 >= questions.length) return { kind: 'choose', answers: this.#answers };
    this.#ask(this.#asked + 1);
    return undefined;
  }

  #ask(index: number): void {
    this.#asked = index;
    this.#chosen = [];
    this.#typed = this.#dialog.questions[index]?.options.length === 0 ? '' : undefined;
  }
}

const deny: Decision = { kind: 'deny', message: undefined };

/** What a grant gives, for a person. */
export function grantText(grant: PromptGrant): string {
  switch (grant.kind) {
    case 'rules':
      return `always: ${grant.rules.join(', ')}`;
    case 'mode':
      return `with the mode ${grant.mode} from now on`;
    case 'directories':
      return `with ${grant.directories.join(', ')} from now on`;
  }
}
