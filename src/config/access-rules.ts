import { z } from 'zod';

import { BridgeError } from '../base/errors.ts';
import { closedPolicy, roles } from '../model/access.ts';
import type { AccessPolicy, AccessRules, Role, Standing } from '../model/access.ts';
import { parseSessionNumber } from '../model/session.ts';
import type { SessionNumber } from '../model/session.ts';

/** The key in bridge.json under which it is said who may do what. */
export const accessKey = 'access';

const id = z.string().regex(/^\d{15,20}$/);
const botRoles = roles.filter((role) => role !== 'owner');

const standing = z.union([
  z.enum(roles),
  z.strictObject({ role: z.enum(roles), decide: z.boolean().optional() }).refine(isSensible),
]);
const rules = z.strictObject({
  users: z.record(id, standing).optional(),
  roles: z.record(id, standing).optional(),
  bots: z.record(id, z.enum(botRoles)).optional(),
});
const sessionKey = z.string().refine((key) => parseSessionNumber(key) !== undefined);
const access = z.strictObject({
  owners: z.array(id).optional(),
  everywhere: rules.optional(),
  sessions: z.record(sessionKey, rules).optional(),
});

type Rules = z.infer<typeof rules>;
type Written = z.infer<typeof standing>;

/**
 * Reads what stands under `access` in bridge.json.
 *
 * @throws BridgeError `config-invalid` naming the file, the place and the value.
 */
export function parseAccess(value: unknown, file: string): AccessPolicy {
  if (value === undefined) return closedPolicy;
  const parsed = access.safeParse(value);
  if (!parsed.success) throw invalid(value, parsed.error.issues, file);
  const { owners = [], everywhere, sessions = {} } = parsed.data;
  return {
    owners: [...new Set(owners)],
    everywhere: rulesOf(everywhere),
    sessions: new Map(Object.entries(sessions).map(([key, given]) => [Number(key) as SessionNumber, rulesOf(given)])),
  };
}

/** As it is written into bridge.json; undefined when there is nothing to write. */
export function writtenAccess({ owners, everywhere, sessions }: AccessPolicy): object | undefined {
  const written = {
    ...(owners.length === 0 ? {} : { owners }),
    ...entry('everywhere', writtenRules(everywhere)),
    ...entry(
      'sessions',
      filled(
        [...sessions]
          .toSorted(([one], [other]) => one - other)
          .flatMap(([number, given]) => Object.entries(entry(String(number), writtenRules(given)))),
      ),
    ),
  };
  return filled(Object.entries(written));
}

/** Somebody who is nothing can decide nothing. */
function isSensible({ role, decide }: { readonly role: Role; readonly decide?: boolean | undefined }): boolean {
  return role !== 'none' || decide !== true;
}

function rulesOf(given: Rules = {}): AccessRules {
  const map = (of: Readonly<Record<string, Written>> = {}): ReadonlyMap<string, Standing> =>
    new Map(Object.entries(of).map(([key, value]) => [key, standingOf(value)]));
  return { users: map(given.users), roles: map(given.roles), bots: map(given.bots) };
}

function standingOf(written: Written): Standing {
  if (typeof written === 'string') return { role: written };
  const { role, decide } = written;
  return { role, ...(decide === undefined ? {} : { decide }) };
}

function writtenRules({ users, roles: ofRoles, bots }: AccessRules): object | undefined {
  const map = (of: ReadonlyMap<string, Standing>): object | undefined =>
    filled([...of].map(([key, value]) => [key, value.decide === undefined ? value.role : value]));
  return filled(
    Object.entries({ ...entry('users', map(users)), ...entry('roles', map(ofRoles)), ...entry('bots', map(bots)) }),
  );
}

function entry(key: string, value: object | undefined): Readonly<Record<string, object>> {
  return value === undefined ? {} : { [key]: value };
}

function filled(entries: readonly (readonly [string, unknown])[]): object | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function invalid(value: unknown, issues: readonly z.core.$ZodIssue[], file: string): BridgeError {
  const [issue] = issues;
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [...(issue?.path ?? []).map(String), ...unknownKeys.slice(0, 1)];
  const place = [accessKey, ...path].join('.');
  const what =
    unknownKeys.length > 0 || issue?.code === 'invalid_key'
      ? `"${place}" has no place there`
      : `"${place}" is ${shown(path.reduce<unknown>((inner, key) => valueAt(inner, key), value))}`;
  return new BridgeError('config-invalid', `${file}: ${what}; ${expectation(path)}.`, {
    advice: 'Correct the file and start again. Its form is in docs/configuration.md.',
  });
}

/** What belongs at a place. */
function expectation([first, ...rest]: readonly string[]): string {
  const role = `one of ${roles.join(', ')}`;
  if (first === 'owners') return 'it must be a list of user ids (15 to 20 digits, in quotes)';
  if (first !== 'everywhere' && first !== 'sessions') return '"access" has owners, everywhere and sessions';
  const inner = first === 'sessions' ? rest.slice(1) : rest;
  if (first === 'sessions' && rest.length === 1) return 'a session number (1, 2, 3 ...) leads to users, roles and bots';
  if (inner.length <= 1) return 'it has users, roles and bots, each with ids';
  if (inner.length === 2 && !/^\d{15,20}$/.test(inner[1] ?? '')) return 'an id has 15 to 20 digits';
  return inner[0] === 'bots'
    ? `it must be one of ${botRoles.join(', ')}`
    : `it must be ${role}, or {"role": ..., "decide": true or false}`;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'missing' : text.slice(0, 100);
}
