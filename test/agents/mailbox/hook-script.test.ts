import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { hookArguments, installHookScript } from '../../../src/agents/mailbox/hook-script.ts';
import { parseMailboxEvent } from '../../../src/agents/mailbox/mailbox-event.ts';
import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import type { Mailbox } from '../../../src/agents/mailbox/mailbox.ts';
import { eventuallyTrue } from '../../eventually.ts';

const shells = [['dash'], ['busybox', 'sh'], ['sh']].filter(
  ([program, ...rest]) => spawnSync(program!, [...rest, '-c', 'true']).status === 0,
);

describe.each(shells.map((shell) => ({ shell, name: shell.join(' ') })))('hook.sh in $name', ({ shell }) => {
  let directory: string;
  let script: string;
  let mailbox: Mailbox;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-hook-'));
    script = installHookScript(directory);
    mailbox = openMailbox({ directory: join(directory, 'mailbox'), clock: systemClock, log: silentLog });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    await mailbox.close();
    rmSync(directory, { recursive: true });
  });

  function hook(
    kind: string,
    mode: readonly string[],
    event: string,
  ): { child: ChildProcess; output: Promise<string> } {
    const [program, ...rest] = shell;
    const child = spawn(program!, [...rest, script, mailbox.directory, kind, ...mode], { stdio: 'pipe' });
    children.push(child);
    child.stdin.end(event);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: new Promise((resolve) => child.on('close', () => resolve(output))) };
  }

  it('leaves an event as one private file and ends at once', async () => {
    const event = { prompt: 'a\nb "c" \\n \u{1F469}‍\u{1F4BB} %s $HOME' };
    const { output, child } = hook('Stop', ['tell'], JSON.stringify(event));
    expect(await output).toBe('');
    const [name] = readdirSync(join(mailbox.directory, 'events'));
    const path = join(mailbox.directory, 'events', name!);
    expect(name).toMatch(/^\d{19}-\d+-Stop\.json$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const read = parseMailboxEvent(name!.slice(0, -5), readFileSync(path, 'utf8'));
    expect(read).toMatchObject({ kind: 'Stop', pid: child.pid, event });
    expect(Math.abs(read.at - systemClock.now())).toBeLessThan(10_000);
    expect(readdirSync(join(mailbox.directory, 'tmp'))).toEqual([]);
  });

  it('waits for the answer, prints it and removes it', async () => {
    mailbox.writeDaemonPid();
    const { output } = hook('UserPromptSubmit', hookArguments('', 'x', 'daemon').slice(2), '{}');
    await eventuallyTrue(() => mailbox.events().length === 1);
    const [event] = mailbox.events();
    expect(mailbox.isHeld(event!)).toBe(true);
    mailbox.answer(event!.id, { decision: 'block', reason: 'line 1\nline 2 ünï' });
    expect(JSON.parse(await output)).toEqual({ decision: 'block', reason: 'line 1\nline 2 ünï' });
    expect(readdirSync(join(mailbox.directory, 'answers'))).toEqual([]);
    expect(mailbox.isHeld(event!)).toBe(false);
    expect(mailbox.events()).toHaveLength(1);
  });

  it.each([
    ['there is no daemon', undefined],
    ['the daemon is dead', '4194999'],
    ['the pid file is garbage', 'nonsense'],
  ])('does not wait for a confirmation when %s', async (_why, pid) => {
    if (pid !== undefined) writeFileSync(join(mailbox.directory, 'daemon.pid'), pid);
    const { output } = hook('UserPromptSubmit', ['ask', '60'], '{}');
    expect(await output).toBe('');
    // It did not wait for its deadline, which would have left an event of its own.
    expect(mailbox.events().map(({ kind }) => kind)).toEqual(['UserPromptSubmit']);
  });

  it('BX-05: waits for a person even when the daemon is dead', async () => {
    const { output } = hook('PermissionRequest', ['ask', '86400'], '{}');
    await eventuallyTrue(() => mailbox.events().length === 1);
    await systemClock.sleep(700);
    const [event] = mailbox.events();
    expect(mailbox.isHeld(event!)).toBe(true);
    mailbox.answer(event!.id, { ok: 1 });
    expect(await output).toBe('{"ok":1}');
  });

  it('gives up after its deadline and says so', async () => {
    mailbox.writeDaemonPid();
    const { output } = hook('UserPromptSubmit', ['ask', '1'], '{}');
    expect(await output).toBe('');
    const [asked, expired] = mailbox.events();
    expect(expired).toMatchObject({ kind: 'expired', event: { id: asked!.id, kind: 'UserPromptSubmit' } });
  });

  it('ends when its parent is gone', async () => {
    const [program, ...rest] = shell;
    const command = [program, ...rest, script, mailbox.directory, 'PermissionRequest', 'ask'].join(' ');
    const parent = spawn('dash', ['-c', `echo '{}' | ${command} & sleep 60; true`], {
      detached: true,
      stdio: 'ignore',
    });
    children.push(parent);
    await eventuallyTrue(() => mailbox.events().length === 1);
    const [event] = mailbox.events();
    expect(mailbox.isHeld(event!)).toBe(true);
    process.kill(-parent.pid!, 0);
    parent.kill('SIGKILL');
    await eventuallyTrue(() => !mailbox.isHeld(event!));
    expect(existsSync(`/proc/${event!.pid}/cmdline`) && mailbox.isHeld(event!)).toBe(false);
    for (const left of childrenOfGroup(parent.pid!)) process.kill(left, 'SIGKILL');
  });

  it('loses and tears nothing when many hooks write long events at once', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index).padEnd(100_000, 'é'));
    await Promise.all(texts.map((text) => hook('Stop', ['tell'], JSON.stringify({ text })).output));
    expect(
      mailbox
        .events()
        .map(({ event }) => event.text)
        .sort(),
    ).toEqual([...texts].sort());
  });
});

function childrenOfGroup(group: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
        return Number(fields[2]) === group && fields[0] !== 'Z';
      } catch {
        return false; // it ended while we looked
      }
    });
}
