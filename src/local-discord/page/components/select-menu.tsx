import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import type { LooseComponent, SelectOption } from '../state/payloads.ts';
import { componentTypes as types } from '../state/payloads.ts';
import { useChoosable } from './use-choosable.ts';

const selects: readonly number[] = [
  types.stringSelect,
  types.userSelect,
  types.roleSelect,
  types.mentionableSelect,
  types.channelSelect,
];

export function isSelect({ type }: LooseComponent): boolean {
  return selects.includes(type);
}

interface Props {
  readonly component: LooseComponent;
  readonly disabled: boolean;
  readonly isPending?: boolean;
  /** What is read out, when there are words beside it. */
  readonly labelledBy?: string;
  /** In a form: what is chosen is kept by the form. */
  readonly chosen?: readonly string[];
  readonly onChoose: (values: readonly string[]) => void;
}

/** A menu of an application. One value is chosen at once; several are marked first. */
export function SelectMenu(props: Props): VNode {
  const { component } = props;
  const options = useOptions(component);
  const most = component.max_values ?? 1;
  return most > 1 || component.min_values === 0 ? (
    // The application may mark others meanwhile: then those are marked.
    <MultipleSelect
      key={options.flatMap((option) => (option.default ? [option.value] : [])).join('\n')}
      {...props}
      options={options}
      most={Math.min(most, options.length)}
    />
  ) : (
    <SingleSelect {...props} options={options} />
  );
}

type Inner = Props & { readonly options: readonly SelectOption[] };

function SingleSelect({ component, disabled, isPending, labelledBy, chosen, onChoose, options }: Inner): VNode {
  const { words } = useTools();
  const label = component.placeholder ?? words.choose;
  const value = chosen ? (chosen[0] ?? '') : (options.find((option) => option.default)?.value ?? '');
  return (
    <select
      class={isPending ? 'select pending' : 'select'}
      aria-label={labelledBy === undefined ? label : undefined}
      aria-labelledby={labelledBy}
      aria-busy={isPending ? true : undefined}
      disabled={disabled}
      required={chosen !== undefined && component.required !== false}
      value={value}
      onChange={(event) => {
        const wanted = event.currentTarget.value;
        if (wanted !== '' || chosen) onChoose(wanted === '' ? [] : [wanted]);
      }}
    >
      <option value="">{label}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.description === undefined ? option.label : `${option.label} — ${option.description}`}
        </option>
      ))}
    </select>
  );
}

function MultipleSelect(props: Inner & { readonly most: number }): VNode {
  const { words } = useTools();
  const { component, disabled, isPending, labelledBy, chosen, onChoose, options, most } = props;
  const defaults = options.filter((option) => option.default).map(({ value }) => value);
  const [marked, setMarked] = useState<readonly string[]>(chosen ?? defaults);
  const labelId = useId();
  const isNew = marked.length !== defaults.length || marked.some((value) => !defaults.includes(value));
  const least = component.min_values ?? 1;
  const mark = (value: string, isOn: boolean): void => {
    const next = isOn ? [...marked, value] : marked.filter((one) => one !== value);
    setMarked(next);
    if (chosen) onChoose(next);
  };
  return (
    <div class="multiple" role="group" aria-labelledby={labelledBy ?? labelId} aria-busy={isPending ? true : undefined}>
      <p id={labelId}>{component.placeholder ?? words.chooseUpTo(most)}</p>
      {options.map(({ value, label, description }) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={marked.includes(value)}
            disabled={disabled || (!marked.includes(value) && marked.length >= most)}
            onChange={(event) => {
              mark(value, event.currentTarget.checked);
            }}
          />
          <span>
            {label}
            {description !== undefined && <small>{description}</small>}
          </span>
        </label>
      ))}
      {!chosen && (
        <button
          type="button"
          class={isNew ? 'button small primary' : 'button small'}
          disabled={disabled || marked.length < least}
          onClick={() => onChoose(marked)}
        >
          {words.takeMarked}
        </button>
      )}
    </div>
  );
}

function useOptions({ type, options, default_values: marked }: LooseComponent): readonly SelectOption[] {
  const { users, roles, mentionables, channels } = useChoosable();
  const choosable: Readonly<Record<number, readonly SelectOption[]>> = {
    [types.userSelect]: users,
    [types.roleSelect]: roles,
    [types.mentionableSelect]: mentionables,
    [types.channelSelect]: channels,
  };
  const defaults = new Set(marked?.map(({ id }) => id));
  return (choosable[type] ?? options ?? []).map((option) =>
    defaults.has(option.value) ? { ...option, default: true } : option,
  );
}
