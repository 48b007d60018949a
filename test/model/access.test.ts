import { describe, expect, it } from 'vitest';

import { actions, lacksRoles, may, noRules, roles, standingOf } from '../../src/model/access.ts';
import type { AccessPolicy, AccessRules, Action, Actor, Role, Standing } from '../../src/model/access.ts';
import type { Author } from '../../src/model/message.ts';
import { parseSessionNumber } from '../../src/model/session.ts';

const one = parseSessionNumber(1)!;
const two = parseSessionNumber(2)!;

const ann: Author = { kind: 'human', id: '5', name: 'Ann' };

const chatTable: Readonly<Record<Role, readonly Action[]>> = {
  owner: actions,
  operator: actions.filter((action) => action !== 'manage'),
  member: ['message', 'fetch-file', 'read', 'read-texts'],
  viewer: ['read', 'read-texts'],
  none: [],
};

function rules(users: Record<string, Standing>, ofRoles: Record<string, Standing> = {}): AccessRules {
  return { ...noRules, users: new Map(Object.entries(users)), roles: new Map(Object.entries(ofRoles)) };
}

function policy(everywhere: AccessRules, here: AccessRules = noRules): AccessPolicy {
  return { owners: [], everywhere, sessions: new Map([[one, here]]) };
}

function allowed(actor: Actor, session = one, given?: AccessPolicy): readonly Action[] {
  return actions.filter((action) => may(actor, action, session, given).allowed);
}

const standing = (author: Author, given: AccessPolicy, session = one): Standing => standingOf(author, session, given);

describe('BX-09: may', () => {
  it.each(roles)('lets a chat user with the role "%s" do what the table says', (role) => {
    expect(allowed(ann, one, policy(rules({ '5': { role } })))).toEqual(chatTable[role]);
  });

  it('lets nobody from a chat do anything as long as nobody was named', () => {
    expect(allowed(ann)).toEqual([]);
  });

  it('lets the person on the machine do everything', () => {
    expect(allowed({ kind: 'local' })).toEqual(actions);
  });

  it('BX-10: lets whoever reached the port for health and figures look around, and nothing else', () => {
    expect(allowed({ kind: 'probe' }, one)).toEqual(['read']);
  });

  it('lets a process inside a pane look around, but read and speak for its own session only', () => {
    const pane: Actor = { kind: 'pane', session: one };
    expect(allowed(pane, one)).toEqual(['post', 'read', 'read-texts']);
    expect(allowed(pane, two)).toEqual(['read']);
    expect(may(pane, 'post').allowed).toBe(false);
    expect(may(pane, 'read-texts').allowed).toBe(false);
  });

  it('MS-10: says why not, naming who and what', () => {
    expect(may(ann, 'message')).toEqual({ allowed: false, reason: 'role "none" may not message' });
    expect(may({ kind: 'pane', session: two }, 'decide-prompt', two)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('session 2') as string,
    });
  });

  it.each(roles)('who may decide prompts is a right of its own, for "%s"', (role) => {
    const decides = (decide: boolean): boolean =>
      may(ann, 'decide-prompt', one, policy(rules({ '5': { role, decide } }))).allowed;
    expect(decides(true)).toBe(role !== 'none');
    expect(decides(false)).toBe(false);
    const others = actions.filter((action) => action !== 'decide-prompt');
    for (const decide of [true, false]) {
      const given = policy(rules({ '5': { role, decide } }));
      expect(others.filter((action) => may(ann, action, one, given).allowed)).toEqual(
        chatTable[role].filter((action) => action !== 'decide-prompt'),
      );
    }
  });
});

