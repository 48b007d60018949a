/**
 * Runs the `dp` command found on the PATH with a text, as any program in this terminal can.
 *
 * @returns what went wrong, or undefined.
 */
export async function postWithDp(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  // Loaded on first use: it brings a library along that would double the agent's start.
  const { runCommand } = await import('../../base/run-command.ts');
  const { describeError } = await import('../../base/errors.ts');
  try {
    const { exitCode, stderr } = await runCommand('dp', [text], { env: environment });
    return exitCode === 0 ? undefined : `exit code ${exitCode ?? 'none'}: ${stderr.trim()}`;
  } catch (error) {
    return describeError(error);
  }
}
