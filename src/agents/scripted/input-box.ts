/** What the lower end of the screen shows. */
export interface BoxView {
  readonly draft: string;
  readonly dialog: readonly string[];
  readonly status: string;
  readonly columns: number;
}

/** Rows of the draft that are shown; a longer one shows its end. */
const draftRows = 4;

const noWrap = '\u001b[?7l';
const wrap = '\u001b[?7h';

/** The box as rows of a screen. Rows may be wider than the screen: they are drawn without wrapping. */
export function boxRows(view: BoxView): readonly string[] {
  const line = '─'.repeat(Math.max(10, view.columns - 1));
  const lines = view.draft.split('\n');
  const shown = lines.slice(-draftRows).map((text) => lastColumns(printable(text), view.columns - 4));
  const draft = shown.map((text, index) => `${index === 0 && lines.length <= draftRows ? '> ' : '  '}${text}`);
  return [...view.dialog.map(printable), line, ...draft, line, `  ${view.status}`];
}

/**
 * What the terminal must be sent so that `output` stands above the box. `rows` is how many rows the box had before;
 * the cursor stands on its last one.
 */
export function redraw(rows: number, output: string, view: BoxView): { readonly bytes: string; readonly rows: number } {
  const erase = rows === 0 ? '' : `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`;
  const box = boxRows(view);
  return { bytes: `${erase}${output}${noWrap}${box.join('\r\n')}${wrap}`, rows: box.length };
}

/** Text for the screen: line ends as a raw terminal wants them, control characters dropped. */
export function screenText(text: string): string {
  return `${text.split('\n').map(printable).join('\r\n')}\r\n`;
}

function printable(text: string): string {
  return text.replaceAll('\t', '    ').replace(/\p{Cc}/gu, '');
}

/** The end of a text, as much as surely fits: every character beyond Latin counts as two columns. */
function lastColumns(text: string, columns: number): string {
  const characters = Array.from(text.slice(-columns));
  let width = 0;
  let start = characters.length;
  while (start > 0) {
    width += (characters[start - 1]?.codePointAt(0) ?? 0) < 0x300 ? 1 : 2;
    if (width > columns) break;
    start--;
  }
  return characters.slice(start).join('');
}
