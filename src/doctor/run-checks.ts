import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Group } from './catalogue.ts';
import { fault } from './report.ts';
import type { Finding } from './report.ts';

/** One question about this installation. It only looks. */
export interface Check {
  /** What it looks at, for the sentence when it cannot. */
  readonly name: string;
  readonly group: Group;
  /** Milliseconds; default 10000. */
  readonly timeoutMs?: number;
  run(): Promise<readonly Finding[]> | readonly Finding[];
}

const usualMs = 10_000;

/**
 * Runs all checks at once. One that throws or takes too long is a finding of its own, and holds up no other.
 *
 * @param secrets texts that may stand in no finding, whatever an error says.
 */
export async function runChecks(
  checks: readonly Check[],
  options: { readonly clock: Clock; readonly secrets: readonly string[] },
): Promise<readonly Finding[]> {
  const results = await Promise.all(checks.map((check) => runOne(check, options.clock)));
  return results.flat().map((finding) => withoutSecrets(finding, options.secrets));
}

async function runOne(check: Check, clock: Clock): Promise<readonly Finding[]> {
  const { name, group, timeoutMs = usualMs } = check;
  let cancel = (): void => undefined;
  const tooLate = new Promise<readonly Finding[]>((resolve) => {
    cancel = clock.after(timeoutMs, () => {
      resolve([fault('check-timeout', `Looking at ${name} took longer than ${timeoutMs} ms.`, 'Try again.', group)]);
    });
  });
  try {
    return await Promise.race([Promise.resolve().then(() => check.run()), tooLate]);
  } catch (error) {
    const says = `Looking at ${name} failed: ${describeError(error)}`;
    return [fault('check-failed', says, 'If it stays so, report it with this line.', group)];
  } finally {
    cancel();
  }
}

function withoutSecrets(finding: Finding, secrets: readonly string[]): Finding {
  const clean = (text: string): string =>
    secrets.filter((secret) => secret.length >= 6).reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
  return { ...finding, says: clean(finding.says), ...(finding.do === undefined ? {} : { do: clean(finding.do) }) };
}
