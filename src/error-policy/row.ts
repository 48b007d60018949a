/**
 * What is known about the side effect behind an error: it happened, it did not, or nobody can tell.
 * Only `not-done` may be repeated without looking first (I4).
 */
export type Happened = 'done' | 'not-done' | 'unknown';

/** What the bridge does by itself after an error, or an event. What it means for people: `recoveryWords`. */
export type Recovery = keyof typeof recoveryWords;

/** For people: what the bridge does, as the troubleshooting table says it. */
export const recoveryWords = {
  none: 'says so',
  retry: 'tries again, with growing pauses, until it works',
  'retry-some': 'tries again a few times, then says so',
  push: 'gives the agent a push and tries again a few times, then says so and restarts the agent',
  'look-up': 'looks what became of it before it tries again',
  wait: 'waits until it passes, and goes on by itself',
  'wait-for-agent': 'waits for the next state of the agent',
  'wait-for-person': 'waits until a person has answered',
  park: 'keeps what is for that channel, and tells the owner',
  'leave-out': 'leaves that out, says so, and goes on with the rest',
  'go-without': 'gives the agent the message without it, and says so',
  restart: 'restarts the session after 1, 2 and 4 s, then gives it up',
  'end-chat': 'goes on without the chat; what is to be posted waits',
  rename: 'takes another name, and says so',
  'default-session': 'gives it to the default session, and warns',
  throttle: 'lets new messages of the session wait, and warns',
} as const;

/** What an error, or an event, means, and what follows. */
export interface PolicyRow {
  /**
   * Whether what was asked for happened, unless the error says otherwise; where errors of this code may say otherwise,
   * all that they may say, the usual first.
   */
  readonly happened: Happened | readonly [Happened, ...Happened[]];
  readonly recovery: Recovery;
  /**
   * What a person sees: the sentences of the error, with `…` for what differs. A test looks for their words in the code.
   * In brackets stands what is no sentence of the bridge.
   */
  readonly symptom: string | readonly string[];
  /** Why that is; '' where the sentence says it all. */
  readonly cause: string;
  /** What a person does, in a sentence, with commands in backquotes; the error's advice, unless it gives a better one. */
  readonly advice: string;
}

/** A row, in the order: happened, recovery, symptom, cause, advice. */
export function row<const H extends PolicyRow['happened'], const R extends Recovery>(
  happened: H,
  recovery: R,
  symptom: PolicyRow['symptom'],
  cause: string,
  advice: string,
): PolicyRow & { readonly happened: H; readonly recovery: R } {
  return { happened, recovery, symptom, cause, advice };
}

/** The row of a request that is refused: nothing was done, and nothing follows. */
export function refused(
  symptom: PolicyRow['symptom'],
  cause: string,
  advice: string,
): PolicyRow & { readonly happened: 'not-done'; readonly recovery: 'none' } {
  return row('not-done', 'none', symptom, cause, advice);
}
