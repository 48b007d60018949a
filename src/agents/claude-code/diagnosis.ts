import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { BridgeError, describeError, systemErrorCode } from '../../base/errors.ts';
import { runCommand } from '../../base/run-command.ts';
import { configDirectory } from './state-file.ts';

type Environment = Readonly<Record<string, string>>;

/** How long the CLI may take to answer a question about itself, in milliseconds; 0.5 s is usual. */
const answerMs = 15_000;

/** The oldest version that the driver was measured with. */
export const oldestTested = '2.1.197';

/** What `claude --version` says, or why it says nothing. */
export async function claudeVersion(
  command: string,
  environment: Environment,
): Promise<{ readonly version: string } | { readonly broken: string }> {
  try {
    const { exitCode, stdout, stderr } = await ask(command, ['--version'], environment);
    const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0];
    if (exitCode === 0 && version !== undefined) return { version };
    return { broken: `exit code ${exitCode ?? 'none'}, "${(stdout + stderr).trim().slice(0, 200)}"` };
  } catch (error) {
    if (error instanceof BridgeError) return { broken: describeError(error) };
    throw error;
  }
}

/** Whether a version is older than those the driver was measured with. */
export function isOlderThanTested(version: string): boolean {
  return version.localeCompare(oldestTested, 'en', { numeric: true }) < 0;
}

/** What is known about the login. `unknown` when this version cannot be asked. */
export type Login =
  | { readonly kind: 'logged-in'; readonly how: string }
  | { readonly kind: 'logged-out' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What `claude auth status` prints (2.1.329); names and numbers of the account are not read. */
const authStatus = z.object({
  loggedIn: z.boolean(),
  authMethod: z.string().optional(),
  apiKeySource: z.string().optional(),
});

/**
 * Asks the CLI whether it is logged in. Where it was never started it would write its first files into the user's
 * home: there it is asked in an empty directory, where it still knows of keys in the environment.
 */
export async function claudeLogin(command: string, environment: Environment, temporary: string): Promise<Login> {
  let empty: string | undefined;
  try {
    if (!existsSync(configFile(environment))) empty = mkdtempSync(join(temporary, 'claude-bridge-look-'));
    const env = empty === undefined ? environment : { ...environment, CLAUDE_CONFIG_DIR: empty };
    const { stdout } = await ask(command, ['auth', 'status', '--json'], env);
    const parsed = authStatus.safeParse(parseJson(stdout));
    if (!parsed.success) return { kind: 'unknown', reason: 'this version does not tell' };
    const { loggedIn, authMethod = 'unknown', apiKeySource } = parsed.data;
    if (!loggedIn) return { kind: 'logged-out' };
    return { kind: 'logged-in', how: apiKeySource === undefined ? authMethod : `${authMethod}, ${apiKeySource}` };
  } catch (error) {
    if (!(error instanceof BridgeError) && systemErrorCode(error) === undefined) throw error;
    return { kind: 'unknown', reason: describeError(error) };
  } finally {
    if (empty !== undefined) rmSync(empty, { recursive: true, force: true });
  }
}

const hookSettings = z.looseObject({
  disableAllHooks: z.boolean().optional(),
  allowManagedHooksOnly: z.boolean().optional(),
});

/** Settings that apply to every conversation of this user, and what in them keeps the bridge's hooks from running. */
export function findDisabledHooks(
  environment: Environment,
  managed = '/etc/claude-code/managed-settings.json',
): { readonly file: string; readonly key: string } | undefined {
  const own = join(configDirectory(environment), 'settings.json');
  for (const file of [own, managed]) {
    const parsed = hookSettings.safeParse(readJson(file));
    if (!parsed.success) continue; // Not there; or the CLI itself tells what is wrong with its settings.
    if (parsed.data.disableAllHooks) return { file, key: 'disableAllHooks' };
    if (file === managed && parsed.data.allowManagedHooksOnly) return { file, key: 'allowManagedHooksOnly' };
  }
  return undefined;
}

/** Whether the CLI ends at once: it does not skip permissions for root outside of a sandbox (2.1.329, exit code 1). */
export function refusesRoot(options: {
  readonly userId: number | undefined;
  readonly permissionMode: string;
  readonly arguments: readonly string[];
  readonly environment: Environment;
}): boolean {
  const skips =
    options.permissionMode === 'bypassPermissions' || options.arguments.includes('--dangerously-skip-permissions');
  return options.userId === 0 && skips && !options.environment['IS_SANDBOX'];
}

/** Where the CLI keeps what it knows about its user. */
function configFile(environment: Environment): string {
  const directory = environment['CLAUDE_CONFIG_DIR'];
  return join(directory ?? environment['HOME'] ?? homedir(), '.claude.json');
}

function ask(command: string, args: readonly string[], environment: Environment): ReturnType<typeof runCommand> {
  return runCommand(command, args, {
    env: { ...environment, DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
    timeoutMs: answerMs,
  });
}

function readJson(file: string): unknown {
  try {
    return parseJson(readFileSync(file, 'utf8'));
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // An older version's words for a person, or nothing.
  }
}
