import { z } from 'zod';

import { BridgeError } from '../../base/errors.ts';
import type { PromptQuestion } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';

const titled = z.array(z.looseObject({ const: z.string(), title: z.string().optional() }));

const property = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  enumNames: z.array(z.string()).optional(),
  oneOf: titled.optional(),
  items: z.looseObject({ enum: z.array(z.string()).optional(), anyOf: titled.optional() }).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
});
type Property = z.infer<typeof property>;

const formSchema = z.looseObject({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
});

/** One field of a form that a server wants filled in, and what an answer to it becomes. */
export interface FormField {
  readonly question: PromptQuestion;
  /** @throws BridgeError `answer-does-not-fit`. */
  readonly valueOf: (answer: string) => Json;
}

/**
 * The fields that a server asks for (MCP elicitation: flat, of strings, numbers, booleans and choices). The agent passes on
 * whatever it is given, so what fits is decided here. Undefined when the schema is of another kind.
 */
export function formFields(requestedSchema: Json | undefined): readonly FormField[] | undefined {
  if (requestedSchema === undefined) return [];
  const parsed = formSchema.safeParse(requestedSchema);
  if (!parsed.success) return undefined;
  const { properties, required } = parsed.data;
  return Object.entries(properties).map(([name, one]) => fieldOf(name, one, required.includes(name)));
}

function fieldOf(name: string, one: Property, isRequired: boolean): FormField {
  const choices = choicesOf(one);
  const title = one.title ?? name;
  const hint = [one.description, limitsText(one)].filter((text) => text !== undefined).join('; ');
  const question: PromptQuestion = {
    id: name,
    text: hint === '' ? title : `${title} (${hint})`,
    header: title,
    options: choices.map(({ label }) => ({ label })),
    isMultiple: one.type === 'array',
    takesText: choices.length === 0,
    isOptional: !isRequired,
  };
  return { question, valueOf: (answer) => valueOf(name, one, choices, answer) };
}

interface Choice {
  readonly label: string;
  readonly value: Json;
}

function choicesOf({ type, enum: values, enumNames, oneOf, items }: Property): readonly Choice[] {
  if (type === 'boolean') return [true, false].map((value) => ({ label: value ? 'yes' : 'no', value }));
  const named = (oneOf ?? items?.anyOf)?.map((one) => ({ label: one.title ?? one.const, value: one.const }));
  const plain = (values ?? items?.enum)?.map((value, index) => ({ label: enumNames?.[index] ?? value, value }));
  const choices = named ?? plain ?? [];
  const isUnique = new Set(choices.map(({ label }) => label)).size === choices.length;
  return isUnique ? choices : choices.map(({ value }) => ({ label: value, value }));
}

function limitsText({ type, minimum, maximum, minLength, maxLength }: Property): string | undefined {
  const [what, least, most] =
    type === 'integer' || type === 'number'
      ? [type === 'integer' ? 'a whole number' : 'a number', minimum, maximum]
      : ['characters', minLength, maxLength];
  const range = least === undefined ? most && `at most ${most}` : `${most === undefined ? 'at least ' : ''}${least}`;
  const limits = least !== undefined && most !== undefined ? `${least} to ${most}` : range;
  if (what !== 'characters') return limits === undefined ? what : `${what}, ${limits}`;
  return limits === undefined ? undefined : `${limits} ${what}`;
}

function valueOf(name: string, one: Property, choices: readonly Choice[], answer: string): Json {
  if (one.type === 'array') return partsOf(answer, choices);
  const chosen = choices.find(({ label }) => label === answer);
  if (chosen) return chosen.value;
  if (one.type !== 'integer' && one.type !== 'number') {
    const length = Array.from(answer).length;
    if (length < (one.minLength ?? 0) || length > (one.maxLength ?? Infinity)) throw unfit(name, one, answer);
    return answer;
  }
  const number = answer.trim() === '' ? NaN : Number(answer);
  const isInRange = number >= (one.minimum ?? -Infinity) && number <= (one.maximum ?? Infinity);
  if (!Number.isFinite(number) || !isInRange || (one.type === 'integer' && !Number.isInteger(number))) {
    throw unfit(name, one, answer);
  }
  return number;
}

/** The values of several labels that are joined by `, `; the longest label counts where one begins another. */
function partsOf(answer: string, choices: readonly Choice[]): readonly Json[] {
  const longest = choices.toSorted((a, b) => b.label.length - a.label.length);
  const values: Json[] = [];
  for (let rest = answer; rest !== '';) {
    const next = longest.find(({ label }) => rest === label || rest.startsWith(`${label}, `));
    if (!next) return [...values, ...rest.split(', ')];
    values.push(next.value);
    rest = rest.slice(next.label.length + 2);
  }
  return values;
}

function unfit(name: string, one: Property, answer: string): BridgeError {
  return new BridgeError('answer-does-not-fit', `"${answer}" is no answer to "${name}".`, {
    advice: `It takes: ${limitsText(one) ?? 'a text'}.`,
  });
}
