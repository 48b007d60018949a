// Draws recorded terminal screens as one animated SVG. Pure.
import Anser from 'anser';
import stringWidth from 'string-width';

/** One screen with its escape sequences (`tmux capture-pane -e -p`), and how long it stays, in milliseconds. */
export interface Frame {
  readonly screen: string;
  readonly showMs: number;
}

export interface DrawOptions {
  readonly columns: number;
  readonly rows: number;
  /** What a screen reader says. */
  readonly title: string;
}

const cellWidth = 8.4;
const cellHeight = 18;
const margin = 14;
const barHeight = 30;
const ground = '#15181e';
const ink = '#d7dce4';

/** Tailored to the dark ground; the eight names are those of the library. */
const colours: Readonly<Record<string, string>> = {
  'ansi-black': '#3b4252',
  'ansi-red': '#f07178',
  'ansi-green': '#a3d977',
  'ansi-yellow': '#ffd580',
  'ansi-blue': '#82b1ff',
  'ansi-magenta': '#d7a6ff',
  'ansi-cyan': '#7fdbca',
  'ansi-white': ink,
  'ansi-bright-black': '#8b94a5',
};

/** An SVG that shows the frames one after another, for ever. A frame that looks like the one before prolongs it. */
export function drawAnimation(frames: readonly Frame[], { columns, rows, title }: DrawOptions): string {
  const scenes = merged(frames);
  const width = Math.round(columns * cellWidth + 2 * margin);
  const height = rows * cellHeight + 2 * margin + barHeight;
  const totalMs = scenes.reduce((sum, { showMs }) => sum + showMs, 0);
  let atMs = 0;
  const rules: string[] = [];
  const groups = scenes.map(({ screen, showMs }, index) => {
    const from = (100 * atMs) / totalMs;
    atMs += showMs;
    const to = (100 * atMs) / totalMs;
    rules.push(
      `@keyframes f${index}{0%,100%{visibility:hidden}${percent(from)}{visibility:visible}${percent(to)}{visibility:hidden}}`,
      `.f${index}{animation:f${index} ${totalMs}ms step-end infinite}`,
    );
    return `<g class="f f${index}">${screen.split('\n').slice(0, rows).map(drawLine).join('')}</g>`;
  });
  const lights = ['#f07178', '#ffd580', '#a3d977'].map(
    (fill, index) => `<circle cx="${margin + 6 + index * 18}" cy="16" r="5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:${ink}}`,
    `.f{visibility:hidden}.b{font-weight:bold}.d{opacity:.65}`,
    ...rules,
    // Without motion the last screen stands.
    `@media (prefers-reduced-motion){.f{animation:none}.f${scenes.length - 1}{visibility:visible}}</style>`,
    `<rect width="${width}" height="${height}" rx="10" fill="${ground}"/>`,
    ...lights,
    ...groups,
    '</svg>\n',
  ].join('\n');
}

function merged(frames: readonly Frame[]): readonly Frame[] {
  const scenes: Frame[] = [];
  for (const frame of frames) {
    const last = scenes.at(-1);
    if (last?.screen === frame.screen) scenes[scenes.length - 1] = { ...last, showMs: last.showMs + frame.showMs };
    else scenes.push(frame);
  }
  return scenes;
}

function drawLine(line: string, row: number): string {
  let column = 0;
  const y = barHeight + margin + row * cellHeight + 12;
  return Anser.ansiToJson(line, { use_classes: true, remove_empty: true })
    .map(({ content, fg, decorations }) => {
      const x = margin + column * cellWidth;
      const cells = stringWidth(content);
      column += cells;
      if (content.trim() === '') return '';
      const classes = [...(decorations.includes('bold') ? ['b'] : []), ...(decorations.includes('dim') ? ['d'] : [])];
      const styled = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
      const fill = colours[fg] === undefined ? '' : ` style="fill:${colours[fg]}"`;
      // Every run starts in its column whatever the reader's font is.
      const length = ` textLength="${(cells * cellWidth).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
      return `<text x="${x.toFixed(1)}" y="${y}"${length}${styled}${fill}>${escaped(content)}</text>`;
    })
    .join('');
}

function percent(value: number): string {
  return `${value.toFixed(3)}%`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
