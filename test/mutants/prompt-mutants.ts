import type { Mutant } from './mutant.ts';

/** Mistakes around what agents ask, and who may do what. */
export const promptMutants: readonly Mutant[] = [
  {
    name: 'decide-what-is-decided',
    breaks: 'of two people at once the second one overwrites what the first decided (I10)',
    changes: [
      {
        file: 'src/storage/prompts.ts',
        find: `  claimAnswer(id: string, answer: PromptAnswer, at: number, by: Decider): boolean {
    return this.#database.transaction(() => {
      if (this.get(id)?.state !== 'open') return false;`,
        replace: `  claimAnswer(id: string, answer: PromptAnswer, at: number, by: Decider): boolean {
    return this.#database.transaction(() => {
      if (!this.get(id)) return false;`,
      },
    ],
    killers: [{ file: 'test/storage/prompts.test.ts' }],
  },
  {
    name: 'answer-another-agent',
    breaks: 'a decision for an agent that ended is given to the one that took its place (I10)',
    changes: [
      {
        file: 'src/bridge/prompts/decisions.ts',
        find: "return state === 'open' && this.#options.agentOf(session)?.generation === generation;",
        replace: "return state === 'open' && generation <= (this.#options.agentOf(session)?.generation ?? 0);",
      },
      {
        file: 'src/bridge/prompts/decisions.ts',
        find: 'if (!asking?.agent || asking.generation !== prompt.generation) return;',
        replace: 'if (!asking?.agent) return;',
      },
    ],
    killers: [{ file: 'test/bridge/bridge-prompts.test.ts' }],
  },
  {
    name: 'anybody-decides',
    breaks: 'a stranger who sees a card decides what the agent may do (I9)',
    changes: [
      {
        file: 'src/bridge/prompts/prompt-acts.ts',
        find: 'if (!gate.decide(author, action, prompt.session, via).allowed) return',
        replace: 'if (!gate.decide(author, action, prompt.session, via)) return',
      },
    ],
    killers: [{ file: 'test/bridge/access/surfaces-acts.test.ts' }],
  },
  {
    name: 'whoever-decides-trusts',
    breaks: 'somebody who does not own the bridge decides that a directory is trusted',
    changes: [
      {
        file: 'src/bridge/prompts/prompt-acts.ts',
        find: "const action = prompt.kind === 'trust' ? 'manage' : 'decide-prompt';",
        replace: "const action = 'decide-prompt';",
      },
    ],
    killers: [{ file: 'test/bridge/access/surfaces-acts.test.ts' }],
  },
  {
    name: 'anybody-fetches',
    breaks: 'a stranger has files of a session posted (I9)',
    changes: [
      {
        file: 'src/bridge/offers/offer-acts.ts',
        find: "if (!gate.decide(author, 'fetch-file', offer.session, via).allowed) return",
        replace: "if (!gate.decide(author, 'fetch-file', offer.session, via)) return",
      },
    ],
    killers: [{ file: 'test/bridge/offers/offer-acts.test.ts' }, { file: 'test/bridge/access/surfaces-acts.test.ts' }],
  },
  {
    name: 'keep-the-buttons',
    breaks: 'a card that is decided still invites people to decide it',
    changes: [
      {
        file: 'src/bridge/prompts/card.ts',
        find: "controls: state === 'open' ? controlsOf(prompt, words) : [],",
        replace: "controls: state === 'open' || state === 'sent' ? controlsOf(prompt, words) : [],",
      },
    ],
    killers: [{ file: 'test/bridge/prompts/card.test.ts' }],
  },
  {
    name: 'decide-by-itself',
    breaks: 'what nobody decided is denied, though no owner wanted a default answer',
    changes: [
      {
        file: 'src/bridge/prompts/prompt-policy.ts',
        find: `  if (defaultAnswer === 'none' || kind === 'trust') return undefined;
  // A yes is no answer to a question.
  if (defaultAnswer === 'allow' && (kind === 'question' || kind === 'form')) return undefined;
  return { behavior: defaultAnswer, at: since + defaultAfter };`,
        replace: `  if (kind === 'trust') return undefined;
  if (defaultAnswer === 'allow' && (kind === 'question' || kind === 'form')) return undefined;
  return { behavior: defaultAnswer === 'allow' ? 'allow' : 'deny', at: since + defaultAfter };`,
      },
    ],
    killers: [{ file: 'test/bridge/prompts/prompt-policy.test.ts' }],
  },
  {
    name: 'talk-for-ever',
    breaks: 'a bot and the agent answer each other without end',
    changes: [
      {
        file: 'src/bridge/inbound/loop-budget.ts',
        find: "if (count <= limit) return 'within';",
        replace: "if (count <= limit || limit > 0) return 'within';",
      },
    ],
    killers: [{ file: 'test/bridge/inbound/loop-budget.test.ts' }, { file: 'test/bridge/inbound/bots.test.ts' }],
  },
  {
    name: 'bots-encourage-each-other',
    breaks: 'a bot counts as a person who keeps a talk between bots alive',
    changes: [
      {
        file: 'src/bridge/inbound/intake.ts',
        find: "if (message.author.kind === 'human') this.#loops.reset(message.parent ?? channel);",
        replace: 'this.#loops.reset(message.parent ?? channel);',
      },
    ],
    killers: [{ file: 'test/bridge/inbound/bots.test.ts' }],
  },
  {
    name: 'silence-bots-for-ever',
    breaks: 'a bot that once said too much is never heard again',
    changes: [
      {
        file: 'src/bridge/inbound/intake.ts',
        find: "if (message.author.kind === 'human') this.#loops.reset(message.parent ?? channel);",
        replace: '',
      },
    ],
    killers: [{ file: 'test/bridge/inbound/bots.test.ts' }],
  },
];
