import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { readCommandLine } from '../commands/command-line.ts';
import type { Command } from '../commands/command-index.ts';
import { matchCommands } from '../commands/command-index.ts';
import { checkValues } from '../commands/option-values.ts';
import { useChat, useTools } from '../context.ts';
import { fitHeight } from '../fit-height.ts';
import { isForInputMethod } from '../input-method.ts';
import type { Channel } from '../state/channels.ts';
import type { Message } from '../state/payloads.ts';
import { displayName } from '../state/payloads.ts';
import { CommandForm } from './command-form.tsx';
import { CommandMenu } from './command-menu.tsx';
import { CommandStatus } from './command-status.tsx';
import { FileTray } from './file-tray.tsx';
import { Icon } from './icons.tsx';
import { useDroppedFiles } from './use-dropped-files.ts';
import { useSentHistory } from './use-sent-history.ts';

/** Discord's limit, in UTF-16 units. */
const longest = 2000;

/** From here on the counter is seen. */
const nearlyFull = 200;

interface Props {
  readonly channel: Channel;
  readonly replyTo: Message | undefined;
  readonly isEditing: boolean;
  readonly onStopReply: () => void;
  readonly onEditLast: () => void;
}

/** Where messages are written, files attached and commands typed. */
export function Composer(props: Props): VNode {
  const { chat, sender, actor, words, drafts } = useTools();
  const { channel, replyTo, isEditing } = props;
  const self = useChat((state) => state.self);
  const commands = useChat((state) => state.commands);
  const [text, setText] = useState(() => drafts.read(channel.id));
  const [form, setForm] = useState<{ command: Command; values: ReadonlyMap<string, string> }>();
  const [choice, setChoice] = useState(0);
  /** What is to be sent begins like a command: first it is asked which commands there are. */
  const [asking, setAsking] = useState<'no' | 'asked' | 'answered'>('no');
  const files = useDroppedFiles();
  const history = useSentHistory();
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  const write = (next: string): void => {
    setText(next);
    setChoice(0);
    drafts.write(channel.id, next);
    if (next.startsWith('/')) void chat.loadCommands();
  };
  const takesFocus = (): boolean => matchMedia('(hover: hover)').matches && !chat.isUnasked(channel.id);
  useEffect(() => {
    if (area.current) fitHeight(area.current);
  }, [text]);
  useEffect(() => {
    if (replyTo || takesFocus()) area.current?.focus();
  }, [replyTo, form]);
  useEffect(() => {
    if (!isEditing && takesFocus()) area.current?.focus();
  }, [isEditing]);
  useEffect(() => {
    if (text.startsWith('/')) void chat.loadCommands();
  }, []);

  const line = commands && readCommandLine(text, commands);
  const isNaming = /^\/[^\n:]*$/.test(text) && !line;
  const offered = isNaming && commands ? matchCommands(commands, text.slice(1)).slice(0, 25) : [];
  const over = text.length - longest;
  const canSend = self !== undefined && over <= 0 && (text.trim() !== '' || files.list.length > 0);

  const begin = (command: Command, values: ReadonlyMap<string, string>): void => {
    setForm({ command, values });
    write('');
  };
  const run = (command: Command, values: ReadonlyMap<string, string>): void => {
    if (checkValues(command, values).size > 0) begin(command, values);
    else {
      actor.run(channel.id, command, values);
      write('');
    }
  };
  const send = (): void => {
    if (!canSend || asking !== 'no') return;
    if (commands || !text.startsWith('/')) deliver();
    else {
      setAsking('asked');
      void chat.loadCommands().then(() => setAsking('answered'));
    }
  };
  const deliver = (): void => {
    if (line && files.list.length === 0) run(line.command, line.values);
    else {
      const reply = replyTo ? { replyTo: replyTo.id } : {};
      sender.write({ channel: channel.id, content: text.trim(), files: files.list, ...reply });
      files.clear();
      write('');
      props.onStopReply();
    }
    chat.forgetTyping(channel.id);
    history.remember(text.trim());
  };
  useEffect(() => {
    if (asking !== 'answered') return;
    setAsking('no');
    if (canSend) deliver();
  }, [asking]);

  const take = (command: Command): void => {
    if (command.options.length === 0) run(command, new Map());
    else begin(command, new Map());
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (isForInputMethod(event)) return;
    const chosen = offered[choice];
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : undefined;
    if (step !== undefined && event.altKey && !event.shiftKey) {
      const older = history.walk(step, text);
      if (older === undefined) return;
      event.preventDefault();
      write(older);
    } else if (step !== undefined && chosen) {
      event.preventDefault();
      setChoice((choice + step + offered.length) % offered.length);
    } else if (chosen && (event.key === 'Tab' || event.key === 'Enter') && !event.shiftKey) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === 'Enter' && !event.shiftKey && matchMedia('(hover: hover)').matches) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey) {
      event.preventDefault();
      props.onEditLast();
    } else if (event.key === 'Escape' && (replyTo ?? offered.length > 0)) {
      event.preventDefault();
      props.onStopReply();
      if (offered.length > 0) write('');
    }
  };

  if (form) {
    return (
      <CommandForm
        key={form.command.name}
        channel={channel.id}
        command={form.command}
        values={form.values}
        onClose={() => {
          setForm(undefined);
        }}
      />
    );
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <CommandStatus channel={channel.id} />
      {offered.length > 0 && <CommandMenu commands={offered} chosen={choice} onTake={take} />}
      {replyTo && (
        <p class="replying">
          <span>{words.replyingTo(displayName(replyTo.author))}</span>
          <button type="button" class="plain" aria-label={words.stopReplying} onClick={props.onStopReply}>
            <Icon name="close" />
          </button>
        </p>
      )}
      {files.problem !== undefined && (
        <p class="failure" role="alert">
          {files.problem}
        </p>
      )}
      <div class="box">
        <FileTray files={files.list} onRemove={(index) => files.remove(index)} />
        <div class="line">
          <button
            type="button"
            class="plain round"
            aria-label={words.attach}
            title={words.attach}
            onClick={() => picker.current?.click()}
          >
            <Icon name="attach" />
          </button>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              files.add([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
              area.current?.focus();
            }}
          />
          <textarea
            ref={area}
            rows={1}
            value={text}
            aria-label={words.message}
            placeholder={words.messageTo(channel.name)}
            aria-controls={offered.length > 0 ? 'commands' : undefined}
            aria-activedescendant={offered.length > 0 ? `command-${choice}` : undefined}
            aria-describedby="composer-count"
            onInput={(event) => {
              write(event.currentTarget.value);
              const isTold = event.currentTarget.value.trim() !== '' && !event.currentTarget.value.startsWith('/');
              if (isTold) void chat.tellTyping(channel.id);
            }}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              const pasted = [...(event.clipboardData?.files ?? [])];
              if (pasted.length === 0) return;
              event.preventDefault();
              files.add(pasted);
            }}
          />
          <button type="submit" class="send" aria-label={words.send} title={words.enterSends} disabled={!canSend}>
            <Icon name="send" />
          </button>
        </div>
        <p id="composer-count" class={over > 0 ? 'count over' : 'count'} role={over > 0 ? 'alert' : undefined}>
          {over > 0 ? words.tooLong(over) : over > -nearlyFull ? words.left(-over) : ''}
        </p>
      </div>
      {files.isDragged && <div class="drop-here">{words.dropHere}</div>}
    </form>
  );
}
