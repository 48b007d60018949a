import { describe, expect, it } from 'vitest';

import type { Decision } from '../../../src/agents/scripted/decision.ts';
import { decisionText } from '../../../src/agents/scripted/decision.ts';
import { DeskChoice } from '../../../src/agents/scripted/desk-choice.ts';
import { practiceDialogs } from '../../../src/agents/scripted/practice-dialogs.ts';

/** Presses keys until something is decided; `⏎`, `⌫` and `⎋` stand for theirs. */
function press(command: string, keys: string): Decision | undefined {
  const choice = new DeskChoice(practiceDialogs.get(command)!);
  const names: Readonly<Record<string, 'enter' | 'backspace' | 'escape'>> = {
    '⏎': 'enter',
    '⌫': 'backspace',
    '⎋': 'escape',
  };
  for (const key of keys) {
    const name = names[key];
    const decision = choice.press(name === undefined ? { key: 'text', text: key } : { key: name });
    if (decision) return decision;
  }
  return undefined;
}

function said(command: string, keys: string): string | undefined {
  const decision = press(command, keys);
  return decision && decisionText(practiceDialogs.get(command)!, decision);
}

describe('a dialog of the practice agent at its terminal', () => {
  it.each([
    ['ask', 'y', 'You allowed it.'],
    ['ask', '⏎', 'You allowed it.'],
    ['ask', '1', 'You allowed it.'],
    ['ask', '2', 'You allowed it, always: Write(practice.txt).'],
    ['ask', '3', 'You denied it.'],
    ['ask', 'n', 'You denied it.'],
    ['edit', '2', 'You allowed it, with the mode acceptEdits from now on.'],
    ['edit', '3', 'You allowed it, with /srv/practice from now on.'],
    ['plan', 'y', 'You accepted the plan.'],
    ['plan', '2', 'You accepted the plan, with the mode acceptEdits from now on.'],
    ['plan', '⎋', 'You rejected the plan.'],
    ['trust', '1', 'You trusted it.'],
    ['trust', '2', 'You did not trust it.'],
    ['question', '2', 'You chose: Green'],
    ['question', '⏎', 'You chose: Red'],
    ['question', 'tmauvve⌫⌫e⏎', 'You chose: mauve'],
    ['question', 'n', 'You gave no answer.'],
    ['question multi', '13⏎', 'You chose: Apple, Melon'],
    ['question multi', '1231⏎', 'You chose: Cherry, Melon'],
    [
      'questions',
      '221⏎tnone of them⏎',
      'You chose:\n- Which colour? Blue\n- Which sizes? Large, Small\n- Which name? none of them',
    ],
    [
      'form',
      'Ann⏎2⏎',
      'You filled in:\n- Your name: Ann\n- Size of the parcel: large\n- A note for the driver: (nothing)',
    ],
    [
      'form',
      'Ann⏎1ring twice⏎',
      'You filled in:\n- Your name: Ann\n- Size of the parcel: small\n- A note for the driver: ring twice',
    ],
    ['form', 'Ann⎋', 'You declined the form.'],
  ])('%s: the keys "%s" say: %s', (command, keys, words) => {
    expect(said(command, keys)).toBe(words);
  });

  it.each([
    ['ask', 'hello'],
    ['question multi', '⏎'],
    ['form', '⏎⏎'],
    ['questions', '1'],
  ])('%s: the keys "%s" decide nothing', (command, keys) => {
    expect(press(command, keys)).toBeUndefined();
  });

  it('shows what is asked, what can be chosen, and what was chosen so far', () => {
    const choice = new DeskChoice(practiceDialogs.get('question multi')!);
    choice.press({ key: 'text', text: '2' });
    expect(choice.rows().slice(1)).toEqual([
      '  Which fruits?',
      '  1. [ ] Apple',
      '  2. [x] Cherry',
      '  3. [ ] Melon',
      '  (1-3 choose, Enter = send, t = in words, n = no answer)',
    ]);
  });
});
