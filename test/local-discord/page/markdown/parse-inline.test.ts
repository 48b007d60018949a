import { describe, expect, it } from 'vitest';

import { processorMs } from '../../../processor-time.ts';
import { parseInline } from '../../../../src/local-discord/page/markdown/parse-inline.ts';
import type { Inline } from '../../../../src/local-discord/page/markdown/syntax.ts';

/** The tree in short: `strong(text)`. */
function short(content: readonly Inline[]): string {
  return content
    .map((one) => {
      switch (one.kind) {
        case 'text':
          return one.text;
        case 'code':
        case 'everyone':
          return `${one.kind}(${one.text})`;
        case 'link':
          return `link(${one.address}|${short(one.content)})`;
        case 'user':
        case 'role':
        case 'channel':
          return `${one.kind}(${one.id})`;
        case 'command':
        case 'emoji':
          return `${one.kind}(${one.name})`;
        case 'time':
          return `time(${String(one.seconds)}|${one.style})`;
        default:
          return `${one.kind}(${short(one.content)})`;
      }
    })
    .join('');
}

const parse = (text: string): string => short(parseInline(text));

describe('text within a line', () => {
  it.each([
    ['plain', 'plain'],
    ['**a** b', 'strong(a) b'],
    ['*a* _b_', 'emphasis(a) emphasis(b)'],
    ['***a***', 'strong(emphasis(a))'],
    ['**a *b* c**', 'strong(a emphasis(b) c)'],
    ['*a **b** c*', 'emphasis(a strong(b) c)'],
    ['**bold *both***', 'strong(bold emphasis(both))'],
    ['__a__ ~~b~~ ||c||', 'underline(a) strike(b) spoiler(c)'],
    ['__*a*__', 'underline(emphasis(a))'],
    ['a_b_c snake_case_name', 'a_b_c snake_case_name'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['**never closed', '**never closed'],
    ['*a **b*', 'emphasis(a **b)'],
    ['****', '****'],
    ['a **', 'a **'],
    ['\\*not\\* \\\\ \\x', '*not* \\ \\x'],
    ['**a\nb**', 'strong(a\nb)'],
  ])('%s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it.each([
    ['`a *b* <@1>`', 'code(a *b* <@1>)'],
    ['``a`b``', 'code(a`b)'],
    ['`` ` ``', 'code(`)'],
    ['`never closed', '`never closed'],
    ['**`a**b`**', 'strong(code(a**b))'],
  ])('code: %s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it.each([
    ['<@12> <@!13> <@&14> <#15>', 'user(12) user(13) role(14) channel(15)'],
    ['@everyone @here @hereby', 'everyone(@everyone) everyone(@here) @hereby'],
    ['</session add:123>', 'command(session add)'],
    ['<:ok:123> <a:wave:123>', 'emoji(ok) emoji(wave)'],
    ['<t:1700000000> <t:1700000000:R> <t:99999999999999>', 'time(1700000000|f) time(1700000000|R) <t:99999999999999>'],
    ['<@12', '<@12'],
    ['a < b > c', 'a < b > c'],
  ])('mentions: %s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });

  it.each([
    ['https://a.b/c.', 'link(https://a.b/c|https://a.b/c).'],
    ['(https://a.b/c)', '(link(https://a.b/c|https://a.b/c))'],
    ['https://a.b/c_(d)', 'link(https://a.b/c_(d)|https://a.b/c_(d))'],
    ['**https://a.b/c**', 'strong(link(https://a.b/c|https://a.b/c))'],
    ['<https://a.b/>', 'link(https://a.b/|https://a.b/)'],
    ['[x](https://a.b/ "title")', 'link(https://a.b/|x)'],
    ['[x](<https://a.b/>)', 'link(https://a.b/|x)'],
    ['xhttps://a.b', 'xhttps://a.b'],
    ['https://', 'https://'],
  ])('links: %s', (text, expected) => {
    expect(parse(text)).toBe(expected);
  });
});

describe('hostile text', () => {
  it.each([
    'javascript:alert(1)',
    '[x](javascript:alert(1))',
    '[x](JAVASCRIPT:alert(1))',
    '[x](data:text/html,hi)',
    '[x](//evil.example)',
    '<javascript:alert(1)>',
    '<script>alert(1)</script>',
    '[x](vbscript:x)',
    'file:///etc/passwd',
  ])('makes no link of %s', (text) => {
    expect(parse(text)).toBe(text);
  });

  it('takes a label as text, whatever address it pretends to be', () => {
    expect(parse('[https://good.example](https://evil.example/)')).toBe(
      'link(https://evil.example/|https://good.example)',
    );
  });

  const size = 100_000;
  it.each([
    ['asterisks', '*'],
    ['pairs', '*a'],
    ['closed pairs', '*a* '],
    ['underscores', '_'],
    ['mixed delimiters', '*_~~||__**'],
    ['spaced delimiters', '**a __b ~~c ||d *e _f '],
    ['backticks', '`'],
    ['growing backticks', '`a``b```c'],
    ['brackets', '['],
    ['links', '[a](https://x'],
    ['pointed brackets', '<'],
    ['times', '<t:1'],
    ['addresses', 'https://a**'],
    ['open brackets in addresses', 'https://((((('],
    ['backslashes', '\\'],
    ['at signs', '@'],
  ])('takes no longer than its length allows: %s', (_, part) => {
    const text = part.repeat(Math.ceil(size / part.length));
    const time = (): number => processorMs(() => void parseInline(text));
    // A tenth of a second on a quiet machine; with a square law it would be a minute.
    expect(Math.min(time(), time())).toBeLessThan(2000);
  });
});
