/** What an answer of the server says about its limits. */
export interface RateLimits {
  /** The server's name for the limit: routes with the same name share it. */
  readonly name: string | undefined;
  /** How many more requests may follow before the limit is counted anew. */
  readonly left: number;
  /** In how many milliseconds that is. */
  readonly resetMs: number;
  /** The request was over a limit. */
  readonly refusal: Refusal | undefined;
}

export interface Refusal {
  /** For how long the server wants no more, in milliseconds. */
  readonly forMs: number;
  /** Whether that is about every request, and not about a route. */
  readonly isGlobal: boolean;
}

/** Who sends no scope is not the API itself, but somebody in front of it, who looks at everything together. */
const scopeHeader = 'x-ratelimit-scope';

/** Reads the headers of an answer. Undefined for a refusal that does not say for how long. */
export function readRateLimits(status: number, headers: Pick<Headers, 'get' | 'has'>): RateLimits | undefined {
  const left = numberIn(headers, 'x-ratelimit-remaining');
  const resetMs = milliseconds(numberIn(headers, 'x-ratelimit-reset-after')) ?? 0;
  const limits = {
    name: headers.get('x-ratelimit-bucket') ?? undefined,
    left: left ?? Number.POSITIVE_INFINITY,
    resetMs,
  };
  if (status !== 429) return { ...limits, refusal: undefined };
  const isGlobal = headers.has('x-ratelimit-global') || !headers.has(scopeHeader);
  // Whole seconds; the time of a limit that the server names is exact.
  const retryMs = milliseconds(numberIn(headers, 'retry-after'));
  const forMs = !isGlobal && left === 0 && resetMs > 0 ? resetMs : retryMs;
  return forMs === undefined || forMs <= 0 ? undefined : { ...limits, refusal: { forMs, isGlobal } };
}

function numberIn(headers: Pick<Headers, 'get'>, name: string): number | undefined {
  const text = headers.get(name);
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.ceil(seconds * 1000);
}
