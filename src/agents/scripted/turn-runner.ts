import type { Clock } from '../../base/clock.ts';
import { decisionText } from './decision.ts';
import type { Decision } from './decision.ts';
import type { Permissions } from './permissions.ts';
import type { Dialog } from './practice-dialogs.ts';
import { fileText } from './read-files.ts';
import { stepsFor, variableText } from './script.ts';
import type { Step } from './script.ts';

export interface TurnRunnerOptions {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How many messages there were, this one included. */
  readonly count: () => number;
  readonly say: (text: string) => void;
  /** Takes what was queued into this turn. */
  readonly absorb: () => readonly string[];
  /** Shown on the screen only. */
  readonly show: (text: string) => void;
  readonly permissions: Permissions;
  /** Rejects when the signal is aborted. */
  readonly ask: (dialog: Dialog, signal: AbortSignal) => Promise<Decision>;
  /** Runs `dp` with a text; resolves with what went wrong, or undefined. */
  readonly post: (text: string) => Promise<string | undefined>;
  readonly crash: (code: number) => never;
  /** Blocks the process, for ever. */
  readonly hang: () => void;
}

export interface TurnEnd {
  readonly outcome: 'completed' | 'failed' | 'interrupted' | 'rate-limited';
  readonly reason?: string;
  /** What is to be said when the end has been told. */
  readonly late: readonly string[];
  /** The agent ends after this turn. */
  readonly leave: boolean;
}

/** Milliseconds that one tool takes. */
const toolMs = 100;

/** Runs one turn to its end. Owns nothing; everything it does goes through its options. */
export async function runTurn(
  texts: readonly string[],
  signal: AbortSignal,
  options: TurnRunnerOptions,
): Promise<TurnEnd> {
  const late: string[] = [];
  let leave = false;
  const steps = texts.flatMap(stepsFor);
  for (let step = steps.shift(); step && !isStopped(signal); step = steps.shift()) {
    if (step.do === 'fail') return { outcome: step.outcome, reason: step.reason, late, leave };
    if (step.do === 'leave') leave = true;
    else if (step.do === 'say-late') late.push(step.text);
    else {
      try {
        if (step.do === 'use-tools') steps.unshift(...(await useTool(step, signal, options)));
        else await runStep(step, signal, options);
      } catch (error) {
        if (!isStopped(signal)) throw error;
      }
    }
  }
  return { outcome: isStopped(signal) ? 'interrupted' : 'completed', late, leave };
}

/** Asked anew each time: it changes while a step is awaited. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** One tool; gives what is to be done before anything else: what was queued meanwhile, then the other tools. */
async function useTool(
  { seconds }: Extract<Step, { do: 'use-tools' }>,
  signal: AbortSignal,
  { clock, absorb }: TurnRunnerOptions,
): Promise<readonly Step[]> {
  await clock.sleep(Math.min(seconds * 1000, toolMs), signal);
  const left = Math.round(seconds * 1000 - toolMs) / 1000;
  const queued = absorb().flatMap(stepsFor);
  return left > 0 ? [...queued, { do: 'use-tools', seconds: left }] : queued;
}

async function runStep(
  step: Exclude<Step, { do: 'fail' | 'leave' | 'say-late' | 'use-tools' }>,
  signal: AbortSignal,
  options: TurnRunnerOptions,
): Promise<void> {
  switch (step.do) {
    case 'say':
      options.say(step.text);
      return;
    case 'work':
      await work(step.seconds, step.aloud ? options.show : undefined, options.clock, signal);
      return;
    case 'ask':
      options.say(await ask(step.dialog, signal, options));
      return;
    case 'dp': {
      const problem = await options.post(step.text);
      if (problem !== undefined) options.say(`dp failed: ${problem}`);
      return;
    }
    case 'tell-variable':
      options.say(variableText(step.name, options.environment[step.name]));
      return;
    case 'tell-count': {
      const count = options.count();
      options.say(`I have had ${count} ${count === 1 ? 'message' : 'messages'}.`);
      return;
    }
    case 'tell-file':
      options.say(await fileText(step.path));
      return;
    case 'crash':
      options.crash(step.code);
      break;
    case 'hang':
      options.hang();
  }
}

async function work(
  seconds: number,
  show: ((text: string) => void) | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let left = seconds; left > 0; left -= 1) {
    await clock.sleep(Math.min(left, 1) * 1000, signal);
    show?.(`… ${Math.ceil(Math.max(0, left - 1))} s to go`);
  }
}

/** Asks a person, unless it was granted before. Returns what became of it. */
async function ask(
  dialog: Dialog,
  signal: AbortSignal,
  { permissions, ...options }: TurnRunnerOptions,
): Promise<string> {
  const located = permissions.located(dialog);
  const why = permissions.whyGranted(located);
  if (why !== undefined) return `It was allowed by ${why}.`;
  const decision = await options.ask(located, signal);
  if (decision.kind === 'allow' && decision.grant) permissions.grant(decision.grant);
  return decisionText(located, decision);
}
