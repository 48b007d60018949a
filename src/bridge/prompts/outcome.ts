import { shorten } from '../../base/cut-text.ts';
import type { Prompt, PromptDecision } from '../../model/prompt.ts';
import type { PromptWords } from '../words/prompts.ts';
import { nameOf } from './card-questions.ts';
import { code, plain } from './card-text.ts';

/** The most of an answer that is shown, in characters. */
const detailLimit = 200;

/** What became of a prompt, in one line with who and where; empty while nobody has decided anything. */
export function outcomeLine(prompt: Prompt, words: PromptWords): string {
  const { state, decision, end } = prompt;
  const who = decision && whoOf(decision, words);
  switch (state) {
    case 'open':
      return who === undefined ? '' : words.notTaken(who);
    case 'sent':
      return words.sent(whatOf(prompt, words), who ?? '');
    case 'applied':
      return `${decision?.answer.behavior === 'deny' ? '🚫' : '✅'} ${words.applied(whatOf(prompt, words), who ?? '')}`;
    case 'expired':
      return words.expired(who);
    case 'overtaken':
      if (end?.by === 'desk') return words.decidedAtDesk(who);
      return end?.by === 'agent-ended' ? words.agentEnded(who) : words.waitsNoMore(who);
  }
}

function whoOf({ by }: PromptDecision, words: PromptWords): string {
  return words.who({ ...by, name: plain(by.name, 60) });
}

function whatOf(prompt: Prompt, words: PromptWords): string {
  return words.decided(prompt, detailOf(prompt, words));
}

/** The word, the rules or the answers. */
function detailOf({ decision, grants, questions }: Prompt, words: PromptWords): string | undefined {
  const answer = decision?.answer;
  switch (answer?.behavior) {
    case undefined:
      return undefined;
    case 'deny':
      return answer.message === undefined ? undefined : words.quoted(plain(answer.message, detailLimit));
    case 'allow': {
      const grant = grants.find(({ id }) => id === answer.grant);
      if (!grant || grant.kind === 'mode') return undefined;
      return code((grant.kind === 'rules' ? grant.rules : grant.directories).join(', '), detailLimit);
    }
    case 'choose': {
      const given = questions.filter(({ id }) => answer.answers[id] !== undefined);
      const parts = given.map((question) => {
        const value = plain(answer.answers[question.id] ?? '', detailLimit);
        return questions.length === 1 ? value : `${plain(nameOf(question), 40)}: ${value}`;
      });
      const all = parts.length > 0 ? parts : Object.values(answer.answers).map((one) => plain(one, detailLimit));
      return shorten(all.join(' · '), detailLimit);
    }
  }
}
