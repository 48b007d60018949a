import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';

import { invalidField } from '../api-error.ts';

/** Documented limits: rows of an ordinary message, components in all of one that is laid out by its components. */
const mostRows = 5;
const mostComponents = 40;
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
  min_values: z.int().nonnegative().nullish(),
  max_values: z.int().positive().nullish(),
  components: z.array(z.looseObject({ type: z.int() })).optional(),
  accessory: z.looseObject({ type: z.int() }).optional(),
  component: z.looseObject({ type: z.int() }).optional(),
});
type AnyComponent = z.output<typeof anyComponent>;

type Path = readonly (string | number)[];

/** Documented limits of buttons, menus and layouts. @throws DiscordApiError 50035 naming the place. */
export function checkComponents(components: readonly APIMessageTopLevelComponent[]): void {
  const isLayout = components.some(({ type }) => type !== ComponentType.ActionRow);
  if (!isLayout && components.length > mostRows) {
    throw invalidField(['components'], 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${mostRows} in length.`);
  }
  const seen = new Set<string>();
  const count = components.reduce((sum, component, index) => sum + check(component, ['components', index], seen), 0);
  if (isLayout && count > mostComponents) {
    throw invalidField(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be ${mostComponents} or fewer in length.`);
  }
}

/** Checks a component and what is in it; how many there are. */
function check(value: object, path: Path, seen: Set<string>): number {
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
  return childrenOf(parsed.data, path).reduce((sum, child) => sum + check(child.value, child.path, seen), 1);
}

export interface FoundComponent {
  readonly type: number;
  readonly disabled: boolean;
  /** How many may be chosen of a menu. */
  readonly least: number;
  readonly most: number;
  /** The values of a menu that lists them itself. */
  readonly values: readonly string[] | undefined;
}

const listed = z.array(z.looseObject({ value: z.string() }));

/** Finds a component by its custom id, however deep. */
export function componentIn(components: readonly object[], customId: string): FoundComponent | undefined {
  for (const value of components) {
    const parsed = anyComponent.safeParse(value);
    if (!parsed.success) continue;
    const { type, custom_id: own, disabled, min_values: least, max_values: most, options } = parsed.data;
    if (own === customId) {
      const values = listed.safeParse(options).data?.map((option) => option.value);
      return { type, disabled: disabled ?? false, least: least ?? 1, most: most ?? 1, values };
    }
    const found = componentIn(
      childrenOf(parsed.data, []).map((child) => child.value),
      customId,
    );
    if (found) return found;
  }
  return undefined;
}

function childrenOf(
  { components = [], accessory, component }: AnyComponent,
  path: Path,
): readonly { readonly value: object; readonly path: Path }[] {
  return [
    ...components.map((value, index) => ({ value, path: [...path, 'components', index] })),
    ...(accessory ? [{ value: accessory, path: [...path, 'accessory'] }] : []),
    ...(component ? [{ value: component, path: [...path, 'component'] }] : []),
  ];
}
