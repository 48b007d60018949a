import { z } from 'zod';

import type { PromptGrant, PromptKind, PromptQuestion } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';
import { formFields } from './form-fields.ts';
import type { FormField } from './form-fields.ts';
import type { HookEventOf } from './hook-events.ts';
import { acceptEdits, offeredUpdates } from './permission-updates.ts';
import type { OfferedUpdate } from './permission-updates.ts';
import type { SettingsPlaces } from './settings-places.ts';

/** Something that the agent holds up until a person has decided. */
export type HeldRequest = HookEventOf<'PermissionRequest' | 'Elicitation'>;

/** A request in the bridge's words, with what it takes to answer in the agent's. */
export interface AskedPrompt {
  readonly kind: PromptKind;
  readonly tool: string;
  readonly input: Readonly<Record<string, Json>>;
  readonly grants: readonly PromptGrant[];
  readonly questions: readonly PromptQuestion[];
  readonly updates: readonly OfferedUpdate[];
  readonly fields: readonly FormField[];
}

const asked = z.looseObject({
  questions: z.array(
    z.looseObject({
      question: z.string(),
      header: z.string().optional(),
      multiSelect: z.boolean().optional(),
      options: z.array(z.looseObject({ label: z.string(), description: z.string().optional() })).default([]),
    }),
  ),
});

/** Reads what a request asks; undefined for a form of a kind that nobody could fill in from here. */
export function readRequest(request: HeldRequest, places: SettingsPlaces): AskedPrompt | undefined {
  if (request.kind === 'Elicitation') return readForm(request);
  const { tool_name: tool, tool_input: input, permission_suggestions: suggestions } = request.data;
  const kind = promptKind(tool);
  const updates = offeredUpdates(kind === 'plan' ? [acceptEdits] : suggestions, places);
  const questions = kind === 'question' ? questionsOf(input) : [];
  return { kind, tool, input, grants: updates.map(({ grant }) => grant), questions, updates, fields: [] };
}

/** What kind of prompt a request for a tool is. */
export function promptKind(tool: string): PromptKind {
  if (tool === 'AskUserQuestion') return 'question';
  if (tool === 'ExitPlanMode') return 'plan';
  return 'permission';
}

function readForm({ data }: HookEventOf<'Elicitation'>): AskedPrompt | undefined {
  const { mcp_server_name: tool, message, url, requested_schema: schema } = data;
  const fields = formFields(schema);
  if (!fields) return undefined;
  const input = { message, ...(url === undefined ? {} : { url }), ...(schema === undefined ? {} : { schema }) };
  const questions = fields.map(({ question }) => question);
  return { kind: 'form', tool, input, grants: [], questions, updates: [], fields };
}

/** The agent tells the answers apart by the words of the questions. */
function questionsOf(input: Readonly<Record<string, Json>>): readonly PromptQuestion[] {
  const questions = asked.safeParse(input).data?.questions ?? [];
  return questions.map(({ question, header, multiSelect = false, options }) => ({
    id: question,
    text: question,
    ...(header === undefined ? {} : { header }),
    options: options.map(({ label, description }) => ({
      label,
      ...(description === undefined ? {} : { description }),
    })),
    isMultiple: multiSelect,
    takesText: true,
  }));
}
