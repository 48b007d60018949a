/** What a rendered screen shows. Pure: text in, findings out. All wordings of the agent's screens are in this file. */
export type ScreenDialog =
  | { readonly kind: 'trust'; readonly cursor: 'yes' | 'no' | 'unknown' }
  | { readonly kind: 'login'; readonly what: string }
  | { readonly kind: 'bypass-warning' }
  | { readonly kind: 'permission' }
  | { readonly kind: 'other' };

export interface InputBox {
  /** `prompt` for messages; `shell` after a `!`. */
  readonly mode: 'prompt' | 'shell';
  /** The rows as drawn, without the prompt sign. A grey placeholder looks like text. */
  readonly text: string;
  /** Rows that are scrolled out of the box. */
  readonly hiddenRows: number;
}

const rule = /^\u2500{3} \u2191 (\d+) more \u2500{10,}$|^\u2500{20,}/u;
const cursor = '\u276F';
/** Of a box that is higher than the screen. */
const unknownHiddenRows = 40;
/** Rows that are never below the input box: with them, what looks like a box is history above a dialog. */
const dialogHint = /^\s*\u276F|\bEsc to (cancel|close|go back)\b|\bEnter to (confirm|select|continue)\b/u;
/** Below what lies in the queue, and at the end of a prompt of it that is too long to be drawn. */
const queueHint = /^\s+\u23BF\s+Queued\b/u;
const cutHint = /^\s+\u2026 \+\d+ lines?$/u;
const trustYes = /yes, (i trust this folder|proceed)/i;
const trustNo = /no, exit/i;

/** The dialog in the way, or undefined when there is none that we know. */
export function findDialog(screen: string): ScreenDialog | undefined {
  if (findInputBox(screen)) return undefined;
  const rows = screen.split('\n');
  if (rows.some((row) => trustYes.test(row)) && rows.some((row) => trustNo.test(row))) {
    return { kind: 'trust', cursor: trustCursor(rows) };
  }
  const login = findLogin(screen);
  if (login !== undefined) return { kind: 'login', what: login };
  if (/Bypass Permissions mode/i.test(screen) && /Yes, I accept/i.test(screen)) return { kind: 'bypass-warning' };
  if (/Do you want to /.test(screen) && /\b1\. Yes/.test(screen)) return { kind: 'permission' };
  if (/\bEsc to (cancel|close|go back)|Enter to (confirm|select|continue)|Press Enter/i.test(screen)) {
    return { kind: 'other' };
  }
  return undefined;
}

/** Whether what stands in the place of the input box says that Escape closes it, and is none of the dialogs we know. */
export function isClosable(screen: string): boolean {
  return findDialog(screen)?.kind === 'other' && /\bEsc to (cancel|close|go back)\b/i.test(screen);
}

/** Whether the screen says that nobody is logged in; it says so after a message failed for it. */
export function saysNotLoggedIn(screen: string): boolean {
  return /Not logged in \u00B7 (Please )?run \/login/i.test(screen);
}

/** The retry that the agent reports on its screen only, in its own words. */
export function findRetry(
  screen: string,
): { readonly seconds: number; readonly attempt: number; readonly of: number } | undefined {
  const match = /retrying in (\d+)s?\b.*?attempt (\d+)\/(\d+)/i.exec(screen);
  return match ? { seconds: Number(match[1]), attempt: Number(match[2]), of: Number(match[3]) } : undefined;
}

/** The box where one types, or undefined when it is not drawn. */
export function findInputBox(screen: string): InputBox | undefined {
  const rows = screen.split('\n').map((row) => row.trimEnd());
  const bottom = rows.findLastIndex((row) => rule.test(row));
  if (bottom < 1 || rows.slice(bottom + 1).some((row) => dialogHint.test(row))) return undefined;
  const top = rows.findLastIndex((row, index) => index < bottom && rule.test(row));
  const inside = rows.slice(top + 1, bottom);
  const hiddenRows = top < 0 ? unknownHiddenRows : Number(rule.exec(rows[top] ?? '')?.[1] ?? 0);
  if (hiddenRows > 0) {
    // The first rows are scrolled away, perhaps all but the one with the sign. Only a box full of text looks so.
    const withSign = top < 0 && inside[0]?.startsWith(cursor) === true;
    const isFull =
      top >= 0 || inside.every((row, index) => row === '' || row.startsWith('  ') || (withSign && index === 0));
    return isFull ? { mode: 'prompt', text: boxText(inside, withSign), hiddenRows } : undefined;
  }
  const sign = inside[0]?.charAt(0) ?? '';
  if (sign !== cursor && sign !== '!') return undefined;
  return { mode: sign === '!' ? 'shell' : 'prompt', text: boxText(inside, true), hiddenRows };
}

/** What was put into the agent's queue last, as far as it is drawn; undefined when nothing lies in it. */
export function findLastQueued(screen: string): { readonly text: string; readonly isCut: boolean } | undefined {
  const rows = screen.split('\n').map((row) => row.trimEnd());
  const end = rows.findLastIndex((row) => queueHint.test(row));
  const start = rows.findLastIndex((row, index) => index < end && row.startsWith(cursor));
  if (start < 0) return undefined;
  const isCut = cutHint.test(rows[end - 1] ?? '');
  return { text: boxText(rows.slice(start, isCut ? end - 1 : end), true), isCut };
}

/** The characters of a text that every terminal draws as they are, for comparing a screen with what was typed. */
export function drawnCharacters(text: string): string {
  return text.replace(/[^\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Nd}!-~]/gu, '');
}

function boxText(rows: readonly string[], withSign: boolean): string {
  return rows
    .map((row, index) => (withSign && index === 0 ? row.slice(1) : row).replace(/^[ \u00A0]{0,2}/u, ''))
    .join('\n')
    .trim();
}

function trustCursor(rows: readonly string[]): 'yes' | 'no' | 'unknown' {
  // After a suspension the dialog is drawn once more, below what is left of the first.
  const row = rows.findLast((one) => one.trimStart().startsWith(cursor));
  if (row === undefined) return 'unknown';
  return trustYes.test(row) ? 'yes' : trustNo.test(row) ? 'no' : 'unknown';
}

/** The first run's screens: nothing can be sent before a person has gone through them. */
function findLogin(screen: string): string | undefined {
  const known: readonly (readonly [RegExp, string])[] = [
    [/Do you want to use this API key\?/i, 'Claude Code asks whether to use the API key of the environment'],
    [/Select login method|Claude account with subscription/i, 'Claude Code asks how to log in'],
    [/Paste code here if prompted|Browser didn.t open/i, 'Claude Code waits for a login in the browser'],
    [
      /Choose the text style|Choose an option below to select your terminal theme/i,
      'Claude Code asks for a theme (first run)',
    ],
    [/Security notes:|Use Claude Code's terminal setup\?/i, 'Claude Code shows its first-run notes'],
  ];
  return known.find(([pattern]) => pattern.test(screen))?.[1];
}
