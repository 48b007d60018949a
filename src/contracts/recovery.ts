/** What was found about a session that somebody looked at. */
export type Finding =
  /** Its agent works, rests, or has been quiet for less time than is worth a thought. */
  | 'healthy'
  /** It is quiet because a tool of it runs. */
  | 'tool'
  /** It waits for a person. */
  | 'waiting'
  /** It is being started or ended, or will be in a moment. */
  | 'underway'
  /** Somebody asked for its end. */
  | 'stopped'
  /** It was tried in vain to bring it back. */
  | 'given-up'
  /** Its agent ended by itself, or did not start. */
  | 'died'
  /** It should run, and there is no agent, and nobody brings one. */
  | 'missing'
  /** It should work, and shows no sign of life. */
  | 'wedged'
  /** It rests, and does not take what it is given. */
  | 'deaf'
  /** Something stands open at its terminal, and messages wait. */
  | 'overlay';

/** What can be done for a session, from the gentlest on. */
export type RecoveryStep = 'nudge' | 'interrupt' | 'restart';

/** One line of the history of recoveries: one attempt. Never a word of what was said or shown. */
export interface RecoveryLine {
  /** ISO 8601. */
  readonly at: string;
  readonly session: number;
  /** Of the agent that was found so. */
  readonly generation: number;
  /** Who wanted it: the bridge by itself, or somebody at the machine. */
  readonly by: 'bridge' | 'person';
  readonly finding: Finding;
  /** Numbers and names that led to the finding: `silentMs`, `tools`, `exitCode` … */
  readonly evidence: Readonly<Record<string, string | number>>;
  readonly step: RecoveryStep | 'give-up';
  /** Which attempt of this step it was, from 1 on; how many there were in all for `give-up`. */
  readonly attempt: number;
  /**
   * `helped`: the agent moves again. `in-vain`: it does not. `failed`: nor could the step be done. `overtaken`: it was stopped,
   * or ended by itself, meanwhile.
   */
  readonly outcome: 'helped' | 'in-vain' | 'failed' | 'overtaken';
  /** Code of the error of a step that failed. */
  readonly reason?: string;
}

/** Where attempts are kept: `logs/recovery.jsonl`. */
export interface RecoveryBook {
  /** Never throws: what cannot be kept is said loudly elsewhere. */
  note(line: RecoveryLine): void;
}

/** What came of `recover`. */
export interface Recovery {
  /** `running`: there was nothing to do. */
  readonly outcome: 'running' | 'nudged' | 'interrupted' | 'restarted';
  readonly finding: Finding;
  /** Whether the agent moves after it. */
  readonly helped: boolean;
}
