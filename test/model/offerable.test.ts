import { describe, expect, it } from 'vitest';

import { mayBeOffered } from '../../src/model/offerable.ts';

describe('MS-10: what is offered without anybody having asked', () => {
  it.each([
    ...['.env', '.env.local', 'a/.env', '.git/config', 'a/.git/HEAD', '.ssh/known_hosts', '.aws/credentials', '.netrc'],
    ...['.npmrc', '.bash_history', '.kube/config', '.docker/config.json', '.claude/settings.json', 'a/./b', '..', ''],
    ...[
      'server.pem',
      'SERVER.PEM',
      'tls.key',
      'id_rsa',
      'id_ed25519.pub',
      'keys/id_rsa.txt',
      'a.p12',
      'a.pfx',
      'v.kdbx',
    ],
    ...[
      'credentials',
      'aws-credentials.csv',
      'Secrets.yaml',
      'k8s/secret.yml',
      'secret/readme.md',
      'token',
      'tokens.json',
    ],
    ...[
      'my_access_token.txt',
      'passwords.txt',
      'passwd',
      'password-reset.md',
      'private-key.txt',
      'apikey.txt',
      'api_keys.json',
    ],
    ...[
      'env',
      'prod.env',
      'env.local',
      'env.production.json',
      'netrc',
      '_netrc',
      'npmrc',
      'kubeconfig',
      'my.kubeconfig',
    ],
    ...[
      'kube-config.yaml',
      'admin.conf',
      'zsh_history',
      'shell.history',
      'terraform.tfstate',
      'prod.tfvars',
      'htpasswd',
    ],
    ...['server.pem.bak', 'id_rsa~', 'key3.db', 'cookies.sqlite', 'Login Data', 'service-account.json', 'core.1234'],
    // With what nobody sees, and with other forms of the same letters.
    ...['\u200b.env', 'se\u00adcret.txt', '．env', 'ｓｅｃｒｅｔ.txt', 'a.p\u200dem', ' .env', 'id_rsa '],
  ])('never %j', (path) => {
    expect(mayBeOffered(path)).toBe(false);
  });

  it.each([
    ...[
      'report.pdf',
      'out/chart.png',
      'src/core/index.ts',
      'README.md',
      'a b/c d.txt',
      '日本語/レポート.md',
      'Makefile',
    ],
    ...[
      'src/environment.ts',
      'docs/keyboard.md',
      'monkey.png',
      'login.html',
      'src/login/page.ts',
      'package.json',
      'a..b.txt',
    ],
    ...['history.md', 'keys.md', 'envelope.txt', 'core/a.ts', 'pass.png', 'compass.svg'],
  ])('%j may be', (path) => {
    expect(mayBeOffered(path)).toBe(true);
  });
});

describe('a secret that was copied aside', () => {
  it.each(['server.key.bak', 'server.key.bak.old', 'tls.pem.orig~', 'cookies.txt'])('is still one: %s', (name) => {
    expect(mayBeOffered(`backup/${name}`)).toBe(false);
  });
});
