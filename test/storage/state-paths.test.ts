import { join } from 'node:path';

import { expect, it } from 'vitest';

import { Database } from '../../src/storage/database.ts';
import { movePaths, pathsWithin } from '../../src/storage/state-paths.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function stateFile(): string {
  const path = join(temporaryDirectory(), 'bridge.db');
  const database = Database.open(path);
  const add = (key: string, state: string, content: object): void => {
    database.run(
      "INSERT INTO outbox (key, channel, kind, content, state, created_at) VALUES (?, '1', 'text', ?, ?, 1)",
      key,
      JSON.stringify(content),
      state,
    );
  };
  const file = (path: string): object => ({ kind: 'text', text: '/old/out/in the text', files: [{ path, name: 'a' }] });
  add('waits', 'pending', file('/old/out/1'));
  add('posted', 'posted', file('/old/out/2'));
  add('elsewhere', 'pending', file('/old/outside/3'));
  database.run(
    `INSERT INTO file_offers (id, session, turn, path, name, offered_at) VALUES ('o', 1, 't', '/old/work/"a"', 'a', 1)`,
  );
  database.close();
  return path;
}

it('MS-15: a state file says which files wait in a directory', () => {
  expect(pathsWithin(stateFile(), '/old/out')).toEqual(['/old/out/1']);
});

it('MS-15: paths of a directory that lies elsewhere now are rewritten, and nothing else', () => {
  const path = stateFile();
  const moves = [
    { from: '/old/out', to: '/new/home "of Olga"/out' },
    { from: '/old/work', to: '/new/work' },
  ];
  expect(movePaths(path, moves)).toBe(3);
  const database = Database.open(path);
  const contents = database.all('SELECT content FROM outbox ORDER BY seq').map(({ content }) => String(content));
  const [offer] = database.all('SELECT path FROM file_offers');
  database.close();
  expect(contents.map((text) => JSON.parse(text) as object)).toMatchObject([
    { text: '/old/out/in the text', files: [{ path: '/new/home "of Olga"/out/1' }] },
    { files: [{ path: '/new/home "of Olga"/out/2' }] },
    { files: [{ path: '/old/outside/3' }] },
  ]);
  expect(offer).toMatchObject({ path: '/new/work/"a"' });
  expect(movePaths(path, moves)).toBe(0);
});
