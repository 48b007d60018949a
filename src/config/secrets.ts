/**
 * Environment variables that hold secrets of the bridge itself. They are never printed, and never reach an agent's
 * environment.
 */
export const ownSecretNames: readonly string[] = ['DISCORD_BOT_TOKEN', 'ENCRYPTION_KEY'];

/** An environment without the bridge's own secrets. */
export function withoutOwnSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !ownSecretNames.includes(entry[0]),
    ),
  );
}
