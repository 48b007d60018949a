import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';

import { useChat, useTools } from '../context.ts';
import type { Answers } from '../modal-answers.ts';
import { answeredComponents, firstAnswers } from '../modal-answers.ts';
import type { LooseComponent, ModalForm } from '../state/payloads.ts';
import { componentTypes as types } from '../state/payloads.ts';
import { Dialog } from './dialog.tsx';
import { Markdown } from './markdown-view.tsx';
import { isSelect, SelectMenu } from './select-menu.tsx';
import { UnknownComponent } from './unknown-component.tsx';

/** The form that an application has opened, if there is one. */
export function Modal(): VNode | null {
  const modal = useChat((state) => state.interactions.modal);
  return modal ? <OpenModal key={modal.id} form={modal} /> : null;
}

function OpenModal({ form }: { readonly form: ModalForm }): VNode {
  const { chat, actor, words } = useTools();
  const [answers, setAnswers] = useState<Answers>(() => firstAnswers(form.components));
  const pending = useChat((state) =>
    state.interactions.pending.find(({ what }) => what.kind === 'modal' && what.form === form.id),
  );
  const isWaiting = pending?.status === 'pending';
  const answer = (customId: string, values: readonly string[]): void => {
    setAnswers((known) => new Map(known).set(customId, values));
  };
  return (
    <Dialog title={form.title} kind="modal" onClose={() => chat.store.dispatch({ kind: 'close-modal' })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isWaiting) actor.submit(form, answeredComponents(form.components, answers));
        }}
      >
        <p class="modal-source">{form.application.name}</p>
        {form.components.map((component, index) => (
          <Part key={index} component={component} answers={answers} onAnswer={answer} />
        ))}
        {pending?.status === 'failed' && (
          <p class="failure" role="alert">
            {words.interactionFailed} {pending.reason}
          </p>
        )}
        <footer>
          <button type="button" class="button" onClick={() => chat.store.dispatch({ kind: 'close-modal' })}>
            {words.cancel}
          </button>
          <button type="submit" class={`button primary ${isWaiting ? 'pending' : ''}`} aria-busy={isWaiting}>
            {words.submit}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface PartProps {
  readonly component: LooseComponent;
  readonly answers: Answers;
  readonly onAnswer: (customId: string, values: readonly string[]) => void;
}

function Part(props: PartProps): VNode {
  const { component } = props;
  if (component.type === types.actionRow) {
    return (
      <>
        {(component.components ?? []).map((child, index) => (
          <Part {...props} key={index} component={child} />
        ))}
      </>
    );
  }
  if (component.type === types.label && component.component) {
    const { label = '', description } = component;
    return <Field {...props} component={component.component} label={label} description={description} />;
  }
  if (component.type === types.textDisplay) return <Markdown text={component.content ?? ''} />;
  if (component.custom_id !== undefined)
    return <Field {...props} label={component.label ?? ''} description={undefined} />;
  return <UnknownComponent type={component.type} />;
}

type FieldProps = PartProps & { readonly label: string; readonly description: string | undefined };

function Field(props: FieldProps): VNode {
  const { words } = useTools();
  const { component, label, description } = props;
  const id = useId();
  const isNeeded = component.required !== false;
  return (
    <div class="field">
      <label id={`${id}-label`} for={id}>
        {label}
        {isNeeded && (
          <span class="needed" title={words.required} aria-hidden="true">
            {' '}
            *
          </span>
        )}
      </label>
      {description !== undefined && <p class="field-description">{description}</p>}
      <Input {...props} id={id} />
    </div>
  );
}

function Input({ component, answers, onAnswer, id }: FieldProps & { readonly id: string }): VNode {
  const customId = component.custom_id ?? '';
  const values = answers.get(customId) ?? [];
  const isNeeded = component.required !== false;
  if (isSelect(component)) {
    return (
      <SelectMenu
        component={component}
        disabled={false}
        labelledBy={`${id}-label`}
        chosen={values}
        onChoose={(chosen) => onAnswer(customId, chosen)}
      />
    );
  }
  if (component.type === types.radioGroup || component.type === types.checkboxGroup) {
    const isRadio = component.type === types.radioGroup;
    return (
      <div class="multiple" role={isRadio ? 'radiogroup' : 'group'} aria-labelledby={`${id}-label`}>
        {(component.options ?? []).map(({ value, label, description }) => (
          <label key={value}>
            <input
              type={isRadio ? 'radio' : 'checkbox'}
              name={id}
              checked={values.includes(value)}
              required={isRadio && isNeeded}
              onChange={(event) => {
                const others = isRadio ? [] : values.filter((one) => one !== value);
                onAnswer(customId, event.currentTarget.checked ? [...others, value] : others);
              }}
            />
            <span>
              {label}
              {description !== undefined && <small>{description}</small>}
            </span>
          </label>
        ))}
      </div>
    );
  }
  if (component.type === types.checkbox) {
    return (
      <input
        id={id}
        type="checkbox"
        checked={values.length > 0}
        onChange={(event) => onAnswer(customId, event.currentTarget.checked ? ['true'] : [])}
      />
    );
  }
  if (component.type !== types.textInput) return <UnknownComponent type={component.type} />;
  const shared = {
    id,
    value: values[0] ?? '',
    required: isNeeded,
    minLength: component.min_length,
    maxLength: component.max_length ?? 4000,
    placeholder: component.placeholder,
  };
  return component.style === 2 ? (
    <textarea {...shared} rows={4} onInput={(event) => onAnswer(customId, [event.currentTarget.value])} />
  ) : (
    <input {...shared} type="text" onInput={(event) => onAnswer(customId, [event.currentTarget.value])} />
  );
}
