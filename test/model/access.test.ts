import { describe, expect, it } from 'vitest';

import { may } from '../../src/model/access.ts';
import type { Action, Actor, Role } from '../../src/model/access.ts';
import { parseSessionNumber } from '../../src/model/session.ts';

const one = parseSessionNumber(1)!;
const two = parseSessionNumber(2)!;

const actions: readonly Action[] = [
  'message',
  'message-unmapped',
  'decide-prompt',
  'post',
  'read',
  'read-texts',
  'manage',
];

const chatTable: Readonly<Record<Role, readonly Action[]>> = {
  owner: ['message', 'message-unmapped', 'decide-prompt', 'post', 'read', 'read-texts', 'manage'],
  operator: ['message', 'message-unmapped', 'decide-prompt', 'post', 'read', 'read-texts'],
  member: ['message', 'read', 'read-texts'],
  viewer: ['read', 'read-texts'],
  none: [],
};

function allowed(actor: Actor, session = one): readonly Action[] {
  return actions.filter((action) => may(actor, action, session).allowed);
}

describe('BX-09: may', () => {
  it.each(Object.keys(chatTable) as Role[])('lets a chat user with the role "%s" do what the table says', (role) => {
    expect(allowed({ kind: 'chat', userId: '1', role })).toEqual(chatTable[role]);
  });

  it('lets the person on the machine do everything', () => {
    expect(allowed({ kind: 'local' })).toEqual(actions);
  });

  it('lets a process inside a pane look around, but read and speak for its own session only', () => {
    const pane: Actor = { kind: 'pane', session: one };
    expect(allowed(pane, one)).toEqual(['post', 'read', 'read-texts']);
    expect(allowed(pane, two)).toEqual(['read']);
    expect(may(pane, 'post').allowed).toBe(false);
    expect(may(pane, 'read-texts').allowed).toBe(false);
  });

  it('MS-10: says why not, naming who and what', () => {
    expect(may({ kind: 'chat', userId: '1', role: 'none' }, 'message')).toEqual({
      allowed: false,
      reason: 'role "none" may not message',
    });
    expect(may({ kind: 'pane', session: two }, 'decide-prompt', two)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('session 2') as string,
    });
  });
});
