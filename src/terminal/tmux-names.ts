/** Name of the tmux session that holds nothing but the control client. No terminal can have it: upper case. */
export const hubName = 'HUB';

/**
 * Whether a name can be a terminal's: small letters, digits and dashes, at most 64. Nothing in it has a meaning for
 * tmux (`=`, `:`, `.`, `#{…}`), for sh or for a file system.
 */
export function isTerminalName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(name);
}
