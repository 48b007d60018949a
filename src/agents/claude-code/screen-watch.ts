import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgentNotice } from '../../model/agent.ts';
import { loginNeed } from './desk-need.ts';
import type { DeskNeed } from './desk-need.ts';
import { findDialog, findInputBox, findRetry, saysNotLoggedIn } from './screen.ts';
import type { ScreenDialog } from './screen.ts';
import type { StateFile } from './state-file.ts';

export interface ScreenWatchOptions {
  readonly capture: () => Promise<string>;
  /** What a person has to do about a dialog. */
  readonly needFor: (dialog: ScreenDialog) => DeskNeed;
  readonly clock: Clock;
  readonly log: Log;
  readonly notice: (key: string, notice: AgentNotice) => void;
  readonly onChange: () => void;
}

export interface Sight {
  readonly file: StateFile | undefined;
  readonly isBusy: boolean;
  /** Requests that hooks hold up. */
  readonly prompts: number;
  /** Milliseconds since the last word of a hook. */
  readonly quietMs: number;
}

const lookEveryMs = 1000;
/** A turn without a word of any hook for so long may be a silent retry. */
const silentMs = 3000;
/** Somebody at the desk may open a menu for a moment; one that stays is worth a notice. */
const openMs = 5000;

/**
 * Looks at the rendered screen for what neither hooks nor the state file tell: logins, dialogs of the first run, silent
 * retries. Looks seldom, and only when there is a reason. Knows nothing about turns.
 */
export class ScreenWatch {
  readonly #options: ScreenWatchOptions;
  #desk: DeskNeed | undefined;
  #retry: string | undefined;
  #lastLook = -Infinity;
  #looking = false;
  #loginSuspected = false;
  #openSince: number | undefined;
  #notices = 0;
  #noticedRetry = false;
  #closed = false;

  constructor(options: ScreenWatchOptions) {
    this.#options = options;
  }

  get desk(): DeskNeed | undefined {
    return this.#desk;
  }

  /** A silent retry in words. */
  get retry(): string | undefined {
    return this.#retry;
  }

  /** Whether the screen has to be looked at again also while the agent is idle. */
  get wantsToLook(): boolean {
    return this.#desk !== undefined || this.#loginSuspected;
  }

  /** A person is needed; watched until the screen and the state file say it is over. */
  need(need: DeskNeed): void {
    const isNews = this.#desk?.detail !== need.detail;
    this.#desk = need;
    if (isNews && need.notice) this.#options.notice(this.#key(need.notice.kind), need.notice);
    this.#options.onChange();
  }

  /** The service refused the agent's credentials: the screen says whether a login is needed. */
  suspectLogin(): void {
    this.#loginSuspected = true;
    this.#lastLook = -Infinity;
  }

  observe(sight: Sight): void {
    const now = this.#options.clock.monotonic();
    if (!sight.isBusy && this.#retry !== undefined) this.#setRetry(undefined);
    if (!sight.isBusy) this.#noticedRetry = false;
    this.#observeOpenDialog(sight, now);
    const silent = sight.isBusy && sight.prompts === 0 && sight.quietMs >= silentMs;
    if (!this.#desk && !this.#loginSuspected && !silent) return;
    if (this.#looking || now - this.#lastLook < lookEveryMs) return;
    this.#looking = true;
    this.#lastLook = now;
    void this.#options
      .capture()
      .then((screen) => {
        if (!this.#closed) this.#judge(screen, sight);
      })
      .catch((error: unknown) => {
        this.#options.log.debug({ error: describeError(error) }, 'the screen could not be looked at');
      })
      .finally(() => (this.#looking = false));
  }

  close(): void {
    this.#closed = true;
  }

  #judge(screen: string, sight: Sight): void {
    if (this.#loginSuspected) {
      this.#loginSuspected = false;
      if (saysNotLoggedIn(screen)) this.need(loginNeed);
    } else if (this.#desk && this.#isOver(screen, sight)) {
      this.#desk = undefined;
      this.#options.onChange();
    } else if (this.#desk) {
      // One dialog of a first run follows the other.
      const dialog = findDialog(screen);
      const next = dialog && this.#options.needFor(dialog);
      if (next?.waitingFor != null && next.waitingFor !== this.#desk.waitingFor) this.need(next);
    }
    if (sight.isBusy) {
      const retry = findRetry(screen);
      this.#setRetry(retry && `retrying in ${retry.seconds} s (attempt ${retry.attempt} of ${retry.of})`);
    }
  }

  #isOver(screen: string, sight: Sight): boolean {
    return findInputBox(screen) !== undefined && !saysNotLoggedIn(screen) && sight.file?.status !== 'waiting';
  }

  /** A dialog that no hook told of, e.g. a menu that somebody opened at the desk. */
  #observeOpenDialog({ file, prompts }: Sight, now: number): void {
    if (this.#desk || prompts > 0 || file?.status !== 'waiting') {
      this.#openSince = undefined;
      return;
    }
    this.#openSince ??= now;
    if (now - this.#openSince < openMs) return;
    const what = file.waitingFor ?? 'a dialog';
    this.need({ waitingFor: null, detail: what, notice: { kind: 'needs-desk', what } });
  }

  #setRetry(detail: string | undefined): void {
    if (detail === this.#retry) return;
    this.#retry = detail;
    if (detail !== undefined && !this.#noticedRetry) {
      this.#noticedRetry = true;
      this.#options.notice(this.#key('retrying'), { kind: 'retrying', detail });
    }
    this.#options.onChange();
  }

  /** Each time is news of its own. */
  #key(kind: string): string {
    this.#notices += 1;
    return `${kind}:${this.#options.clock.now()}:${this.#notices}`;
  }
}
