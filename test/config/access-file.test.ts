import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AccessFile } from '../../src/config/access-file.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { AccessPolicy } from '../../src/model/access.ts';

const ann = '100000000000000001';
const bob = '100000000000000002';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'access-file-'));
  path = join(directory, 'bridge.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const addOwner =
  (id: string) =>
  (policy: AccessPolicy): AccessPolicy => ({ ...policy, owners: [...policy.owners, id] });
const content = (): unknown => JSON.parse(readFileSync(path, 'utf8'));
const file = (): AccessFile => new AccessFile({ path });

describe('access-file', () => {
  it('makes the file, private', async () => {
    expect((await file().update(addOwner(ann))).owners).toEqual([ann]);
    expect(content()).toEqual({ access: { owners: [ann] } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps everything else, its mode, and the time when a person changed it', async () => {
    const rest = { defaultSession: 3, log: { level: 'debug' }, language: 'ja' };
    writeFileSync(path, `\u{feff}${JSON.stringify(rest)}`);
    chmodSync(path, 0o640);
    utimesSync(path, 1_000, 2_000);
    await file().update(addOwner(ann));
    expect(content()).toEqual({ ...rest, access: { owners: [ann] } });
    expect(statSync(path)).toMatchObject({ mtimeMs: 2_000_000 });
    expect(statSync(path).mode & 0o777).toBe(0o640);
    const { config, access } = loadConfig({ environment: {}, envFile: join(directory, '.env'), bridgeJson: path });
    expect([config.defaultSession, config.logLevel, access.owners]).toEqual([3, 'debug', [ann]]);
    await file().update((policy) => ({ ...policy, owners: [] }));
    expect(content()).toEqual(rest);
  });

  it('takes over what was written into it by hand meanwhile', async () => {
    await file().update(addOwner(ann));
    writeFileSync(path, JSON.stringify({ access: { everywhere: { users: { [bob]: 'member' } } } }));
    const policy = await file().update(addOwner(ann));
    expect(policy.everywhere.users.get(bob)).toEqual({ role: 'member' });
    expect(policy.owners).toEqual([ann]);
  });

  it('changes one after another: nothing is lost', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `10000000000000010${index}`);
    await Promise.all(ids.map((id) => file().update(addOwner(id))));
    expect((await file().update((policy) => policy)).owners.toSorted()).toEqual(ids);
  });

  it('replaces the file behind a link, not the link', async () => {
    const real = join(directory, 'real.json');
    writeFileSync(real, '{}');
    symlinkSync(real, path);
    await file().update(addOwner(ann));
    expect(realpathSync(path)).toBe(realpathSync(real));
    expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ access: { owners: [ann] } });
  });

  it.each([
    ['{"discord": {"botToken": "SECRET"', 'is not an object in valid JSON'],
    ['[]', 'is not an object in valid JSON'],
    ['{"access": {"owners": ["Ann"]}}', '"access.owners.0" is "Ann"'],
  ])('leaves %s as it is, and says so', async (text, says) => {
    writeFileSync(path, text);
    const update = file().update(addOwner(ann));
    await expect(update).rejects.toThrow(says);
    await expect(update).rejects.toThrow(path);
    await expect(update).rejects.not.toThrow('SECRET');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('a change that throws, or that could not be read again, is not written', async () => {
    await file().update(addOwner(ann));
    const before = readFileSync(path, 'utf8');
    await expect(
      file().update(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await expect(file().update(addOwner('Ann'))).rejects.toThrow('"access.owners.1" is "Ann"');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('loadConfig', () => {
  const load = (json: object): unknown => {
    writeFileSync(path, JSON.stringify(json));
    return loadConfig({ environment: {}, envFile: join(directory, '.env'), bridgeJson: path });
  };

  it('names a mistake in access, and a mistyped access', () => {
    expect(() => load({ access: { owner: [ann] } })).toThrow(`${path}: "access.owner" has no place there`);
    expect(() => load({ acces: {} })).toThrow('did you mean "access"?');
  });
});
