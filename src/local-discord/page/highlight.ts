import type { Emitter, HLJSOptions, LanguageFn } from 'highlight.js';
import engine from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

/** A piece of code, and what it is: `keyword`, `string` …; empty for plain text. */
export interface Token {
  readonly scope: string;
  readonly text: string;
}

/** Longer code stays plain: colours are not worth a wait. */
const longest = 50_000;

const languages: Readonly<Record<string, LanguageFn>> = {
  ...{ bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, makefile, markdown },
  ...{ php, python, ruby, rust, sql, swift, typescript, xml, yaml },
};

/** Collects pieces instead of writing HTML, as the library would by itself. */
class Pieces implements Emitter {
  readonly tokens: Token[] = [];
  readonly #scopes: string[] = [];

  addText(text: string): void {
    if (text !== '') this.tokens.push({ scope: this.#scopes.at(-1) ?? '', text });
  }

  startScope(name: string): void {
    this.#scopes.push(name.split('.')[0] ?? '');
  }

  openNode(name: string): void {
    this.startScope(name);
  }

  endScope(): void {
    this.#scopes.pop();
  }

  closeNode(): void {
    this.endScope();
  }

  __addSublanguage(inner: Emitter): void {
    if (inner instanceof Pieces) this.tokens.push(...inner.tokens);
  }

  finalize(): void {
    this.#scopes.length = 0;
  }

  toHTML(): string {
    return '';
  }
}

for (const [name, language] of Object.entries(languages)) engine.registerLanguage(name, language);
engine.configure({ __emitter: Pieces } satisfies Partial<HLJSOptions>);

/** The code in pieces; undefined when the language is not known, or the code too long. */
export function highlight(code: string, language: string): readonly Token[] | undefined {
  if (code.length > longest || !engine.getLanguage(language)) return undefined;
  const { _emitter: pieces } = engine.highlight(code, { language, ignoreIllegals: true });
  return pieces instanceof Pieces ? pieces.tokens : undefined;
}
