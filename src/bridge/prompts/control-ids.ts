/** What a control of a card does. Numbers count from 0. */
export type CardControl =
  | { readonly do: 'allow' | 'deny' | 'deny-with-word' | 'send' }
  /** Allows, and grants more. */
  | { readonly do: 'grant'; readonly grant: number }
  /** Answers the only question with one of its options. */
  | { readonly do: 'option'; readonly option: number }
  /** Chooses of the options of a question. */
  | { readonly do: 'menu'; readonly question: number }
  /** A form for texts: the questions from this one on. */
  | { readonly do: 'words'; readonly from: number };

/** What stands before every id of a control or form of a card. */
export const promptControls = 'prompt:';

const plainOnes = ['allow', 'deny', 'deny-with-word', 'send'] as const;

/** The id of a control or of a form: it names the very request it was made for (I10). */
export function controlId(prompt: string, control: CardControl): string {
  return `${promptControls}${prompt}:${actionOf(control)}`;
}

/** Reads such an id; undefined when it is none. */
export function parseControlId(id: string): { readonly prompt: string; readonly control: CardControl } | undefined {
  const [, prompt, action, number] = /^prompt:([^:]+):([a-z-]+)(?::(\d{1,4}))?$/.exec(id) ?? [];
  if (prompt === undefined || action === undefined) return undefined;
  if (number === undefined) {
    const plain = plainOnes.find((one) => one === action);
    return plain && { prompt, control: { do: plain } };
  }
  const at = Number(number);
  switch (action) {
    case 'grant':
      return { prompt, control: { do: 'grant', grant: at } };
    case 'option':
      return { prompt, control: { do: 'option', option: at } };
    case 'menu':
      return { prompt, control: { do: 'menu', question: at } };
    case 'words':
      return { prompt, control: { do: 'words', from: at } };
    default:
      return undefined;
  }
}

function actionOf(control: CardControl): string {
  switch (control.do) {
    case 'grant':
      return `grant:${control.grant}`;
    case 'option':
      return `option:${control.option}`;
    case 'menu':
      return `menu:${control.question}`;
    case 'words':
      return `words:${control.from}`;
    default:
      return control.do;
  }
}
