import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { tmuxCheck } from '../../../src/doctor/checks/tmux.ts';
import { DoctorWorld, faultsOf } from '../doctor-world.ts';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

describe('tmuxCheck', () => {
  it('finds nothing wrong with the real one', async () => {
    expect(await faultsOf(tmuxCheck(world.look()))).toEqual([]);
  });

  it.each([
    ['tmux-too-old', 'echo "tmux 2.9a"'],
    ['tmux-known-bad', 'echo "tmux 3.1b"'],
    ['tmux-locale', 'echo "tmux: need UTF-8 locale (LC_CTYPE) but have ANSI_X3.4-1968" >&2; exit 1'],
    ['tmux-silent', 'exit 127'],
  ])('finds %s', async (id, script) => {
    world.program('tmux', script);
    const faults = await faultsOf(tmuxCheck(world.look()));
    expect(faults.map((finding) => finding.id)).toEqual([id]);
    expect(faults[0]?.do).toBeTruthy();
  });

  it('finds that there is none', async () => {
    const faults = await faultsOf(tmuxCheck(world.look({ PATH: world.programs })));
    expect(faults).toMatchObject([{ id: 'tmux-missing', do: expect.stringContaining('tmux') }]);
  });

  it.each([
    [{ LANG: 'C' }, 'LANG=C'],
    [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, 'LC_ALL=POSIX'],
    [{ LANG: '' }, 'no locale'],
  ])('notes a shell that is not in UTF-8: %j', async (environment, words) => {
    const faults = await faultsOf(tmuxCheck(world.look(environment)));
    expect(faults).toMatchObject([{ id: 'shell-not-utf8', level: 'note', says: expect.stringContaining(words) }]);
  });
});
