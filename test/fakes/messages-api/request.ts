import { z } from 'zod';

const textBlock = z.object({ type: z.literal('text'), text: z.string() });
const toolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  is_error: z.boolean().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]).optional(),
});
const otherBlock = z.looseObject({ type: z.string() });
const block = z.union([textBlock, toolResultBlock, otherBlock]);
type Block = z.infer<typeof block>;

const requestBody = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(block)]) })),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});

export interface ToolResult {
  /** All its text. */
  readonly text: string;
  readonly outcome: 'ok' | 'denied' | 'failed';
}

/** One call of the Messages API, as the stand-in understood it. */
export interface RecordedRequest {
  readonly model: string;
  /** The newest text a user wrote, exactly as received (header included); '' when there is none. */
  readonly userText: string;
  /** The results this request hands in, when it goes on with a turn; empty when `userText` is news. */
  readonly toolResults: readonly ToolResult[];
  /** How many rounds of tools have been run since `userText`, this request's included. */
  readonly rounds: number;
  readonly tools: readonly string[];
  /** The whole body, for tests that look closer. */
  readonly body: string;
}

/** Reads a request's body. Throws what zod or JSON throw. */
export function parseRequest(body: string): RecordedRequest {
  const parsed = requestBody.parse(JSON.parse(body));
  const blocks = parsed.messages
    .filter(({ role }) => role === 'user')
    .map(({ content }): Block[] => (typeof content === 'string' ? [{ type: 'text', text: content }] : content));
  const flat = blocks.flat();
  const lastText = flat.findLastIndex((one) => written(one) !== undefined);
  const last = flat[lastText];
  const since = blocks.map((group) =>
    group.filter((one) => flat.indexOf(one) > lastText && one.type === 'tool_result'),
  );
  const rounds = since.filter((group) => group.length > 0);
  return {
    model: parsed.model,
    userText: (last === undefined ? undefined : written(last)) ?? '',
    toolResults: (rounds.at(-1) ?? []).flatMap((one) => toolResult(one) ?? []),
    rounds: rounds.length,
    tools: (parsed.tools ?? []).flatMap(({ name }) => name ?? []),
    body,
  };
}

/** The text of a block that a person wrote; undefined for everything the agent adds by itself. */
function written(one: Block): string | undefined {
  const text = textBlock.safeParse(one);
  if (!text.success) return undefined;
  const inserted = /^\s*(<system-reminder>|<local-command-|<command-|\[Request interrupted by user)/.test(
    text.data.text,
  );
  return inserted ? undefined : text.data.text;
}

function toolResult(one: Block): ToolResult | undefined {
  const parsed = toolResultBlock.safeParse(one);
  if (!parsed.success) return undefined;
  const { content = '', is_error = false } = parsed.data;
  const text = typeof content === 'string' ? content : content.map((part) => part.text ?? `(${part.type})`).join('\n');
  if (!is_error) return { text, outcome: 'ok' };
  // A tool that ran and failed says so in these words; everything else marked as an error was not allowed to run.
  return { text, outcome: /^(Exit code \d|<tool_use_error>|Error:)/.test(text) ? 'failed' : 'denied' };
}
