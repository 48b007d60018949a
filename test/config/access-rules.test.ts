import { describe, expect, it } from 'vitest';

import { parseAccess, writtenAccess } from '../../src/config/access-rules.ts';
import { closedPolicy, may } from '../../src/model/access.ts';
import { parseSessionNumber } from '../../src/model/session.ts';

const ann = '100000000000000001';
const team = '200000000000000001';
const robot = '300000000000000001';
const file = '/home/config/bridge.json';

const written = {
  owners: [ann],
  everywhere: { users: { [ann]: 'operator' }, roles: { [team]: { role: 'member', decide: true } } },
  sessions: { '2': { users: { [ann]: 'none' } }, '10': { bots: { [robot]: 'member' } } },
};

describe('access in bridge.json', () => {
  it('is read and written without a loss', () => {
    const policy = parseAccess(written, file);
    expect(policy.everywhere.roles.get(team)).toEqual({ role: 'member', decide: true });
    expect(writtenAccess(policy)).toEqual(written);
    expect(
      writtenAccess(parseAccess({ everywhere: { users: { [ann]: { role: 'viewer' } } }, sessions: {} }, file)),
    ).toEqual({ everywhere: { users: { [ann]: 'viewer' } } });
  });

  it('that is not there lets nobody in, and nobody is not written', () => {
    expect(parseAccess(undefined, file)).toEqual(closedPolicy);
    expect(writtenAccess(closedPolicy)).toBeUndefined();
    expect(
      writtenAccess(parseAccess({ owners: [], everywhere: { users: {} }, sessions: { '1': {} } }, file)),
    ).toBeUndefined();
  });

  it('BX-09: decides', () => {
    const policy = parseAccess(written, file);
    const bob = { kind: 'human', id: '5', name: 'Bob', roles: [team] } as const;
    expect(may(bob, 'decide-prompt', parseSessionNumber(1), policy).allowed).toBe(true);
    expect(may(bob, 'manage', parseSessionNumber(1), policy).allowed).toBe(false);
  });

  it.each([
    [[], '"access" is []; "access" has owners, everywhere and sessions'],
    [{ everybody: {} }, '"access.everybody" has no place there; "access" has owners, everywhere and sessions'],
    [{ owners: [123] }, '"access.owners.0" is 123; it must be a list of user ids'],
    [{ owners: 'Ann' }, '"access.owners" is "Ann"; it must be a list of user ids'],
    [
      { everywhere: { users: { [ann]: 'boss' } } },
      `"access.everywhere.users.${ann}" is "boss"; it must be one of owner,`,
    ],
    [
      { everywhere: { users: { Ann: 'owner' } } },
      '"access.everywhere.users.Ann" has no place there; an id has 15 to 20 digits',
    ],
    [{ everywhere: { people: {} } }, '"access.everywhere.people" has no place there; it has users, roles and bots'],
    [{ everywhere: { bots: { [robot]: 'owner' } } }, `is "owner"; it must be one of operator, member, viewer, none`],
    [{ everywhere: { users: { [ann]: { role: 'none', decide: true } } } }, 'it must be one of owner,'],
    [{ everywhere: { users: { [ann]: { role: 'member', decides: true } } } }, 'it must be one of owner,'],
    [{ sessions: { one: {} } }, '"access.sessions.one" has no place there; a session number (1, 2, 3 ...)'],
    [{ sessions: { '01': {} } }, '"access.sessions.01" has no place there'],
    [{ sessions: { '2': { users: { [ann]: 7 } } } }, `"access.sessions.2.users.${ann}" is 7; it must be one of owner,`],
  ])('%j is refused with the place, the value and what belongs there', (value, says) => {
    expect(() => parseAccess(value, file)).toThrow(`${file}: `);
    expect(() => parseAccess(value, file)).toThrow(says);
  });
});
