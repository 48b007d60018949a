import { expect, it } from 'vitest';

import { ownSecretNames, withoutOwnSecrets } from '../../src/config/secrets.ts';
import { settingNames, settings } from '../../src/config/settings.ts';

it('takes the bridge’s own secrets out of an environment and leaves the rest', () => {
  const environment = { DISCORD_BOT_TOKEN: 'a', ENCRYPTION_KEY: 'b', OWNER_USER_ID: '1', HOME: '/x', GONE: undefined };
  expect(withoutOwnSecrets(environment)).toEqual({ OWNER_USER_ID: '1', HOME: '/x' });
});

it('counts every secret setting as an own secret', () => {
  const secret = settingNames.filter((name) => settings[name].secret).map((name) => settings[name].variables[0]);
  expect(secret.every((name) => ownSecretNames.includes(name))).toBe(true);
  expect(secret).not.toEqual([]);
});
