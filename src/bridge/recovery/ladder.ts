import type { Finding, RecoveryStep } from '../../contracts/recovery.ts';
import { restartDelaysMs } from '../session/recovery-policy.ts';

/** How often each step was taken since the session was last well. */
export type Spent = Readonly<Record<RecoveryStep, number>>;

export const nothingSpent: Spent = { nudge: 0, interrupt: 0, restart: 0 };

/** How often each step is taken before the next one is. */
export const budgets: Spent = { nudge: 3, interrupt: 2, restart: 3 };

/** Which steps help against what was found, from the gentlest on. None: nothing is to be done. */
const rungs: Readonly<Record<Finding, readonly RecoveryStep[]>> = {
  healthy: [],
  tool: [],
  waiting: [],
  underway: [],
  stopped: [],
  'given-up': [],
  died: [],
  missing: ['restart'],
  wedged: ['nudge', 'interrupt', 'restart'],
  deaf: ['nudge', 'restart'],
  overlay: ['nudge', 'restart'],
};

/** Whether something has to be done about it. */
export function isTrouble(finding: Finding): boolean {
  return rungs[finding].length > 0;
}

export type Rung =
  /** `attempt` counts from 1; after the step it is looked again in `waitMs`. */
  { readonly step: RecoveryStep; readonly attempt: number; readonly waitMs: number } | { readonly step: 'give-up' };

/**
 * What to do next about a finding: the gentlest step that is not spent. Pure.
 *
 * @param byPerson who asks by hand may restart also when everything is spent.
 */
export function nextRung(finding: Finding, spent: Spent, byPerson: boolean): Rung {
  const steps = rungs[finding];
  const step = steps.find((one) => spent[one] < budgets[one]) ?? (byPerson ? steps.at(-1) : undefined);
  if (step === undefined) return { step: 'give-up' };
  const attempt = spent[step] + 1;
  return { step, attempt, waitMs: restartDelaysMs[attempt - 1] ?? restartDelaysMs.at(-1) ?? 0 };
}
