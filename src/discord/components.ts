import { ButtonStyle, ComponentType, TextInputStyle } from 'discord.js';
import type {
  APIActionRowComponent,
  APIButtonComponentWithCustomId,
  APIComponentInMessageActionRow,
  APIModalInteractionResponseCallbackData,
  APIStringSelectComponent,
} from 'discord.js';

import { shorten } from '../base/cut-text.ts';
import type { Button, Controls, Form, Menu } from '../model/controls.ts';

const styles = {
  primary: ButtonStyle.Primary,
  good: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
  plain: ButtonStyle.Secondary,
} as const satisfies Readonly<Record<Button['look'], ButtonStyle>>;

/** The most that Discord takes of each text, in characters (its documentation). */
const longest = { label: 80, choice: 100, placeholder: 150, field: 45, hint: 100, title: 45 } as const;

/** Controls as Discord has them. A text that is too long is cut, for the whole post would be refused for it. */
export function componentsOf(controls: Controls): APIActionRowComponent<APIComponentInMessageActionRow>[] {
  return controls.map((row) => ({
    type: ComponentType.ActionRow,
    components: row.kind === 'menu' ? [menuOf(row.menu)] : row.buttons.map(buttonOf),
  }));
}

/** A form as Discord has it; texts are cut as those of controls. */
export function modalOf({ id, title, fields }: Form): APIModalInteractionResponseCallbackData {
  return {
    custom_id: id,
    title: shorten(title, longest.title),
    components: fields.map((field) => ({
      type: ComponentType.Label,
      label: shorten(field.label, longest.field),
      component: {
        type: ComponentType.TextInput,
        custom_id: field.id,
        style: field.isLong ? TextInputStyle.Paragraph : TextInputStyle.Short,
        required: field.isRequired,
        ...(field.placeholder === undefined ? {} : { placeholder: shorten(field.placeholder, longest.hint) }),
      },
    })),
  };
}

function buttonOf({ id, label, look }: Button): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, custom_id: id, label: shorten(label, longest.label), style: styles[look] };
}

function menuOf({ id, placeholder, least, most, choices }: Menu): APIStringSelectComponent {
  return {
    type: ComponentType.StringSelect,
    custom_id: id,
    placeholder: shorten(placeholder, longest.placeholder),
    min_values: least,
    max_values: most,
    options: choices.map(({ value, label, description, chosen }) => ({
      value,
      label: shorten(label, longest.choice),
      ...(description === undefined ? {} : { description: shorten(description, longest.choice) }),
      ...(chosen === true ? { default: true } : {}),
    })),
  };
}
