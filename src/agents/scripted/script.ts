import { practiceDialogs } from './practice-dialogs.ts';
import type { Dialog } from './practice-dialogs.ts';
import { pathsToRead } from './read-files.ts';

/** One thing the practice agent does in a turn. */
export type Step =
  | { readonly do: 'say'; readonly text: string }
  /** Says a text only after its turn has ended, as a record that is written late. */
  | { readonly do: 'say-late'; readonly text: string }
  /** Works for a while; `aloud` shows the seconds on its screen. */
  | { readonly do: 'work'; readonly seconds: number; readonly aloud: boolean }
  /** Works with one tool after the other; what is queued meanwhile becomes part of this turn. */
  | { readonly do: 'use-tools'; readonly seconds: number }
  | { readonly do: 'ask'; readonly dialog: Dialog }
  /** Runs the `dp` command with this text. */
  | { readonly do: 'dp'; readonly text: string }
  | { readonly do: 'tell-variable'; readonly name: string }
  | { readonly do: 'tell-count' }
  | { readonly do: 'tell-file'; readonly path: string }
  | { readonly do: 'fail'; readonly outcome: 'failed' | 'rate-limited'; readonly reason: string }
  /** Ends the process at once, in the middle of the turn. */
  | { readonly do: 'crash'; readonly code: number }
  /** Does nothing more at all, also to keys: the process lives, and is stuck. */
  | { readonly do: 'hang' }
  /** Ends the process after the turn. */
  | { readonly do: 'leave' };

/** The header that a bridge puts before a message: `[discord @name session=1] `. */
const header = /^\[[^\]\n]*\bsession=\d+\] /u;

/** Seconds: nobody practises longer. */
const longestWork = 3600;

/** Lines: enough to try any limit of a chat server. */
const mostLines = 20_000;

/** The first line of a text that is a command in each of its other lines. */
const scriptLine = 'script:\n';

/**
 * What the practice agent does for a text. A text that is no command is repeated, exactly as it was read. A text whose
 * first line is `script:` does what each of the other lines says, in one turn.
 */
export function stepsFor(received: string): readonly Step[] {
  const text = received.replace(header, '');
  return text.startsWith(scriptLine)
    ? text.slice(scriptLine.length).split('\n').flatMap(stepsForLine)
    : stepsForLine(text);
}

function stepsForLine(text: string): readonly Step[] {
  const [, word = '', rest = ''] = /^(\S+)(?:\s+([\s\S]*\S))?\s*$/.exec(text) ?? [];
  const dialog = practiceDialogs.get([word, ...rest.split(/\s+/)].join(' ').trim());
  if (dialog) return [{ do: 'ask', dialog }];
  return (rest === '' ? alone(word) : withArgument(word, rest)) ?? [say(`You said: ${text}`)];
}

function alone(word: string): readonly Step[] | undefined {
  switch (word) {
    case 'help':
      return [say(helpText)];
    case 'markdown':
      return [say(markdownText)];
    case 'silent':
      return [];
    case 'two':
      return [say('This is the first of two texts.'), say('And this is the second.')];
    case 'fail':
      return [{ do: 'fail', outcome: 'failed', reason: 'this turn was asked to fail' }];
    case 'limit':
      return [{ do: 'fail', outcome: 'rate-limited', reason: 'this turn was asked to reach a limit' }];
    case 'count':
      return [{ do: 'tell-count' }];
    case 'crash':
      return [{ do: 'crash', code: 1 }];
    case 'hang':
      return [{ do: 'hang' }];
    case 'exit':
      return [say('Goodbye.'), { do: 'leave' }];
    default:
      return undefined;
  }
}

