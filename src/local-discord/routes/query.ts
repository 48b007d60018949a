import { invalidField } from '../api-error.ts';
import { isSnowflake } from '../store/snowflakes.ts';

/** The `limit` of a query, from 1 to `most`. @throws DiscordApiError 50035. */
export function readLimit(query: URLSearchParams, { most, normal }: { most: number; normal: number }): number {
  const text = query.get('limit');
  if (text === null) return normal;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw invalidField(['limit'], 'NUMBER_TYPE_RANGE', `int value should be between 1 and ${most}.`);
}

/** An ISO 8601 time (UTC) in a query, if it is there, in the form of `isoTime`. @throws DiscordApiError 50035. */
export function readTime(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const [, seconds, fraction = '.'] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|\+00:00)$/.exec(text) ?? [];
  if (seconds !== undefined) return `${seconds}${fraction.slice(0, 4).padEnd(4, '0')}Z`;
  throw invalidField([name], 'DATETIME_TYPE_PARSE', `Could not parse ${text.slice(0, 40)}. Should be ISO8601.`);
}

/** An id in a query, if it is there. @throws DiscordApiError 50035. */
export function readSnowflake(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (isSnowflake(text)) return text;
  throw invalidField([name], 'NUMBER_TYPE_COERCE', `Value "${text.slice(0, 30)}" is not snowflake.`);
}
