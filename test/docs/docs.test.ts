import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { cliReference } from '../../docs/generate-cli.ts';
import { troubleshooting } from '../../docs/generate-troubleshooting.ts';
import { errorPolicy, eventPolicy } from '../../src/error-policy/policy.ts';
import { configSchema, settingNames, settings, writtenValue } from '../../src/config/settings.ts';

const root = resolve(import.meta.dirname, '../..');

/** Every page, by its path from the root. */
const pages: readonly string[] = [
  'README.md',
  'README.ja.md',
  'CLAUDE.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

interface Link {
  readonly page: string;
  /** As written. */
  readonly target: string;
  /** The file it leads to, from the root. */
  readonly file: string;
  /** The heading in it; '' for the page as a whole. */
  readonly anchor: string;
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** A page without its code, where brackets are no links and a # is no heading. */
function prose(text: string): string {
  return text.replace(/^( *)(```+)[\s\S]*?^\1\2$/gm, '');
}

/** The links of a page to files of this repository. */
function localLinks(page: string, text: string): readonly Link[] {
  return [
    ...prose(text)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      const file = path === '' ? page : relative(root, resolve(root, dirname(page), decodeURI(path)));
      return { page, target, file, anchor };
    });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with a link, in words; undefined when it leads somewhere. */
function problemOf({ page, target, file, anchor }: Link): string | undefined {
  if (file.startsWith('..')) return `${page}: ${target} leads out of the repository`;
  if (!existsSync(join(root, file))) return `${page}: ${target} leads nowhere`;
  if (anchor === '' || anchorsOf(read(file)).includes(anchor)) return undefined;
  return `${page}: ${target} names a heading that ${file} does not have`;
}

/** The row of a table that begins with these cells' content. */
function rowOf(text: string, code: string): string | undefined {
  return text.split('\n').find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${code}\``));
}

const links = pages.flatMap((page) => localLinks(page, read(page)));

describe('the documentation', () => {
  it('has links that lead somewhere', () => {
    // Were the search broken, nothing would ever be found.
    expect(links.length).toBeGreaterThan(30);
    expect(links.flatMap((link) => problemOf(link) ?? [])).toEqual([]);
  });

  it('has no page that no other page leads to', () => {
    const reached = new Set(links.filter(({ page, file }) => page !== file).map(({ file }) => file));
    expect(pages.filter((page) => page !== 'README.md' && !reached.has(page))).toEqual([]);
  });

  it('speaks of no place outside of the project', () => {
    expect(pages.filter((page) => /\/work\/|REQUIREMENTS\.md/.test(read(page)))).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  const text = read('docs/configuration.md');
  const defaults = configSchema.parse({});

  it.each(settingNames)('names %s with its variables, its key and its default', (name) => {
    const { variables, json } = settings[name];
    const row = rowOf(text, variables[0]);
    expect(row, `a row that begins with \`${variables[0]}\``).toBeDefined();
    for (const variable of variables) expect(row).toContain(`\`${variable}\``);
    const cells = row?.split('|').map((cell) => cell.trim());
    const value = defaults[name];
    const isNone = value === undefined || (typeof value === 'object' && value.length === 0);
    expect(cells?.slice(2, 4)).toEqual([`\`${json}\``, isNone ? 'none' : `\`${writtenValue(name, value)}\``]);
  });
});

describe('docs/cli.md', () => {
  it('is what the definitions of the commands say; `npm run docs:cli` makes it so', async () => {
    expect(read('docs/cli.md')).toBe(await cliReference());
  });

  const commands = readdirSync(join(root, 'src/cli/commands')).map((file) => file.replace(/\.ts$/, ''));

  it.each(commands)('explains vai %s under a heading of its own', (command) => {
    expect(anchorsOf(read('docs/cli.md'))).toContain(command);
  });
});

describe('docs/troubleshooting.md', () => {
  it('MS-16: shows all errors as the policy has them; `npm run docs:troubleshooting` makes it so', async () => {
    const text = read('docs/troubleshooting.md');
    expect(text).toBe(await troubleshooting());
    // Were the marks broken, nothing would stand between them.
    const codes = [...Object.keys(errorPolicy), ...Object.keys(eventPolicy)];
    expect(codes.filter((code) => !text.includes(`| \`${code}\``))).toEqual([]);
  });
});

describe('the checks themselves', () => {
  const check = (text: string): readonly (string | undefined)[] => localLinks('README.md', text).map(problemOf);

  it('see a link to a page or heading that is not there', () => {
    expect(check('[a](docs/no-such-page.md)')).toEqual(['README.md: docs/no-such-page.md leads nowhere']);
    expect(check('[a](LICENSE) [b](#no-such-heading)')).toEqual([
      undefined,
      'README.md: #no-such-heading names a heading that README.md does not have',
    ]);
    expect(check('[a](../elsewhere.md)')).toEqual(['README.md: ../elsewhere.md leads out of the repository']);
  });

  it('take no code and no web address for a link', () => {
    expect(check('`[a](b)` [c](https://example.org/)\n\n```\n[d](e)\n```\n')).toEqual([]);
  });

  it('make anchors as GitHub does', () => {
    expect(anchorsOf('## Rings: who may import whom\n\n```\n# no heading\n```\n\n## BRIDGE_HOME\n')).toEqual([
      'rings-who-may-import-whom',
      'bridge_home',
    ]);
  });
});
