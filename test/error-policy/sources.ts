import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

/** A place where an error is made. */
export interface ThrowSite {
  /** The file, and the line. */
  readonly at: string;
  /** All that stands there as a code. */
  readonly codes: readonly string[];
  /** What it says of what happened, where it says it as it stands. */
  readonly happened: string | undefined;
}

/** What the error policy is compared with. */
export interface Sources {
  /** Every text of the code, without what stands in comments. */
  readonly texts: readonly string[];
  /** Texts that are more than compared with: thrown, passed on, stood in a table. */
  readonly used: ReadonlySet<string>;
  readonly throwSites: readonly ThrowSite[];
}

/** Reads all of `src/` and `migration/` but the policy itself. */
export function readSources(): Sources {
  const texts: string[] = [];
  const used = new Set<string>();
  const throwSites: ThrowSite[] = [];
  for (const name of filesOf('src', 'migration')) {
    if (!/\.tsx?$/.test(name) || name.startsWith('src/error-policy/')) continue;
    const file = ts.createSourceFile(name, readFileSync(join(root, name), 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (isText(node)) {
        texts.push(node.text);
        if (!isCompared(node)) used.add(node.text);
      }
      const site = throwSite(node, file);
      if (site) throwSites.push(site);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { texts, used, throwSites };
}

/** The text of all tests but those that compare the policy with everything. */
export function readTests(): string {
  const files = filesOf('test').filter(
    (name) => name.endsWith('.ts') && !/error-policy\/(policy|events)\.test/.test(name),
  );
  return files.map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
}

function filesOf(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
}

function isText(node: ts.Node): node is ts.LiteralLikeNode {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

function isCompared({ parent }: ts.Node): boolean {
  const comparisons = [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken];
  return ts.isCaseClause(parent) || (ts.isBinaryExpression(parent) && comparisons.includes(parent.operatorToken.kind));
}

function throwSite(node: ts.Node, file: ts.SourceFile): ThrowSite | undefined {
  if (!ts.isNewExpression(node) || node.expression.getText(file) !== 'BridgeError') return undefined;
  const [code, , options] = node.arguments ?? [];
  if (!code) return undefined;
  const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  return { at: `${file.fileName}:${line}`, codes: textsIn(code), happened: options && happenedIn(options) };
}

function textsIn(node: ts.Node): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isConditionalExpression(node) ? [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)] : [];
}

function happenedIn(options: ts.Node): string | undefined {
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  for (const property of options.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== 'happened') continue;
    return ts.isStringLiteralLike(property.initializer) ? property.initializer.text : undefined;
  }
  return undefined;
}
