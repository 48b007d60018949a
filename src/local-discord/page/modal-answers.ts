import type { LooseComponent } from './state/payloads.ts';
import { componentTypes as types } from './state/payloads.ts';

/** What was filled in, by custom id: a text has one value. */
export type Answers = ReadonlyMap<string, readonly string[]>;

const choosing: readonly number[] = [
  types.stringSelect,
  types.userSelect,
  types.roleSelect,
  types.mentionableSelect,
  types.channelSelect,
  types.checkboxGroup,
];

/** What a form holds before anybody has touched it. */
export function firstAnswers(components: readonly LooseComponent[]): Answers {
  return new Map(
    components.flatMap(inputsIn).map((input) => {
      const marked = (input.options ?? []).filter((option) => option.default).map(({ value }) => value);
      const given = input.default_values?.map(({ id }) => id) ?? [];
      if (input.type === types.textInput) return [input.custom_id ?? '', [input.value ?? '']] as const;
      if (input.type === types.checkbox) return [input.custom_id ?? '', input.default ? ['true'] : []] as const;
      return [input.custom_id ?? '', [...marked, ...given]] as const;
    }),
  );
}

/** The components of a form as a submission has them: the same tree, with values. */
export function answeredComponents(components: readonly LooseComponent[], answers: Answers): readonly object[] {
  return components.flatMap((component): readonly object[] => {
    if (component.type === types.actionRow) {
      return [
        { type: component.type, components: (component.components ?? []).flatMap((one) => answered(one, answers)) },
      ];
    }
    if (component.type === types.label && component.component) {
      return answered(component.component, answers).map((inner) => ({ type: component.type, component: inner }));
    }
    return component.type === types.textDisplay ? [{ type: component.type }] : [];
  });
}

/** The blanks in a component. */
function inputsIn(component: LooseComponent): readonly LooseComponent[] {
  const { components, component: inner, custom_id: customId } = component;
  const children = [...(components ?? []), ...(inner ? [inner] : [])].flatMap(inputsIn);
  return customId === undefined ? children : [component, ...children];
}

function answered(input: LooseComponent, answers: Answers): readonly object[] {
  const { type, custom_id: customId } = input;
  if (customId === undefined) return [];
  const values = answers.get(customId) ?? [];
  if (type === types.checkbox) return [{ type, custom_id: customId, value: values.length > 0 }];
  if (type === types.radioGroup) return [{ type, custom_id: customId, value: values[0] ?? null }];
  if (choosing.includes(type)) return [{ type, custom_id: customId, values }];
  return [{ type, custom_id: customId, value: values[0] ?? '' }];
}
