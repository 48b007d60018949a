import { describe, expect, it } from 'vitest';

import { Limiter } from '../../src/base/limiter.ts';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A limiter and tasks that end when they are told to. */
function world(atOnce: number) {
  const limiter = new Limiter(atOnce);
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const run = (name: string): Promise<string> =>
    limiter.run(
      () =>
        new Promise((resolve, reject) => {
          started.push(name);
          ends.set(name, (error) => (error ? reject(error) : resolve(name)));
        }),
    );
  return { started, run, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

describe('Limiter', () => {
  it('runs so many at once, and the others in their order', async () => {
    const { started, run, end } = world(2);
    const all = ['a', 'b', 'c', 'd'].map((name) => run(name));
    await soon();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await soon();
    expect(started).toEqual(['a', 'b', 'c']);
    end('a');
    await soon();
    end('c');
    end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('makes room when a task fails', async () => {
    const { started, run, end } = world(1);
    const first = run('a');
    const second = run('b');
    end('a', new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await soon();
    expect(started).toEqual(['a', 'b']);
    end('b');
    expect(await second).toBe('b');
  });

  it('lets nobody in past those who wait', async () => {
    const { started, run, end } = world(1);
    const tasks = [run('a'), run('b')];
    end('a');
    tasks.push(run('c'));
    await soon();
    expect(started).toEqual(['a', 'b']);
    end('b');
    await soon();
    end('c');
    await Promise.all(tasks);
    expect(started).toEqual(['a', 'b', 'c']);
  });
});
