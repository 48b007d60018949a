import type { RecordedRequest } from './request.ts';

export type ReplyBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'tool'; readonly name: string; readonly input: Readonly<Record<string, unknown>> };

/** What the stand-in answers to one request. */
export type Reply =
  | {
      readonly kind: 'message';
      readonly blocks: readonly ReplyBlock[];
      readonly stopReason: 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal';
      /** Milliseconds over which the text is spread; 0 for at once. */
      readonly overMs: number;
    }
  | { readonly kind: 'error'; readonly status: number }
  /** Begins to answer and then says nothing more. */
  | { readonly kind: 'hang' }
  /** Begins to answer and then cuts the connection. */
  | { readonly kind: 'drop' };

/** The header that the bridge puts before a text: `[discord @bob session=1] `. */
const header = /^\[[a-z]+(?: @[^\]]*)? session=\d+\] /u;

/** The text without the bridge's header and without outer white space. */
export function withoutHeader(text: string): string {
  return text.trim().replace(header, '').trim();
}

/**
 * The reply to a request: by the newest text a user wrote, or, once tools have run for it, by their results.
 *
 * @param seen how often this very text was answered before (for `err-once`).
 */
export function chooseReply(request: RecordedRequest, seen: number): Reply {
  const text = withoutHeader(request.userText);
  const space = text.search(/\s/);
  const word = space < 0 ? text : text.slice(0, space);
  const rest = space < 0 ? '' : text.slice(space + 1).trim();
  if (request.toolResults.length > 0) return afterTools(request, word, rest);
  switch (word) {
    case 'say':
      return say(rest);
    case 'echo':
      return say(text);
    case 'markdown':
      return say(markdown());
    case 'long':
      return say(numberedLines(Number(rest) || 100));
    case 'thinking':
      return message([
        { kind: 'thinking', text: 'Let me think about it.' },
        { kind: 'text', text: 'thought about it' },
      ]);
    case 'bash':
      return tools(bash(rest));
    case 'two':
      return tools(bash('echo one'), bash('echo two'));
    case 'write':
      return tools({ kind: 'tool', name: 'Write', input: { file_path: rest, content: 'written by the stand-in\n' } });
    case 'read':
    case 'edit':
      return tools({ kind: 'tool', name: 'Read', input: { file_path: rest } });
    case 'ask':
      return tools(question(rest));
    case 'tool': {
      const [, name = '', input = '{}'] = /^(\S+)\s*([^]*)$/.exec(rest) ?? [];
      return tools({ kind: 'tool', name, input: JSON.parse(input) as Readonly<Record<string, unknown>> });
    }
    case 'plan':
      return tools(...planSteps(request));
    case 'task':
      return tools(subagent(request));
    case 'slow':
      return { ...say(numberedLines(10)), overMs: (Number(rest) || 3) * 1000 };
    case 'hang':
      return { kind: 'hang' };
    case 'drop':
      return { kind: 'drop' };
    case 'err':
      return { kind: 'error', status: Number(rest) || 500 };
    case 'err-once':
      return seen === 0 ? { kind: 'error', status: Number(rest) || 529 } : say('fine after one error');
    case 'maxtokens':
      return { ...say('cut off'), stopReason: 'max_tokens' };
    case 'refusal':
      return { ...say(''), stopReason: 'refusal' };
    default:
      return say(`ok: ${Array.from(text).slice(0, 60).join('')}`);
  }
}

type Message = Extract<Reply, { kind: 'message' }>;

function afterTools(request: RecordedRequest, word: string, rest: string): Reply {
  const denied = request.toolResults.some(({ outcome }) => outcome !== 'ok');
  if (word === 'edit' && request.rounds === 1 && !denied) {
    return tools({ kind: 'tool', name: 'Edit', input: { file_path: rest, old_string: 'old', new_string: 'new' } });
  }
  const results = request.toolResults.map(({ outcome, text }) => `${outcome}: ${text.slice(0, 200)}`);
  return say(`done: ${results.join(' | ')}`);
}

function message(blocks: readonly ReplyBlock[]): Message {
  return { kind: 'message', blocks, stopReason: 'end_turn', overMs: 0 };
}

function say(text: string): Message {
  return message([{ kind: 'text', text }]);
}

function tools(...blocks: readonly ReplyBlock[]): Message {
  return { ...message(blocks), stopReason: 'tool_use' };
}

function bash(command: string): ReplyBlock {
  return { kind: 'tool', name: 'Bash', input: { command, description: 'Runs what the test asked for' } };
}

/** In plan mode the agent names the file that holds the plan; it is written first, and the mode is left then. */
function planSteps({ body }: RecordedRequest): readonly ReplyBlock[] {
  const file = /(\/[^"\\`]*\/plans\/[^"\\`/ ]+\.md)/.exec(body)?.[1];
  const exit: ReplyBlock = { kind: 'tool', name: 'ExitPlanMode', input: {} };
  if (file === undefined) return [exit];
  return [{ kind: 'tool', name: 'Write', input: { file_path: file, content: '# Plan\n\n1. Look\n2. Change\n' } }, exit];
}

function question(which: string): ReplyBlock {
  const ask = (question: string, header: string, labels: readonly string[], multiSelect: boolean): object => {
    const options = labels.map((label) => ({ label, description: `The choice ${label}` }));
    return { question, header, options, multiSelect };
  };
  const one = ask('Which one?', 'Choice', ['Apple', 'Blue', 'Cherry'], which === 'multi');
  const more = [ask('Which sizes?', 'Sizes', ['Small', 'Large'], true), ask('Who?', 'Name', ['Ann', 'Bob'], false)];
  return { kind: 'tool', name: 'AskUserQuestion', input: { questions: which === 'three' ? [one, ...more] : [one] } };
}

function subagent(request: RecordedRequest): ReplyBlock {
  const name = request.tools.includes('Agent') ? 'Agent' : 'Task';
  const input = { description: 'Says a word', prompt: 'say from the subagent', subagent_type: 'general-purpose' };
  return { kind: 'tool', name, input };
}

function numberedLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1} of ${count}`).join('\n');
}

/** About 6 kB with everything that rendering finds hard. */
function markdown(): string {
  const section = (n: number): string =>
    [
      `## Section ${n}`,
      '',
      'A **bold** word, an *italic* one, `code`, a [link](https://example.org/a_b), 日本語と絵文字 👩‍💻.',
      '',
      '- first\n  - nested\n- second',
      '',
      '| name | value |\n| --- | ---: |\n| one | 1 |\n| two | 22 |',
      '',
      '```ts\nconst fence: string = "``` inside";\nfor (const n of [1, 2, 3]) console.log(n, fence);\n```',
      '',
    ].join('\n');
  return `# A long answer\n\n${Array.from({ length: 19 }, (_, index) => section(index + 1)).join('\n')}\nThe end.`;
}
