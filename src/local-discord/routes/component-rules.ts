import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';

import { invalidField } from '../api-error.ts';

const mostRows = 5;
const mostButtons = 5;
const mostOptions = 25;
const longestCustomId = 100;

/** What this server checks of a component, whatever its kind; the rest is kept as it came. */
const anyComponent = z.looseObject({
  type: z.int(),
  custom_id: z.string().optional(),
  disabled: z.boolean().optional(),
  label: z.string().max(80).nullish(),
  options: z.array(z.looseObject({})).optional(),
  components: z.array(z.looseObject({ type: z.int() })).optional(),
});

/** Documented limits of buttons and menus. @throws DiscordApiError 50035 naming the place. */
export function checkComponents(components: readonly APIMessageTopLevelComponent[]): void {
  if (components.length > mostRows) {
    throw invalidField(['components'], 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${mostRows} in length.`);
  }
  const seen = new Set<string>();
  for (const [index, component] of components.entries()) check(component, ['components', index], seen);
}

function check(value: object, path: readonly (string | number)[], seen: Set<string>): void {
  const parsed = anyComponent.safeParse(value);
  if (!parsed.success) throw invalidField(path, 'BASE_TYPE_INVALID', 'This is not a component.');
  const { type, custom_id: customId, options, components } = parsed.data;
  const buttons = (components ?? []).filter((child) => child.type === (ComponentType.Button as number));
  const isRow = type === (ComponentType.ActionRow as number);
  if (isRow && (!components || components.length === 0 || buttons.length > mostButtons)) {
    const message = `Must be between 1 and ${mostButtons} in length.`;
    throw invalidField([...path, 'components'], 'BASE_TYPE_BAD_LENGTH', message);
  }
  if (customId !== undefined) {
    if (customId === '' || customId.length > longestCustomId) {
      const message = `Must be between 1 and ${longestCustomId} in length.`;
      throw invalidField([...path, 'custom_id'], 'BASE_TYPE_BAD_LENGTH', message);
    }
    if (seen.has(customId)) {
      const message = 'Component custom id cannot be duplicated';
      throw invalidField([...path, 'custom_id'], 'COMPONENT_CUSTOM_ID_DUPLICATED', message);
    }
    seen.add(customId);
  }
  if (options && options.length > mostOptions) {
    const message = `Must be ${mostOptions} or fewer in length.`;
    throw invalidField([...path, 'options'], 'BASE_TYPE_MAX_LENGTH', message);
  }
  for (const [index, child] of (components ?? []).entries()) check(child, [...path, 'components', index], seen);
}

/** Finds a component by its custom id, however deep. */
export function componentIn(
  components: readonly object[],
  customId: string,
): { readonly type: number; readonly disabled: boolean } | undefined {
  for (const value of components) {
    const parsed = anyComponent.safeParse(value);
    if (!parsed.success) continue;
    const { type, custom_id: own, disabled, components: children } = parsed.data;
    if (own === customId) return { type, disabled: disabled ?? false };
    const found = componentIn(children ?? [], customId);
    if (found) return found;
  }
  return undefined;
}
