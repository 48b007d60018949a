import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Command } from '../commands/command-index.ts';
import { checkValues } from '../commands/option-values.ts';
import { useTools } from '../context.ts';
import { isForInputMethod } from '../input-method.ts';
import { CommandField } from './command-field.tsx';
import { Icon } from './icons.tsx';

/** The blanks of a command, in the place of the composer. */
export function CommandForm(props: {
  readonly channel: string;
  readonly command: Command;
  readonly values: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}): VNode {
  const { actor, words } = useTools();
  const { channel, command, onClose } = props;
  const [values, setValues] = useState(props.values);
  const [isChecked, setChecked] = useState(false);
  const problems = checkValues(command, values);
  const element = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    element.current?.querySelector<HTMLElement>('input, select')?.focus();
  }, []);
  const send = (): void => {
    setChecked(true);
    if (problems.size > 0) {
      element.current?.querySelector<HTMLElement>(`[name="${[...problems.keys()][0] ?? ''}"]`)?.focus();
      return;
    }
    actor.run(channel, command, values);
    onClose();
  };
  return (
    <form
      ref={element}
      class="composer command-form"
      aria-label={words.commandForm(command.name)}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || isForInputMethod(event)) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class="box">
        <header>
          <span class="command-name">/{command.name}</span>
          <span class="command-description">{command.description}</span>
          <button type="button" class="plain" aria-label={words.cancel} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div class="line">
          <div class="fields">
            {command.options.map((option) => (
              <CommandField
                key={option.name}
                channel={channel}
                command={command}
                option={option}
                values={values}
                problem={isChecked ? problems.get(option.name) : undefined}
                onChange={(value) => {
                  setValues((known) => new Map(known).set(option.name, value));
                }}
              />
            ))}
          </div>
          <button type="submit" class="send" aria-label={words.send}>
            <Icon name="send" />
          </button>
        </div>
      </div>
    </form>
  );
}
