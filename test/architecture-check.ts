import { posix } from 'node:path';

import ts from 'typescript';

import {
  computedImports,
  emptyNames,
  exclusive,
  outsideOfSrc,
  rings,
  testFolders,
  testsOfOthers,
} from './architecture-rules.ts';
import type { Ring } from './architecture-rules.ts';

/** A project in memory: text by path, e.g. `src/base/clock.ts`. */
export type Project = ReadonlyMap<string, string>;

interface Import {
  /** Undefined when it is known only at run time. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

/** Every breach of the rules, as a sentence that begins with the file's path. */
export function findBreaches(project: Project): readonly string[] {
  return [...project].flatMap(([path, text]) => {
    const names = checkNames(path);
    if (path.startsWith('test/')) return [...names, ...checkTestPath(path, project)];
    const inside = insideOf(path);
    if (inside === undefined || !/\.tsx?$/.test(path)) return names;
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    return [
      ...names,
      ...checkBarrel(path, source),
      ...checkContract(inside, source),
      ...importsOf(source).flatMap((each) => checkImport(inside, each)),
    ];
  });
}

/** What a file is called in the tables: its path from `src/` on, or from the root for a ring outside of it. */
export function insideOf(path: string): string | undefined {
  if (path.startsWith('src/')) return path.slice('src/'.length);
  return outsideOfSrc.some((folder) => path.startsWith(`${folder}/`)) ? path : undefined;
}

/** The path of what the tables call so. */
export function pathOf(inside: string): string {
  return outsideOfSrc.includes(inside.split('/')[0] ?? '') ? inside : `src/${inside}`;
}

/** The ring a file of `src/` is in, by the most precise name of the table. */
export function ringOf(
  inside: string,
): { readonly name: string; readonly ring: Ring; readonly self: string } | undefined {
  const [folder = '', second = '', ...deeper] = inside.split('/');
  const candidates = [inside, ...(deeper.length > 0 ? [`${folder}/${second}`, `${folder}/*`] : []), folder];
  for (const name of candidates) {
    const ring = rings[name];
    if (!ring) continue;
    return { name, ring, self: name.endsWith('/*') ? `${folder}/${second}` : name };
  }
  return undefined;
}

function checkImport(inside: string, { target, typeOnly }: Import): readonly string[] {
  const path = pathOf(inside);
  const found = ringOf(inside);
  if (!found) return [`${path} is in no ring of the table`];
  const { name, ring, self } = found;
  if (target === undefined) {
    return computedImports[inside] === undefined ? [`${path} imports a module whose name is computed`] : [];
  }
  if (!target.startsWith('.')) return checkModule(inside, name, ring, target);
  const imported = insideOf(posix.join(posix.dirname(path), target));
  if (imported === undefined) return [`${path} imports ${target}, which is outside of src`];
  if (contains(self, imported)) return [];
  if (!ring.may.some((allowed) => contains(allowed, imported))) {
    return [`${path} imports ${imported}: ${name} may import ${ring.may.join(', ') || 'nothing of ours'}`];
  }
  if (!typeOnly && ring.typesOnly?.some((types) => contains(types, imported))) {
    return [`${path} imports ${imported} at run time: ${name} may import types of it only`];
  }
  return [];
}

function checkModule(inside: string, name: string, ring: Ring, target: string): readonly string[] {
  const path = pathOf(inside);
  const isNode = target.startsWith('node:');
  const module = isNode ? target : packageName(target);
  const homes = exclusive[module];
  if (homes && !homes.some((home) => contains(home, inside))) {
    return [`${path} imports ${module}, which belongs to ${homes.join(', ') || 'nobody'}`];
  }
  if (isNode) {
    if (ring.node === 'any' || ring.node.includes(module)) return [];
    return [`${path} imports ${module}: ${name} may use ${ring.node.join(', ') || 'nothing of Node'}`];
  }
  if (ring.packages.includes(module)) return [];
  return [`${path} imports the package ${module}: ${name} may use ${ring.packages.join(', ') || 'none'}`];
}

/** `index.ts`, and files that only pass on what is elsewhere. */
function checkBarrel(path: string, source: ts.SourceFile): readonly string[] {
  const statements = source.statements;
  const passesOn = (statement: ts.Statement): boolean =>
    ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
  if (statements.length > 0 && statements.every(passesOn))
    return [`${path} is a barrel: it only exports from elsewhere`];
  return [];
}

/** A contract says nothing at run time. */
function checkContract(inside: string, source: ts.SourceFile): readonly string[] {
  if (!inside.startsWith('contracts/')) return [];
  const isType = (statement: ts.Statement): boolean =>
    ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isImportDeclaration(statement);
  return source.statements.every(isType) ? [] : [`src/${inside} is a contract and has code that runs`];
}

function checkNames(path: string): readonly string[] {
  const breaches: string[] = [];
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  if (/^index\.[mc]?[jt]sx?$/.test(file)) breaches.push(`${path} is called index: a file names its one job`);
  for (const part of parts) {
    const stem = part.replace(/\..*$/, '');
    if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(part)) breaches.push(`${path}: "${part}" is not in kebab-case`);
    if (emptyNames.includes(stem)) breaches.push(`${path}: "${stem}" says nothing about what is inside`);
  }
  return breaches;
}

/** A test mirrors the file it tests, or sits in a folder with a meaning of its own. */
function checkTestPath(path: string, project: Project): readonly string[] {
  const inside = path.slice('test/'.length);
  if (!inside.endsWith('.test.ts')) return [];
  const folder = inside.split('/')[0] ?? '';
  if (testFolders[folder] !== undefined || testsOfOthers[inside] !== undefined) return [];
  let mirrored = pathOf(inside.replace(/\.test\.ts$/, ''));
  // A whole folder, whose parts are tested together.
  if ([...project.keys()].some((each) => each.startsWith(`${mirrored}/`))) return [];
  // A file, or one side of it: `outbox-pruning.test.ts` is about `outbox.ts`.
  for (; /[^/]$/.test(mirrored); mirrored = mirrored.replace(/-?[^-/]*$/, '')) {
    if (project.has(`${mirrored}.ts`)) return [];
  }
  return [`${path} mirrors no file of src, and is in no folder of the table`];
}

function importsOf(source: ts.SourceFile): readonly Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      imports.push({ target: textOf(node.moduleSpecifier), typeOnly: isTypeOnly(node.importClause) });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      imports.push({ target: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      imports.push({ target: textOf(node.argument.literal), typeOnly: true });
    } else if (ts.isCallExpression(node) && loadsModule(node)) {
      imports.push({ target: node.arguments[0] && textOf(node.arguments[0]), typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  if (clause.name !== undefined || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every(({ isTypeOnly: type }) => type);
}

/** `import(…)`, `require(…)` and `process.getBuiltinModule(…)`. */
function loadsModule({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(expression)) return expression.text === 'require';
  return ts.isPropertyAccessExpression(expression) && expression.name.text === 'getBuiltinModule';
}

function textOf(node: ts.Node): string | undefined {
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

function packageName(target: string): string {
  const [first = '', second = ''] = target.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function contains(folderOrFile: string, path: string): boolean {
  return folderOrFile === '' || path === folderOrFile || path.startsWith(`${folderOrFile}/`);
}
