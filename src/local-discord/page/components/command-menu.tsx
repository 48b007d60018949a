import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';

import type { Command } from '../commands/command-index.ts';
import { useTools } from '../context.ts';

/** The commands that fit what is being typed. The text area keeps the focus. */
export function CommandMenu(props: {
  readonly commands: readonly Command[];
  readonly chosen: number;
  readonly onTake: (command: Command) => void;
}): VNode {
  const { words } = useTools();
  const { commands, chosen, onTake } = props;
  useEffect(() => {
    document.getElementById(`command-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <ul id="commands" class="command-menu" role="listbox" aria-label={words.commands}>
      {commands.map((command, index) => (
        <li
          key={command.name}
          id={`command-${index}`}
          role="option"
          aria-selected={index === chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(command);
          }}
        >
          <span class="command-name">/{command.name}</span>
          <span class="command-options">
            {command.options.map(({ name, required }) => (
              <i key={name}>{required ? name : `${name}?`}</i>
            ))}
          </span>
          <span class="command-description">{command.description}</span>
        </li>
      ))}
    </ul>
  );
}
