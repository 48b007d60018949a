import { extname } from 'node:path';

const text = 'text/plain; charset=utf-8';

/** By the end of a name. What people read as text is text, whatever language it is in. */
const byExtension: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mov': 'video/quicktime',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.json': 'application/json; charset=utf-8',
  ...Object.fromEntries(
    ['txt', 'md', 'log', 'csv', 'diff', 'patch', 'ts', 'js', 'mjs', 'tsx', 'jsx', 'css', 'py', 'rb', 'rs', 'go', 'java']
      .concat(['c', 'h', 'cpp', 'cs', 'php', 'sh', 'sql', 'toml', 'yml', 'yaml', 'xml', 'ini', 'conf', 'env'])
      .map((extension) => [`.${extension}`, text]),
  ),
};

/** What a file is: as its sender says, else by its name. */
export function contentTypeOf(told: string, filename: string): string {
  if (told !== '' && told !== 'application/octet-stream') return told;
  return byExtension[extname(filename).toLowerCase()] ?? 'application/octet-stream';
}
