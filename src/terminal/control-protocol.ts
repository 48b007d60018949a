/** Something a tmux control client said. */
export type ControlMessage =
  | { readonly kind: 'reply'; readonly ok: boolean; readonly output: string }
  | { readonly kind: 'notification'; readonly name: string; readonly rest: string };

interface Block {
  /** Time and number. */
  readonly id: string;
  readonly ours: boolean;
  readonly lines: string[];
}

/**
 * Reads the control-mode protocol of tmux. Owns the unfinished line and the open block; knows nothing about processes.
 * Blocks that our own lines did not cause (flags 0) are dropped.
 */
export class ControlParser {
  #partial = '';
  #block: Block | undefined;

  /** Takes decoded text, cut anywhere, and gives the messages that it completes. */
  feed(text: string): readonly ControlMessage[] {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): ControlMessage | undefined {
    if (this.#block) return this.#lineOfBlock(this.#block, line);
    const begin = /^%begin (\d+ \d+) (\d+)$/.exec(line);
    if (begin) {
      this.#block = { id: begin[1] ?? '', ours: begin[2] === '1', lines: [] };
      return undefined;
    }
    const [, name, rest] = /^%([a-z-]+) ?(.*)$/.exec(line) ?? [];
    return name === undefined ? undefined : { kind: 'notification', name, rest: rest ?? '' };
  }

  #lineOfBlock(block: Block, line: string): ControlMessage | undefined {
    // Output may begin with "%end" too: only the block's own time and number close it.
    const end = /^%(end|error) (\d+ \d+) \d+$/.exec(line);
    if (end?.[2] !== block.id) {
      block.lines.push(line);
      return undefined;
    }
    this.#block = undefined;
    if (!block.ours) return undefined;
    return { kind: 'reply', ok: end[1] === 'end', output: block.lines.join('\n') };
  }
}
