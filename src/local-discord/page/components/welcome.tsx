import type { VNode } from 'preact';

import { useTools } from '../context.ts';
import type { Channel } from '../state/channels.ts';
import { CopyButton } from './copy-button.tsx';

/** What an empty page tells a newcomer: what to do next. `session` is the number that the topic says, if it does. */
export function Welcome({
  channel,
  session,
}: {
  readonly channel: Channel | undefined;
  readonly session?: string;
}): VNode {
  const { words } = useTools();
  return (
    <section class="welcome">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <h3>{channel ? words.quietChannel(channel.name) : words.noChannels}</h3>
      {channel && <p>{words.quietAdvice}</p>}
      <h4>{words.nextSteps}</h4>
      <ul>
        {words.steps.map(({ text, command }) => {
          const own = session === undefined ? command : command.replace('attach 1', `attach ${session}`);
          return (
            <li>
              <p>{text}</p>
              <div class="command-line">
                <code>{own}</code>
                <CopyButton text={own} label={`${words.copy} ${own}`} />
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
