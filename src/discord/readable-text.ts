import { isoTime } from '../base/clock.ts';

/** What is known of names by their ids. */
export interface Names {
  readonly user: (id: string) => string | undefined;
  readonly role: (id: string) => string | undefined;
  readonly channel: (id: string) => string | undefined;
}

/** Code stays as it is, as the server's clients show it. */
const code = /(```[\s\S]*?```|``[^`](?:[\s\S]*?[^`])?``(?!`)|`[^`\n]+`)/;

/** Users, roles, channels, commands, emojis and times, as Discord writes them in a text (its documentation). */
const markup = /<(?:(@!?|@&|#)(\d{1,20})|\/([^:<>\n]{1,100}):\d{1,20}|a?:(\w{1,64}):\d{1,20}|t:(-?\d{1,13})(?::\w)?)>/g;

/** The last moment that a date can hold, in seconds. */
const lastSecond = 8_640_000_000_000;

/** A text as people read it: names in the place of ids. Pure. */
export function readableText(text: string, names: Names): string {
  return text
    .split(code)
    .map((part, index) => (index % 2 === 1 ? part : readable(part, names)))
    .join('');
}

function readable(text: string, names: Names): string {
  return text.replace(markup, (...found: (string | undefined)[]) => {
    const [whole = '', sign, id = '', command, emoji, seconds] = found;
    if (sign === '@&') return `@${names.role(id) ?? 'unknown-role'}`;
    if (sign === '#') return `#${names.channel(id) ?? 'unknown-channel'}`;
    if (sign !== undefined) return `@${names.user(id) ?? 'unknown-user'}`;
    if (command !== undefined) return `/${command}`;
    if (emoji !== undefined) return `:${emoji}:`;
    const at = Number(seconds);
    return Math.abs(at) <= lastSecond ? isoTime(at * 1000) : whole;
  });
}
