import type { VNode } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';

import { systemClock } from '../../../base/clock.ts';
import type { Command, CommandOption } from '../commands/command-index.ts';
import { optionTypes as types } from '../commands/command-index.ts';
import type { Problem } from '../commands/option-values.ts';
import { useChat, useTools } from '../context.ts';
import { isForInputMethod } from '../input-method.ts';
import type { SelectOption } from '../state/payloads.ts';
import { useChoosable } from './use-choosable.ts';

/** Suggestions are asked for when the typing pauses. */
const pauseMs = 150;

interface Props {
  readonly channel: string;
  readonly command: Command;
  readonly option: CommandOption;
  readonly values: ReadonlyMap<string, string>;
  readonly problem: Problem | undefined;
  readonly onChange: (value: string) => void;
}

/** One blank of a command, in the form that suits its kind. */
export function CommandField(props: Props): VNode {
  const { words } = useTools();
  const { option, values, problem, onChange } = props;
  const id = useId();
  const choices = useChoices(option);
  const value = values.get(option.name) ?? '';
  const shared = {
    id,
    name: option.name,
    value,
    required: option.required,
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': `${id}-about`,
  };
  return (
    <div class="field">
      <label for={id}>
        {option.name}
        {option.required ? <span class="needed"> *</span> : <span class="optional"> {words.optional}</span>}
      </label>
      {choices ? (
        <select
          {...shared}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        >
          <option value="">{words.choose}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : option.autocomplete ? (
        <SuggestedInput {...props} shared={shared} />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={option.type === types.integer ? 'numeric' : option.type === types.number ? 'decimal' : 'text'}
          autoComplete="off"
          onInput={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      )}
      <p id={`${id}-about`} class={problem ? 'field-problem' : 'field-description'}>
        {problem ? words.problems[problem] : option.description}
      </p>
    </div>
  );
}

/** A text with suggestions that the application makes while one types. */
function SuggestedInput(props: Props & { readonly shared: object }): VNode {
  const { actor, words } = useTools();
  const { channel, command, option, values, onChange, shared } = props;
  const [asked, setAsked] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const suggestions = useChat((state) => state.interactions.suggestions);
  const listId = useId();
  const value = values.get(option.name) ?? '';
  const choices = isOpen && asked !== undefined && suggestions?.nonce === asked ? suggestions.choices : [];
  useEffect(() => {
    if (!isOpen) return undefined;
    return systemClock.after(pauseMs, () => {
      setAsked(actor.suggest(channel, command, values, option.name));
      setChosen(-1);
    });
  }, [value, isOpen]);
  const take = (index: number): void => {
    const choice = choices[index];
    if (!choice) return;
    onChange(String(choice.value));
    setOpen(false);
  };
  return (
    <div class="suggested">
      <input
        {...shared}
        type="text"
        role="combobox"
        autoComplete="off"
        aria-expanded={choices.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
        onFocus={() => {
          setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
        }}
        onInput={(event) => {
          onChange(event.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={(event) => {
          if (isForInputMethod(event)) return;
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          if (step !== 0 && choices.length > 0) {
            event.preventDefault();
            setChosen((chosen + step + choices.length) % choices.length);
          } else if (event.key === 'Enter' && chosen >= 0 && choices[chosen]) {
            event.preventDefault();
            take(chosen);
          } else if (event.key === 'Escape' && choices.length > 0) {
            event.preventDefault();
            setOpen(false);
          }
        }}
      />
      <ul id={listId} class="suggestions" role="listbox" aria-label={words.suggestions} hidden={choices.length === 0}>
        {choices.map(({ name, value: suggested }, index) => (
          <li
            key={suggested}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={(event) => {
              event.preventDefault();
              take(index);
            }}
          >
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The values of a blank that has only so many; undefined for one that takes any text. */
function useChoices(option: CommandOption): readonly SelectOption[] | undefined {
  const { words } = useTools();
  const { users, roles, mentionables, channels } = useChoosable();
  switch (option.type) {
    case types.boolean:
      return [
        { label: words.yes, value: 'true' },
        { label: words.no, value: 'false' },
      ];
    case types.user:
      return users;
    case types.role:
      return roles;
    case types.mentionable:
      return mentionables;
    case types.channel:
      return channels;
    default:
      return option.choices.length > 0
        ? option.choices.map(({ name, value }) => ({ label: name, value: String(value) }))
        : undefined;
  }
}
