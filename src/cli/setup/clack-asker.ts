import { confirm, isCancel, log, multiselect, note, password, select, text } from '@clack/prompts';

import { visible } from '../failure.ts';
import { cancelled } from './asker.ts';
import type { Asker } from './asker.ts';

/** Questions on this process's terminal. */
export const clackAsker: Asker = {
  say: (...lines) => log.message(lines.map(visible)),
  explain: (title, lines) => note(lines.map(visible).join('\n'), title, { format: (line: string) => line }),
  secret: async (question, judge) =>
    answered(await password({ message: question, validate: (value) => judge(value ?? '') })),
  text: async (question, { placeholder, judge }) =>
    answered(await text({ message: question, placeholder, defaultValue: '', validate: (value) => judge(value ?? '') })),
  confirm: async (question, usual) => answered(await confirm({ message: question, initialValue: usual })),
  choose: async (question, choices) =>
    answered(
      await multiselect({
        message: question,
        options: choices.map(({ value, label, hint }) => ({
          value,
          label: visible(label),
          ...(hint === undefined ? {} : { hint: visible(hint) }),
        })),
        required: false,
        maxItems: 15,
      }),
    ),
  wait: async (what, work) => {
    const done = new AbortController();
    const stop = new AbortController();
    const working = work(stop.signal).finally(() => done.abort());
    const pressed = await select({
      message: what,
      options: [{ value: 'go-on', label: 'Go on without waiting (Enter)' }],
      showInstructions: false,
      signal: done.signal,
    });
    if (done.signal.aborted) return working;
    stop.abort();
    await working.catch(() => undefined); // Nobody waits for it any more.
    if (isCancel(pressed)) throw cancelled();
    return undefined;
  },
};

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw cancelled();
  return answer as Exclude<T, symbol>;
}
