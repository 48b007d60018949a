import type { Words } from './words/words.ts';

/** Times and sizes in the reader's language and time zone. */
export class Format {
  readonly #words: Words;
  readonly #now: () => number;
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #language: string;
  readonly #dates = new Map<number, string>();

  constructor(options: { readonly words: Words; readonly now: () => number; readonly timeZone?: string }) {
    const { words, now, timeZone } = options;
    const zone = timeZone === undefined ? {} : { timeZone };
    this.#words = words;
    this.#now = now;
    this.#language = words.language;
    this.#time = new Intl.DateTimeFormat(words.language, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...zone,
    });
    this.#day = new Intl.DateTimeFormat(words.language, { dateStyle: 'long', ...zone });
    this.#full = new Intl.DateTimeFormat(words.language, { dateStyle: 'full', timeStyle: 'medium', ...zone });
  }

  time(iso: string): string {
    return this.#time.format(new Date(iso));
  }

  full(iso: string): string {
    return this.#full.format(new Date(iso));
  }

  /** The day, as a separator says it. */
  day(iso: string): string {
    const day = this.date(iso);
    if (day === this.#day.format(new Date(this.#now()))) return this.#words.today;
    return day === this.#day.format(new Date(this.#now() - dayMs)) ? this.#words.yesterday : day;
  }

  /** The day, whatever day it is now. Asked for every message at every change of a list, so it is remembered. */
  date(iso: string): string {
    const time = new Date(iso).getTime();
    // Time zones differ by whole quarters of an hour: one of these never spans midnight.
    const quarter = Math.floor(time / quarterMs);
    const known = this.#dates.get(quarter);
    if (known !== undefined) return known;
    const date = this.#day.format(time);
    this.#dates.set(quarter, date);
    return date;
  }

  /** Discord's styles of `<t:…>`: https://discord.com/developers/docs/reference#message-formatting */
  custom(seconds: number, style: string): string {
    const date = new Date(seconds * 1000);
    if (style === 'R') return this.relative(seconds * 1000);
    return new Intl.DateTimeFormat(this.#language, customStyles[style] ?? customStyles['f']).format(date);
  }

  relative(epochMs: number): string {
    const seconds = (epochMs - this.#now()) / 1000;
    const [size, unit] = units.find(([limit]) => Math.abs(seconds) >= limit) ?? [1, 'second'];
    return new Intl.RelativeTimeFormat(this.#language, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
  }

  size(bytes: number): string {
    if (bytes < 1000) return `${bytes} B`;
    return bytes < 1000 ** 2 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1000 ** 2).toFixed(1)} MB`;
  }
}

const quarterMs = 15 * 60 * 1000;
const dayMs = 24 * 3600 * 1000;

const units: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [365 * 24 * 3600, 'year'],
  [30 * 24 * 3600, 'month'],
  [24 * 3600, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

const customStyles: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
};