function withArgument(word: string, rest: string): readonly Step[] | undefined {
  const number = /^\d+(\.\d+)?$/.test(rest) ? Number(rest) : undefined;
  switch (word) {
    case 'slow':
    case 'busy': {
      if (number === undefined) return undefined;
      const seconds = Math.min(number, longestWork);
      const words = word === 'slow' ? `A slow answer, after ${seconds} s.` : `Was busy for ${seconds} s.`;
      return [{ do: 'work', seconds, aloud: word === 'slow' }, say(words)];
    }
    case 'ask': {
      const dialog = practiceDialogs.get('ask');
      if (number === undefined || dialog === undefined) return undefined;
      return [{ do: 'ask', dialog: { ...dialog, patienceMs: Math.min(number, longestWork) * 1000 } }];
    }
    case 'read':
      return pathsToRead(rest).map((path) => ({ do: 'tell-file', path }));
    case 'name':
      return [say(`Here it is: \`${rest}\``)];
    case 'tools': {
      if (number === undefined) return undefined;
      const seconds = Math.min(number, longestWork);
      return [{ do: 'use-tools', seconds }, say(`Used tools for ${seconds} s.`)];
    }
    case 'late':
      return [{ do: 'say-late', text: rest }];
    case 'long':
      if (number === undefined) return undefined;
      return [say(numberedLines(Math.min(Math.trunc(number), mostLines)))];
    case 'crash':
      if (number === undefined || number > 255 || !Number.isInteger(number)) return undefined;
      return [{ do: 'crash', code: number }];
    case 'dp':
      return [{ do: 'dp', text: rest }, say(rest)];
    case 'env':
      return /^\w+$/.test(rest) ? [{ do: 'tell-variable', name: rest }] : undefined;
    default:
      return undefined;
  }
}

/** Says whether a variable is set. A value whose name looks secret is not shown. */
export function variableText(name: string, value: string | undefined): string {
  if (value === undefined) return `${name} is not set.`;
  const secret = /TOKEN|SECRET|KEY|PASS|CREDENTIAL|AUTH|COOKIE|PRIVATE|SALT/i.test(name);
  return secret ? `${name} is set (its value is not shown).` : `${name} is "${value}".`;
}

function say(text: string): Step {
  return { do: 'say', text };
}

function numberedLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1} of ${count}`).join('\n');
}

const helpText = `This is the **built-in practice agent**. It is no AI: it answers so that you can try the bridge before a real agent is installed.

Whatever you write, it repeats. Some words do more:

- \`slow 5\`: an answer that takes five seconds
- \`long 200\`: an answer of 200 lines
- \`markdown\`: an answer with headings, a table and code
- \`two\`: two texts in one turn; \`silent\`: none at all
- \`ask\`, \`edit\`: ask for a permission; \`question\`, \`questions\`, \`plan\`, \`form\` ask in their ways. Decide by the buttons, or with \`vai prompts\` and \`vai answer\`
- \`read PATH\`, or \`read\` with files: how big they are; \`name PATH\`: names a file
- \`dp hello\`: posts with the \`dp\` command as well
- \`count\`: how many messages it had; it remembers over restarts
- \`env HOME\`: whether a variable is set for it
- \`tools 5\`: five seconds of tools; what you write meanwhile becomes part of that turn, else it is the next one
- \`busy 5\`, \`late words\`, \`fail\`, \`limit\`, \`crash 3\`, \`hang\`, \`exit\`: what a bad day looks like
- \`script:\` and then one command on each line: all of them in one turn

To work with Claude Code instead: install it (\`npm install -g @anthropic-ai/claude-code\`), run \`claude\` once in a terminal to log in, then \`vai restart\`. If it is not on the PATH, set \`CLAUDE_COMMAND\` in \`config/.env\`.`;

const markdownText = `# A heading

Some **bold** and *italic* words, a \`name_in_code\`, and a [link](https://example.org/a_b).

- a list
  - with a nested line
- 日本語と絵文字 👩‍💻

| name  | value |
| ----- | ----: |
| one   |     1 |
| three |   333 |

\`\`\`ts
const fence = 'code with \`ticks\`';
console.log(fence);
\`\`\`

> A quotation at the end.`;
