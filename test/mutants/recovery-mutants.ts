import type { Mutant } from './mutant.ts';

const loop = { file: 'test/bridge/recovery/auto-recovery.test.ts' };
const other = { file: 'test/bridge/recovery/auto-recovery-other.test.ts' };
const judged = { file: 'test/bridge/recovery/evidence.test.ts' };
const ladder = { file: 'test/bridge/recovery/ladder.test.ts' };

/** Mistakes around agents that are stuck, or only look as if they were. */
export const recoveryMutants: readonly Mutant[] = [
  {
    name: 'a-silent-tool-is-stuck',
    breaks: 'an agent whose tool runs without a word for half an hour is interrupted (MS-07)',
    changes: [
      {
        file: 'src/bridge/recovery/evidence.ts',
        find: "  if (tools > 0) return 'tool';\n",
        replace: '',
      },
    ],
    killers: [loop, judged],
  },
  {
    name: 'doubt-speaks-against',
    breaks: 'an agent whose processes cannot be measured is taken for stuck',
    changes: [
      {
        file: 'src/bridge/recovery/evidence.ts',
        find: "if (tools === undefined || restingMs === undefined) return 'healthy';",
        replace: "if (tools === undefined || restingMs === undefined) return 'wedged';",
      },
    ],
    killers: [loop, judged],
  },
  {
    name: 'hurry-a-person',
    breaks: 'an agent that waits for a person is pushed and restarted',
    changes: [
      {
        file: 'src/bridge/recovery/evidence.ts',
        find: '      return findingOfWaiting(evidence, patienceMs);',
        replace: '      return findingOfWorking(evidence, patienceMs);',
      },
    ],
    killers: [loop, judged],
  },
  {
    name: 'close-a-question',
    breaks: 'what asks a person for a decision is closed like a menu that was left open',
    changes: [
      {
        file: 'src/bridge/recovery/evidence.ts',
        find: 'const isForgotten = state.waitingFor === null && ',
        replace: 'const isForgotten = state.waitingFor !== undefined && ',
      },
    ],
    killers: [judged],
  },
  {
    name: 'sleep-counts-as-silence',
    breaks: 'every agent of a machine that was suspended in a turn is interrupted',
    changes: [
      {
        file: 'src/bridge/recovery/session-watch.ts',
        find: 'const passed = Math.min(now - (this.#lookedAt ?? now), mostMs);',
        replace: 'const passed = Math.min(now - (this.#lookedAt ?? now), 1e6 * mostMs);',
      },
    ],
    killers: [loop],
  },
  {
    name: 'what-is-stopped-is-missing',
    breaks: 'what was asked to stop is brought back, or is told to be past help (I8)',
    changes: [
      {
        file: 'src/bridge/recovery/evidence.ts',
        find: "  if (lifecycle === 'stopped') return 'stopped';\n",
        replace: '',
      },
    ],
    killers: [loop, judged],
  },
  {
    name: 'restart-whoever-is-there',
    breaks: 'an agent that came up by itself meanwhile is restarted for what the one before it did',
    changes: [
      {
        file: 'src/bridge/recovery/treatment.ts',
        find: 'await session.restart({ generation });',
        replace: 'await session.restart({ ...(generation < 0 ? { generation } : {}) });',
      },
    ],
    killers: [other],
  },
  {
    name: 'steps-cost-nothing',
    breaks: 'an agent that is stuck for good is pushed for ever, and never restarted nor told of',
    changes: [
      {
        file: 'src/bridge/recovery/treatment.ts',
        find: '    looks.watch(session).spend(step);\n',
        replace: '',
      },
    ],
    killers: [loop],
  },
  {
    name: 'one-step-too-many',
    breaks: 'each step is taken once more than its budget allows',
    changes: [
      {
        file: 'src/bridge/recovery/ladder.ts',
        find: 'spent[one] < budgets[one]',
        replace: 'spent[one] <= budgets[one]',
      },
    ],
    killers: [loop, ladder],
  },
  {
    name: 'never-forgiven',
    breaks: 'a session that was stuck three times in a year is given up',
    changes: [
      {
        file: 'src/bridge/recovery/session-watch.ts',
        find: '    if (this.#wellMs >= quietTimeMs) this.#spent = nothingSpent;\n',
        replace: '',
      },
    ],
    killers: [loop],
  },
  {
    name: 'well-time-adds-up',
    breaks: 'a session that is stuck again and again is restarted for ever: the minutes in between add up to ten',
    changes: [
      {
        file: 'src/bridge/recovery/session-watch.ts',
        find: 'if (isTrouble(finding)) this.#wellMs = 0;',
        replace: 'if (isTrouble(finding)) this.#wellMs += 0;',
      },
    ],
    killers: [loop],
  },
  {
    name: 'computing-is-well',
    breaks: 'an agent that computes in a circle is restarted every hour for ever: nobody is told that it is past help',
    changes: [
      {
        file: 'src/bridge/recovery/session-watch.ts',
        find: 'else if (!isDoubtful) this.#wellMs += passed;',
        replace: 'else this.#wellMs += isDoubtful ? passed : passed;',
      },
    ],
    killers: [loop],
  },
  {
    name: 'given-up-every-half-minute',
    breaks: 'that nothing helps is told with every look',
    changes: [
      {
        file: 'src/bridge/recovery/auto-recovery.ts',
        find: '    if (this.#givenUp.has(number)) return;\n',
        replace: '',
      },
    ],
    killers: [loop],
  },
  {
    name: 'the-terminal-in-the-log',
    breaks: 'what an agent shows at its terminal stands in the log of the bridge',
    changes: [
      {
        file: 'src/bridge/recovery/treatment.ts',
        find: 'log.warn({ session: number, finding, step, attempt },',
        replace: 'log.warn({ session: number, finding, step, attempt, screen: sick.seen.screen },',
      },
    ],
    killers: [loop],
  },
  {
    name: 'by-hand-without-patience',
    breaks: 'a healthy agent at work is pushed because somebody asked whether it is well',
    changes: [
      {
        file: 'src/bridge/recovery/by-hand.ts',
        find: `    const finding = findingOf(seen.evidence, patienceMs);
    const rung`,
        replace: `    const finding = findingOf(seen.evidence, 0 * patienceMs);
    const rung`,
      },
    ],
    killers: [{ file: 'test/bridge/recovery/by-hand.test.ts' }],
  },
];