describe('BX-09: what somebody is', () => {
  const held: Author = { ...ann, roles: ['50', '51'] };

  it('is the most precise word that was said: here before everywhere, the person before their roles', () => {
    const everywhere = rules({ '5': { role: 'member' } }, { '50': { role: 'operator' } });
    expect(standing(held, policy(everywhere))).toEqual({ role: 'member' });
    expect(standing(held, policy(everywhere, rules({}, { '50': { role: 'viewer' } })))).toEqual({ role: 'viewer' });
    const here = rules({ '5': { role: 'none' } }, { '50': { role: 'operator' } });
    expect(standing(held, policy(everywhere, here))).toEqual({ role: 'none' });
    expect(standing({ ...held, id: '6' }, policy(everywhere))).toEqual({ role: 'operator' });
  });

  it('is the highest of their roles, and of equal ones the one that lets decide', () => {
    const both = (first: Standing, second: Standing): Standing =>
      standing(held, policy(rules({}, { '50': first, '51': second })));
    expect(both({ role: 'viewer' }, { role: 'operator' })).toEqual({ role: 'operator' });
    expect(both({ role: 'operator' }, { role: 'viewer', decide: true })).toEqual({ role: 'operator' });
    expect(both({ role: 'member', decide: false }, { role: 'member', decide: true }).decide).toBe(true);
    expect(both({ role: 'operator', decide: false }, { role: 'operator' }).decide).toBeUndefined();
  });

  it('counts in its own session only, and for the bridge as a whole only what holds everywhere', () => {
    const given = policy(noRules, rules({ '5': { role: 'owner' } }));
    expect(standing(ann, given)).toEqual({ role: 'owner' });
    expect(standing(ann, given, two)).toEqual({ role: 'none' });
    expect(standingOf(ann, undefined, given)).toEqual({ role: 'none' });
    expect(may(ann, 'manage', undefined, given).allowed).toBe(false);
  });

  it('is owner for owners, whatever else is said of them', () => {
    const given = { ...policy(noRules, rules({ '5': { role: 'none' } })), owners: ['5'] };
    expect(standing(ann, given)).toEqual({ role: 'owner' });
  });

  it.each(['1', '55', ' 5', '05', '', '__proto__', 'constructor'])('goes by the whole id, not by "%s"', (id) => {
    const given = { ...policy(rules({ '5': { role: 'operator' } }), rules({ '5': { role: 'owner' } })), owners: ['5'] };
    expect(standing({ ...ann, id }, given)).toEqual({ role: 'none' });
  });

  it('a role is no person, and a person no role', () => {
    const given = policy(rules({ '50': { role: 'owner' } }, { '5': { role: 'owner' } }));
    expect(standing(held, given)).toEqual({ role: 'none' });
  });

  it.each(['bot', 'webhook'] as const)('a %s is only what is said of it, whatever it calls itself', (kind) => {
    const open = rules({ '5': { role: 'owner' } }, { '50': { role: 'owner' } });
    const pretender: Author = { ...held, kind };
    expect(standing(pretender, { ...policy(open, open), owners: ['5'] })).toEqual({ role: 'none' });
    const listed = { ...open, bots: new Map([['5', { role: 'member' as const }]]) };
    expect(standing(pretender, policy(listed))).toEqual({ role: 'member' });
    expect(standing(pretender, policy(open, listed))).toEqual({ role: 'member' });
    // Nor is a person what is said of a bot.
    expect(standing(ann, policy({ ...noRules, bots: listed.bots }))).toEqual({ role: 'none' });
  });
});

describe('lacksRoles', () => {
  const byRole = policy(noRules, rules({}, { '50': { role: 'member' } }));

  it('asks for roles only where they can matter and are not known', () => {
    expect(lacksRoles(ann, byRole)).toBe(true);
    expect(lacksRoles({ ...ann, roles: [] }, byRole)).toBe(false);
    expect(lacksRoles({ ...ann, kind: 'bot' }, byRole)).toBe(false);
    expect(lacksRoles(ann, { ...byRole, owners: ['5'] })).toBe(false);
    expect(lacksRoles(ann, policy(rules({ '5': { role: 'member' } })))).toBe(false);
  });
});
