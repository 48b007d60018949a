/**
 * Environment variables that hold secrets of the bridge itself. They are never printed, and never reach an agent's
 * environment.
 */
export const ownSecretNames: readonly string[] = ['DISCORD_BOT_TOKEN', 'ENCRYPTION_KEY', 'LOG_SECRETS'];

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

/** Names of variables that hold credentials of whatever program. */
const secretNames =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|ENCRYPTION_?KEY|CREDENTIALS?)$/i;

/**
 * Every value that must never be written to a log: the bridge's own secrets, those that the owner listed, and those of
 * other programs in the environment, which agents inherit and errors quote.
 */
export function secretValues(
  environment: Readonly<Record<string, string | undefined>>,
  config: { readonly discordToken?: string | undefined; readonly logSecrets: readonly string[] },
): readonly string[] {
  const inherited = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && secretNames.test(name) && !/^\d*$/.test(value) ? [value] : [],
  );
  return [...(config.discordToken === undefined ? [] : [config.discordToken]), ...config.logSecrets, ...inherited];
}
