import type { StoredUser } from '../store/user-store.ts';
import type { World } from '../world.ts';
import type { RequestBody } from './request-body.ts';

/** One request on its way through a route. */
export interface Call {
  readonly world: World;
  /** Who asks. On a route without authentication: the bot, whose name is never used there. */
  readonly user: StoredUser;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: RequestBody;
  /** What the client called this server: `127.0.0.1:PORT` or `localhost:PORT`. */
  readonly host: string;
}

/** An answer: a body (200), or only a status. */
export interface Reply {
  readonly status: number;
  readonly body?: object;
}

export interface Route {
  readonly method: string;
  /** Segments; those that begin with ":" are parameters. */
  readonly segments: readonly string[];
  /** `none`: the address itself holds the secret (webhooks), or nothing is secret. */
  readonly access: 'token' | 'none';
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

/** Declares a route for somebody with a token. */
export function route(method: string, path: string, handle: Route['handle']): Route {
  return { method, segments: path.split('/').slice(1), access: 'token', handle };
}

/** Declares a route that needs no token. */
export function openRoute(method: string, path: string, handle: Route['handle']): Route {
  return { ...route(method, path, handle), access: 'none' };
}

export const noContent: Reply = { status: 204 };

export function ok(body: object): Reply {
  return { status: 200, body };
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Record<string, string> }
  | { readonly kind: 'wrong-method' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

/** Finds the route of a method and a path (without query, after `/api/v10`). Fixed words win over parameters. */
export function findRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const segments = decodeSegments(path);
  if (!segments) return { kind: 'malformed' };
  const candidates = routes.filter((candidate) => fits(candidate, segments));
  if (candidates.length === 0) return { kind: 'unknown' };
  const found = candidates
    .filter((candidate) => candidate.method === method)
    .sort((a, b) => countParameters(a) - countParameters(b))[0];
  if (!found) return { kind: 'wrong-method' };
  const params: Record<string, string> = {};
  for (const [index, segment] of found.segments.entries()) {
    if (segment.startsWith(':')) params[segment.slice(1)] = segments[index] ?? '';
  }
  return { kind: 'found', route: found, params };
}

function fits({ segments }: Route, wanted: readonly string[]): boolean {
  if (segments.length !== wanted.length) return false;
  return segments.every((segment, index) =>
    segment.startsWith(':') ? wanted[index] !== '' : segment === wanted[index],
  );
}

function countParameters({ segments }: Route): number {
  return segments.filter((segment) => segment.startsWith(':')).length;
}

function decodeSegments(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined; // a "%" that encodes nothing
  }
}
