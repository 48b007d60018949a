import type { PostTarget } from '../contracts/bridge-api.ts';
import { BridgeError } from '../base/errors.ts';
import { parseSessionNumber } from '../model/session.ts';
import { usageError } from './failure.ts';
import { paneToken } from './reach-daemon.ts';

/** What `dp` was asked for; `text` is undefined when it comes from standard input. */
export type Post =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'post';
      readonly target: PostTarget;
      readonly text: string | undefined;
      /** Say for programs what was done. */
      readonly json?: true;
    };

/**
 * Reads the arguments of `dp`. One argument is always the message; with more, a leading number is a session or a
 * channel. `--` ends the options, for a message that is one.
 *
 * @throws BridgeError `usage`; `files-not-supported`.
 */
export function parsePost(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Post {
  const [head, ...others] = args;
  // One argument is always the message.
  if (head === '--json' && others.length > 0) {
    const rest = parsePost(others, environment);
    return rest.kind === 'help' ? rest : { ...rest, json: true };
  }
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  const words = end === -1 ? args : [...options, ...args.slice(end + 1)];
  if (options.length === 1 && words.length === 1 && /^(-h|--help)$/.test(options[0] ?? '')) return { kind: 'help' };
  if (options.includes('--file')) {
    throw new BridgeError('files-not-supported', 'Posting files (--file) is not supported yet.', {
      advice: 'Post the text alone.',
    });
  }
  const [first, ...rest] = words;
  if (first === undefined) throw usageError('The message is missing.', 'Example: dp "the build is green"');
  if (rest.length === 0) return post(defaultTarget(environment), words);
  if (/^\d+$/.test(first)) return post(numberedTarget(first), rest);
  return post(defaultTarget(environment), words);
}

function post(target: PostTarget, words: readonly string[]): Post {
  if (words.length === 1 && words[0] === '-') return { kind: 'post', target, text: undefined };
  return { kind: 'post', target, text: words.join(' ').replaceAll('\\n', '\n') };
}

function numberedTarget(digits: string): PostTarget {
  if (digits.length > 20) {
    throw usageError(`"${digits}" is neither a session number nor a channel id (15 to 20 digits).`, 'See: dp --help');
  }
  return digits.length >= 15 ? { kind: 'channel', channel: digits } : { kind: 'session', session: Number(digits) };
}

/** Inside a session's terminal, that session; else the bridge's default. */
function defaultTarget(environment: Readonly<Record<string, string | undefined>>): PostTarget {
  const session = parseSessionNumber(environment['BRIDGE_SESSION'] ?? '');
  if (session === undefined || paneToken(environment) === undefined) return { kind: 'default' };
  return { kind: 'session', session };
}
