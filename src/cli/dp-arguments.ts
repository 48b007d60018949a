import type { PostTarget } from '../contracts/bridge-api.ts';
import { parseSessionNumber } from '../model/session.ts';
import { usageError } from './failure.ts';
import { paneToken } from './reach-daemon.ts';

/** What `dp` was asked for; `text` is undefined when it comes from standard input, '' when there are only files. */
export type Post =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'post';
      readonly target: PostTarget;
      readonly text: string | undefined;
      /** Paths as they were given. */
      readonly files?: readonly string[];
      /** Say for programs what was done. */
      readonly json?: true;
    };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the arguments of `dp`. One argument is always the message; with more, a leading number is a session or a
 * channel, and `--file` names files. `--` ends the options, for a message that is one.
 *
 * @throws BridgeError `usage`.
 */
export function parsePost(args: readonly string[], environment: Environment): Post {
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
  if (options.includes('--file') && args.length > 1) {
    return postFiles(options, end === -1 ? undefined : args.slice(end + 1), environment);
  }
  const [first, ...rest] = words;
  if (first === undefined) throw usageError('The message is missing.', 'Example: dp "the build is green"');
  if (rest.length === 0) return post(defaultTarget(environment), words);
  if (/^\d+$/.test(first)) return post(numberedTarget(first), rest);
  return post(defaultTarget(environment), words);
}

/**
 * `[target] --file PATH... "message"`: the last word is the message, unless one was given before `--file` or after `--`,
 * or `--file` stands right before it: then all are paths.
 */
function postFiles(options: readonly string[], tail: readonly string[] | undefined, environment: Environment): Post {
  const at = options.indexOf('--file');
  const before = options.slice(0, at);
  const isNumbered = /^\d+$/.test(before[0] ?? '');
  const target = isNumbered ? numberedTarget(before[0] ?? '') : defaultTarget(environment);
  const message = [...(isNumbered ? before.slice(1) : before), ...(tail ?? [])];
  const after = options.slice(at);
  const paths = after.filter((word) => word !== '--file');
  if (message.length === 0 && tail === undefined && paths.length > 1 && after.at(-2) !== '--file') {
    message.push(...paths.splice(-1));
  }
  if (paths.length === 0 || paths.includes('') || after.at(-1) === '--file') {
    throw usageError('--file needs the path of a file.', 'Example: dp 2 --file shot.png "how it looks now"');
  }
  if (message.length === 0) return { kind: 'post', target, text: '', files: paths };
  return { ...post(target, message), files: paths };
}

function post(target: PostTarget, words: readonly string[]): Extract<Post, { kind: 'post' }> {
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
function defaultTarget(environment: Environment): PostTarget {
  const session = parseSessionNumber(environment['BRIDGE_SESSION'] ?? '');
  if (session === undefined || paneToken(environment) === undefined) return { kind: 'default' };
  return { kind: 'session', session };
}
