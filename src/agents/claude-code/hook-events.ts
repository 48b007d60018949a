import { z } from 'zod';

import type { Json, MailboxEvent } from '../mailbox/mailbox-event.ts';

const json: z.ZodType<Json> = z.json();
const object = z.record(z.string(), json);

const common = {
  session_id: z.string(),
  transcript_path: z.string().optional(),
  prompt_id: z.string().optional(),
};

const schemas = {
  SessionStart: z.looseObject({ ...common, source: z.string().optional() }),
  SessionEnd: z.looseObject({ ...common, reason: z.string().optional() }),
  UserPromptSubmit: z.looseObject({ ...common, prompt_id: z.string(), prompt: z.string() }),
  MessageDisplay: z.looseObject({
    ...common,
    prompt_id: z.string(),
    message_id: z.string(),
    index: z.int().min(0),
    final: z.boolean(),
    delta: z.string(),
    agent_id: z.string().optional(),
  }),
  PermissionRequest: z.looseObject({
    ...common,
    tool_name: z.string(),
    tool_input: object,
    permission_suggestions: z.array(json).default([]),
  }),
  // A server that the agent uses wants a form filled in (MCP elicitation).
  Elicitation: z.looseObject({
    ...common,
    mcp_server_name: z.string(),
    message: z.string(),
    url: z.string().optional(),
    requested_schema: object.optional(),
  }),
  PostToolUse: z.looseObject({ ...common, tool_name: z.string(), tool_input: object }),
  PostToolUseFailure: z.looseObject({ ...common, tool_name: z.string(), tool_input: object }),
  PostToolBatch: z.looseObject({
    ...common,
    agent_id: z.string().optional(),
    tool_calls: z.array(z.looseObject({ tool_name: z.string(), tool_input: object })),
  }),
  Stop: z.looseObject({
    ...common,
    prompt_id: z.string(),
    last_assistant_message: z.string().nullish(),
    background_tasks: z.array(z.looseObject({ status: z.string().optional() })).optional(),
  }),
  StopFailure: z.looseObject({
    ...common,
    prompt_id: z.string(),
    error: z.string(),
    last_assistant_message: z.string().nullish(),
  }),
  // Of the hook script itself: a question that nobody answered in time.
  expired: z.looseObject({ id: z.string(), kind: z.string() }),
};

type Schemas = typeof schemas;

/** An event of the agent as its hooks reported it: where it is in the mailbox, and what it says. */
export type HookEvent = {
  readonly [Kind in keyof Schemas]: {
    readonly kind: Kind;
    readonly id: string;
    readonly pid: number;
    /** Epoch milliseconds. */
    readonly at: number;
    readonly data: z.infer<Schemas[Kind]>;
  };
}[keyof Schemas];

export type HookEventOf<Kind extends HookEvent['kind']> = Extract<HookEvent, { kind: Kind }>;

/** Reads a mailbox event as the agent's. @throws ZodError when it is not one we know, or lacks what we need. */
export function parseHookEvent({ id, kind, pid, at, event }: MailboxEvent): HookEvent {
  const known = z.enum(Object.keys(schemas) as [keyof Schemas, ...(keyof Schemas)[]]).parse(kind);
  const data = schemas[known].parse(event);
  // The kind chose the schema, so the pair fits; the compiler cannot follow that through a lookup.
  return { id, kind: known, pid, at, data } as HookEvent;
}

/** A prompt that the agent gave itself when something in the background ended. */
export function isAgentsOwnPrompt(prompt: string): boolean {
  return prompt.trimStart().startsWith('<task-notification>');
}
