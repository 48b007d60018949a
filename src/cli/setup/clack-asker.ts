import { confirm, isCancel, log, multiselect, note, password, select, text, updateSettings } from '@clack/prompts';

import { visible } from '../failure.ts';
import { cancelled } from './asker.ts';
import type { Asker } from './asker.ts';
import { hushTerminal } from './hushed-terminal.ts';

/** Questions on this process's terminal. @param vai how `vai` is typed in this shell. */
export function createClackAsker(vai: string): Asker {
  // Without this, Ctrl-D closes the input under the open question, and the program ends without a word and with 0.
  updateSettings({ aliases: { '\u0004': 'cancel' } });
  let speakAgain = (): void => undefined;
  /** Asks one question, with the terminal to itself. */
  const ask = async <T>(question: () => Promise<T>): Promise<Exclude<T, symbol>> => {
    speakAgain();
    speakAgain = () => undefined;
    const answer = await question();
    if (isCancel(answer)) throw cancelled(vai);
    return answer as Exclude<T, symbol>;
  };
  return {
    say: (...lines) => log.message(lines.map(visible)),
    explain: (title, lines) => note(lines.map(visible).join('\n'), title, { format: (line: string) => line }),
    secret: async (question, judge) => {
      const answer = await ask(() => password({ message: question, validate: (value) => judge(value ?? '') }));
      // Somebody may paste another one while this one is still looked at.
      speakAgain = hushTerminal(process.stdin, () => process.kill(process.pid, 'SIGINT'));
      return answer;
    },
    text: (question, { placeholder, judge }) =>
      ask(() => text({ message: question, placeholder, defaultValue: '', validate: (value) => judge(value ?? '') })),
    confirm: (question, usual) => ask(() => confirm({ message: question, initialValue: usual })),
    choose: (question, choices) =>
      ask(() =>
        multiselect({
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
      speakAgain();
      speakAgain = () => undefined;
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
      if (isCancel(pressed)) throw cancelled(vai);
      return undefined;
    },
  };
}
