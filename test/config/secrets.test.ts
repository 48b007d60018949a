import { expect, it } from 'vitest';

import { ownSecretNames, secretValues, withoutOwnSecrets } from '../../src/config/secrets.ts';
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

it('MS-09: knows every value that no log may show: its own, those listed, those of other programs', () => {
  const environment = {
    PATH: '/bin',
    ENCRYPTION_KEY: 'e',
    GITHUB_TOKEN: 'g',
    AWS_SECRET_ACCESS_KEY: 'a',
    DB_PASSWORD: 'p',
  };
  const values = secretValues({ ...environment, MAX_TOKEN: '100000' }, { discordToken: 't', logSecrets: ['mine'] });
  expect([...values].sort()).toEqual(['a', 'e', 'g', 'mine', 'p', 't']);
});
