/** What is needed of a terminal's input. */
export interface TerminalInput {
  readonly isTTY?: boolean;
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (data: Buffer | string) => void): unknown;
  off(event: 'data', listener: (data: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  ref(): unknown;
  unref(): unknown;
}

/**
 * Keeps a terminal from showing what is typed while nobody asks: somebody who pastes a secret too early must not see it
 * on the screen. What is typed then is dropped; Ctrl-C works as ever.
 *
 * @param interrupt what Ctrl-C does.
 * @returns gives the terminal back; call it before the next question.
 */
export function hushTerminal(input: TerminalInput, interrupt: () => void): () => void {
  if (!input.isTTY) return () => undefined;
  const onData = (data: Buffer | string): void => {
    if (data.includes('\u0003')) interrupt();
  };
  input.setRawMode(true);
  input.on('data', onData);
  input.resume();
  input.unref(); // Nobody waits for it: the program may end.
  return () => {
    input.off('data', onData);
    input.pause();
    input.ref();
    input.setRawMode(false);
  };
}
