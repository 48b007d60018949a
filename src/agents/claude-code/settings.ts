import { shellLine } from '../../base/shell-words.ts';
import { hookArguments } from '../mailbox/hook-script.ts';
import type { HookPatience } from '../mailbox/hook-script.ts';

/**
 * The hooks the bridge needs and how long each may wait. `PreToolUse` is not among them: it would hold up every tool.
 */
const hooks: Readonly<Record<string, HookPatience>> = {
  SessionStart: 'none',
  UserPromptSubmit: 'daemon',
  MessageDisplay: 'none',
  PermissionRequest: 'person',
  Elicitation: 'person',
  PostToolUse: 'none',
  PostToolUseFailure: 'none',
  PostToolBatch: 'none',
  Stop: 'none',
  StopFailure: 'none',
  SessionEnd: 'none',
};

/** Seconds after which the agent itself gives a hook up: always later than the hook's own deadline. */
const agentPatience: Readonly<Record<HookPatience, number>> = { none: 30, daemon: 30, person: 86_500 };

/**
 * The content of the settings file that is passed by `--settings`: command hooks through the mailbox script, and the leave
 * to read in some directories. It adds to the user's own settings; those are never touched.
 *
 * @param readable absolute paths. (`--add-dir` would ask for trust, and load skills and commands from there.)
 */
export function settingsContent(script: string, mailbox: string, readable: readonly string[] = []): string {
  const command = (kind: string, patience: HookPatience): string =>
    shellLine(['exec', 'sh', script, ...hookArguments(mailbox, kind, patience)]);
  const entries = Object.entries(hooks).map(
    ([kind, patience]) =>
      [
        kind,
        [{ hooks: [{ type: 'command', command: command(kind, patience), timeout: agentPatience[patience] }] }],
      ] as const,
  );
  const allow = readable.map((directory) => `Read(/${escapePattern(directory)}/**)`);
  const permissions = allow.length === 0 ? {} : { permissions: { allow } };
  return `${JSON.stringify({ ...permissions, hooks: Object.fromEntries(entries) }, null, 2)}\n`;
}

/** A path as a pattern that means only this path. */
function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]{}]/g, '\\$&');
}
