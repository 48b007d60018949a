import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { AgentSpec } from '../../contracts/agent.ts';
import type { Terminal, TerminalDeath } from '../../contracts/terminal.ts';
import { deskNeed } from './desk-need.ts';
import type { DeskNeed } from './desk-need.ts';
import { findDialog, findInputBox } from './screen.ts';
import type { StateFile } from './state-file.ts';
import { answerTrustDialog, captureIfThere } from './trust-dialog.ts';

export interface StartUpOptions {
  readonly spec: AgentSpec;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly readState: () => StateFile | undefined;
  readonly hooksRun: () => boolean;
  /** How it ended, if it has. */
  readonly death: () => TerminalDeath | undefined;
}

/** What became of a start. */
export type StartUp =
  | { readonly kind: 'ready' }
  | { readonly kind: 'needs-desk'; readonly need: DeskNeed }
  | { readonly kind: 'ended'; readonly death: TerminalDeath };

/** A start takes half a second; never more than this (the contract's limit is 30 s). */
const startWithinMs = 28_000;
const lookEveryMs = 60;
/** A dialog is believed when it is drawn this often in a row: screens are drawn in steps. */
const steadyLooks = 2;
/** Without a state file (another version), a prompt that stays drawn for so long counts as ready. */
const withoutStateFileMs = 6000;
/** The hook of the start reports before the prompt is drawn; so long after it, it does not run at all. */
const hookWithinMs = 5000;

/**
 * Waits until a fresh agent can take messages, or a person is needed. Answers the trust dialog when the owner has
 * consented for this directory; never presses Enter on anything else.
 *
 * @throws BridgeError `agent-start-failed` with the last lines of the screen when it takes too long.
 */
export async function waitForStart(options: StartUpOptions): Promise<StartUp> {
  const { spec, terminal, clock, readState, hooksRun, death } = options;
  const waited = new WatchedTime(clock);
  let drawn: WatchedTime | undefined;
  let lastDialog = '';
  let steady = 0;
  let screen = '';
  while (waited.elapsed() < startWithinMs) {
    const ended = death();
    if (ended) return { kind: 'ended', death: ended };
    screen = await captureIfThere(terminal, spec.terminal);
    const dialog = findDialog(screen);
    const kind = dialog ? JSON.stringify(dialog) : '';
    steady = kind === lastDialog ? steady + 1 : 1;
    lastDialog = kind;
    if (dialog && steady >= steadyLooks) {
      if (dialog.kind !== 'trust' || !spec.trusted) return { kind: 'needs-desk', need: deskNeed(dialog, spec) };
      await answerTrustDialog({ terminal, name: spec.terminal, clock }, 'yes');
      steady = 0;
    }
    drawn = findInputBox(screen) === undefined ? undefined : (drawn ?? new WatchedTime(clock));
    if (drawn) {
      const drawnFor = drawn.elapsed();
      const status = readState()?.status;
      const up = status === 'idle' || (status === undefined && drawnFor >= withoutStateFileMs);
      if (up && hooksRun()) return { kind: 'ready' };
      if (up && drawnFor >= hookWithinMs) throw hooksDoNotRun();
    }
    await clock.sleep(lookEveryMs);
  }
  throw startFailed(`It was not ready after ${startWithinMs / 1000} s.`, screen);
}

/** The error of a start that failed: with what the screen showed last. */
export function startFailed(why: string, screen: string): BridgeError {
  const lines = screen
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-12)
    .join('\n');
  return new BridgeError('agent-start-failed', `Claude Code did not start. ${why}${lines === '' ? '' : `\n${lines}`}`, {
    advice: 'Start it by hand in the working directory to see what it needs.',
  });
}

function hooksDoNotRun(): BridgeError {
  return new BridgeError('agent-start-failed', 'Claude Code runs, but it does not run the hooks of the bridge.', {
    advice: 'Remove "disableAllHooks" from its settings, or allow hooks in the managed settings.',
  });
}
