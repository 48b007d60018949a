import { existsSync } from 'node:fs';

import { BridgeError } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';
import { hubName } from './tmux-names.ts';
import { findTmux, installAdvice, parseTmuxVersion } from './tmux-installation.ts';
import { serverEnvironment } from './tmux-server.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with the tmux of this machine, in words. */
export interface TmuxFault {
  readonly kind: 'missing' | 'too-old' | 'locale' | 'silent' | 'known-bad';
  readonly says: string;
  readonly advice: string;
}

export type TmuxDiagnosis = { readonly path: string; readonly version: string } | TmuxFault;

/** How long tmux may take to say its version, in milliseconds. */
const answerMs = 5000;

/** Looks for the tmux that the bridge would use, and asks it for its version in the bridge's own environment. */
export async function diagnoseTmux(environment: Environment): Promise<TmuxDiagnosis> {
  let path: string;
  try {
    path = (await findTmux('tmux', environment['PATH'] ?? '')).path;
  } catch (error) {
    const asked = await whyNotFound(error, environment);
    if (asked) return asked;
    throw error;
  }
  const said = await runCommand(path, ['-V'], { env: serverEnvironment(environment), timeoutMs: answerMs });
  const locale = localeFault(said.stderr);
  if (locale) return locale;
  const version = said.stdout.trim();
  if (!isKnownBad(version)) return { path, version };
  return {
    kind: 'known-bad',
    says: `${path} is "${version}": what a program prints can crash this version, and all sessions with it (CVE-2020-27347).`,
    advice: `Upgrade to tmux 3.1c or newer. ${installAdvice()}`,
  };
}

/** tmux 3.0 to 3.1b write beyond an array for some colour sequences; 3.1c repaired it. */
export function isKnownBad(version: string): boolean {
  return /^tmux 3\.(?:0[a-z]?|1[ab]?)$/.test(version);
}

async function whyNotFound(error: unknown, environment: Environment): Promise<TmuxFault | undefined> {
  if (!(error instanceof BridgeError)) return undefined;
  const fault = { says: error.message, advice: error.advice };
  if (error.code === 'tmux-missing') return { kind: 'missing', ...fault };
  if (error.code === 'command-timeout' || error.code === 'command-failed-to-start') return { kind: 'silent', ...fault };
  if (error.code !== 'tmux-too-old') return undefined;
  const said = await runCommand('tmux', ['-V'], { env: serverEnvironment(environment), timeoutMs: answerMs });
  const locale = localeFault(said.stderr);
  if (locale) return locale;
  // Whatever it is, it does not speak like tmux.
  if (parseTmuxVersion(said.stdout) === undefined && said.exitCode !== 0) return { kind: 'silent', ...fault };
  return { kind: 'too-old', ...fault };
}

/** tmux refuses to run where there is no UTF-8 locale at all. */
function localeFault(stderr: string): TmuxFault | undefined {
  if (!/UTF-8 locale|LC_ALL|LC_CTYPE/.test(stderr)) return undefined;
  return {
    kind: 'locale',
    says: `tmux does not run here: ${stderr.trim()}.`,
    advice: 'Install the locale C.UTF-8 or en_US.UTF-8, e.g. on Debian: sudo apt-get install -y locales-all',
  };
}

/**
 * The names of the sessions on the tmux server at a socket, without the bridge's own hub; undefined when there is no
 * server. Starts nothing, and is no client that others would see.
 *
 * @throws BridgeError when tmux cannot say whether there is one: nothing is known then, and nothing may be concluded.
 */
export async function viewTmuxServer(socket: string, environment: Environment): Promise<readonly string[] | undefined> {
  if (!existsSync(socket)) return undefined;
  const { exitCode, stdout, stderr } = await runCommand(
    'tmux',
    ['-u', '-S', socket, 'list-sessions', '-F', '#{session_name}'],
    { env: serverEnvironment(environment), timeoutMs: answerMs },
  );
  if (exitCode === 0) return stdout.split('\n').filter((name) => name !== '' && name !== hubName);
  if (/no server running|No such file|Connection refused|non-socket/i.test(stderr)) return undefined;
  throw new BridgeError('tmux-silent', `The tmux server at ${socket} cannot be asked: ${stderr.trim()}`);
}
