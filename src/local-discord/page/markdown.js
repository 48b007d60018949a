// Discord's Markdown, the part that chat needs, to DOM nodes. Everything that was said ends in text nodes: no HTML is
// ever parsed, and only http and https become links.

const fence = /```(?:([\w+#.-]{1,30})?\n)?([\s\S]*?)(?:```|$)/g;

const inline = new RegExp(
  [
    /\\([\\*_~`|>#[\]()-])/, // 1 escaped character
    /(`+)([\s\S]*?[^`])\2(?!`)/, // 2, 3 code
    /\*\*([\s\S]+?)\*\*/, // 4 bold
    /__([\s\S]+?)__/, // 5 underlined
    /~~([\s\S]+?)~~/, // 6 struck out
    /\*(?![\s*])([^*]+?)\*/, // 7 italic
    /(?<![\w_])_(?!_)([^_]+?)_(?!\w)/, // 8 italic
    /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/, // 9, 10 link
    /(https?:\/\/[^\s<>"]*[^\s<>".,:;!?)\]}'])/, // 11 address
    /<@!?(\d{1,20})>/, // 12 user
    /<#(\d{1,20})>/, // 13 channel
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/**
 * @param {string} text
 * @param {{ user(id: string): string | undefined, channel(id: string): string | undefined }} names
 * @returns {DocumentFragment}
 */
export function renderMarkdown(text, names) {
  const result = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(fence)) {
    appendLines(result, text.slice(end, match.index).replace(/\n$/, ''), names);
    result.append(codeBlock(match[2].replace(/\n$/, ''), match[1]));
    end = match.index + match[0].length;
    if (text[end] === '\n') end += 1;
  }
  appendLines(result, text.slice(end), names);
  return result;
}

function appendLines(parent, text, names) {
  if (text === '') return;
  let separator = '';
  for (const line of text.split('\n')) {
    parent.append(separator);
    separator = '\n';
    const heading = /^(#{1,3}) (.+)$/.exec(line);
    const quote = /^> ?(.*)$/.exec(line);
    if (heading) {
      const size = ['one', 'two', 'three'][heading[1].length - 1];
      parent.append(element('span', `heading ${size}`, inlineNodes(heading[2], names)));
    } else if (quote) {
      parent.append(element('span', 'quote', inlineNodes(quote[1] || ' ', names)));
      separator = ''; // a block ends its line by itself
    } else {
      parent.append(inlineNodes(line, names));
    }
  }
}

function inlineNodes(text, names) {
  const result = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(inline)) {
    result.append(text.slice(end, match.index), inlineNode(match, names));
    end = match.index + match[0].length;
  }
  result.append(text.slice(end));
  return result;
}

function inlineNode(match, names) {
  const [all, escaped, , code, bold, under, struck, star, low, label, target, address, user, channel] = match;
  if (escaped !== undefined) return escaped;
  if (code !== undefined) return element('code', '', code);
  if (bold !== undefined) return element('strong', '', inlineNodes(bold, names));
  if (under !== undefined) return element('u', '', inlineNodes(under, names));
  if (struck !== undefined) return element('s', '', inlineNodes(struck, names));
  if (star !== undefined || low !== undefined) return element('em', '', inlineNodes(star ?? low, names));
  if (target !== undefined) return link(target, label);
  if (address !== undefined) return link(address, address);
  const name = user !== undefined ? names.user(user) : names.channel(channel);
  return name === undefined ? all : element('span', 'mention', `${user !== undefined ? '@' : '#'}${name}`);
}

function link(target, label) {
  if (!URL.canParse(target)) return label;
  const anchor = element('a', '', label);
  anchor.href = target;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}

function codeBlock(code, language) {
  const copy = element('button', '', 'Copy');
  copy.type = 'button';
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = 'Copied';
    setTimeout(() => (copy.textContent = 'Copy'), 1500);
  });
  const block = element('div', 'fence', element('pre', '', element('code', '', code)), copy);
  if (language) block.dataset.language = language;
  return block;
}

/** A new element with a class and children; strings become text. */
export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}
