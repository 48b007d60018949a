import type { Clock } from '../../../base/clock.ts';

/** The server refused; `message` is in its own words. */
export class RestError extends Error {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RestError';
    this.status = status;
  }
}

/** One answer of the server, before it is known whether it is good. */
export interface Answer {
  readonly status: number;
  /** JSON, or empty. */
  readonly text: string;
}

/** Something that can be sent: JSON, or a form with files. */
export type Body = { readonly json: object } | { readonly form: FormData };

/** How requests travel. Rejects when there is no connection. */
export type Carry = (request: {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: Body | undefined;
  /** 0 to 1, as the body goes up. */
  readonly onProgress: ((share: number) => void) | undefined;
}) => Promise<Answer>;

/** How often a request is repeated that the server limits or fails at by itself. */
const mostTries = 4;

/**
 * Discord's REST as one user: waits when it is told to, rejects with `RestError` when refused, and with whatever the
 * carrier rejects when there is no connection.
 */
export class Rest {
  readonly #token: string;
  readonly #carry: Carry;
  readonly #clock: Pick<Clock, 'sleep'>;

  constructor(options: { readonly token: string; readonly carry: Carry; readonly clock: Pick<Clock, 'sleep'> }) {
    this.#token = options.token;
    this.#carry = options.carry;
    this.#clock = options.clock;
  }

  get<Result>(path: string): Promise<Result> {
    return this.call<Result>('GET', path);
  }

  /** The answer's JSON; `undefined` when there is none. */
  async call<Result = void>(
    method: string,
    path: string,
    body?: Body,
    onProgress?: (share: number) => void,
  ): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#carry({ method, path, token: this.#token, body, onProgress });
      if (answer.status < 300) return (answer.text === '' ? undefined : JSON.parse(answer.text)) as Result;
      const error = readError(answer);
      const isPassing = answer.status === 429 || answer.status >= 500;
      if (!isPassing || tries === mostTries) throw new RestError(answer.status, error.message);
      await this.#clock.sleep(answer.status === 429 ? error.retryAfterMs : 500 * tries);
    }
  }
}

/** Discord's errors: a sentence, and deep inside what is wrong with which field. */
export function readError({ status, text }: Answer): { readonly message: string; readonly retryAfterMs: number } {
  let body: { message?: string; retry_after?: number; errors?: object };
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    return { message: `HTTP ${status}`, retryAfterMs: 1000 }; // not from the server itself, or cut off
  }
  const details = fieldErrors(body.errors);
  const message = [body.message ?? `HTTP ${status}`, ...details].join(' ');
  return { message, retryAfterMs: (body.retry_after ?? 1) * 1000 };
}

function fieldErrors(errors: object | undefined): readonly string[] {
  if (!errors) return [];
  return Object.entries(errors).flatMap(([key, value]: [string, unknown]) => {
    if (key === '_errors' && Array.isArray(value)) {
      return value.map((one: unknown) => (isObject(one) && 'message' in one ? String(one.message) : ''));
    }
    return isObject(value) ? fieldErrors(value) : [];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
