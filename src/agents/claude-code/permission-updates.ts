import { z } from 'zod';

import type { PromptGrant } from '../../model/prompt.ts';
import type { Json } from '../mailbox/mailbox-event.ts';
import type { SettingsPlaces } from './settings-places.ts';

/** A change of the agent's permissions that a yes may bring along: what a person reads, and the agent's own words for it. */
export interface OfferedUpdate {
  readonly grant: PromptGrant;
  readonly update: Json;
}

const destination = z.enum(['session', 'localSettings', 'projectSettings', 'userSettings']);

const suggestion = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('addRules'),
    rules: z.array(z.object({ toolName: z.string(), ruleContent: z.string().optional() })).min(1),
    behavior: z.enum(['allow', 'deny', 'ask']),
    destination,
  }),
  z.object({ type: z.literal('setMode'), mode: z.string(), destination }),
  z.object({ type: z.literal('addDirectories'), directories: z.array(z.string()).min(1), destination }),
]);

/** What goes with the approval of a plan: nothing suggests it, and the agent takes it. */
export const acceptEdits: Json = { type: 'setMode', mode: 'acceptEdits', destination: 'session' };

/** What of the agent's suggestions can be offered: those of which it is known what they do, and where they are written. */
export function offeredUpdates(suggestions: readonly Json[], places: SettingsPlaces): readonly OfferedUpdate[] {
  return suggestions.flatMap((update, index) => {
    const parsed = suggestion.safeParse(update);
    if (!parsed.success) return [];
    const { destination: place } = parsed.data;
    const where = place === 'session' ? place : places[place];
    return where === undefined ? [] : [{ grant: grantOf(parsed.data, String(index + 1), where), update }];
  });
}

function grantOf(update: z.infer<typeof suggestion>, id: string, where: string): PromptGrant {
  switch (update.type) {
    case 'addRules':
      return { kind: 'rules', id, rules: update.rules.map(ruleText), effect: update.behavior, where };
    case 'setMode':
      return { kind: 'mode', id, mode: update.mode, where };
    case 'addDirectories':
      return { kind: 'directories', id, directories: update.directories, where };
  }
}

/** A rule as the agent writes it: parentheses and backslashes inside are escaped. */
function ruleText({
  toolName,
  ruleContent,
}: {
  readonly toolName: string;
  readonly ruleContent?: string | undefined;
}): string {
  return ruleContent === undefined ? toolName : `${toolName}(${ruleContent.replace(/[\\()]/g, '\\$&')})`;
}
