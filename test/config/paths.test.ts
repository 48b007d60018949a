import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { resolvePaths } from '../../src/config/paths.ts';

let base: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-paths-')));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function packageAt(name: string, extra: 'src' | '.git' | undefined, packageName = 'claude-discord-bridge'): string {
  const root = join(base, name);
  mkdirSync(extra === undefined ? root : join(root, extra), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: packageName }));
  return root;
}

function resolved(environment: Readonly<Record<string, string>>, root = packageAt('package', undefined)) {
  return resolvePaths({ environment, userHome: join(base, 'user'), packageRoot: root, temporary: base, userId: 42 });
}

describe('resolvePaths', () => {
  it('takes BRIDGE_HOME first', () => {
    expect(resolved({ BRIDGE_HOME: join(base, 'here') }, packageAt('checkout', 'src')).home).toBe(join(base, 'here'));
    expect(resolved({ BRIDGE_HOME: '~/there' }).home).toBe(join(base, 'user/there'));
    expect(resolved({ BRIDGE_HOME: 'relative' }).home).toBe(join(process.cwd(), 'relative'));
  });

  it.each(['src', '.git'] as const)('lives in a checkout, known by its %s', (extra) => {
    const root = packageAt('checkout', extra);
    expect(resolved({}, root).home).toBe(root);
  });

  it("lives in the user's home when it was installed as a package", () => {
    expect(resolved({}).home).toBe(join(base, 'user/.claude-discord-bridge'));
    expect(resolved({}, packageAt('other', 'src', 'other')).home).toBe(join(base, 'user/.claude-discord-bridge'));
    expect(resolved({}, join(base, 'nothing')).home).toBe(join(base, 'user/.claude-discord-bridge'));
  });

  it('keeps everything but the sockets under the home', () => {
    const home = join(base, 'home');
    expect(resolved({ BRIDGE_HOME: home })).toMatchObject({
      config: join(home, 'config'),
      envFile: join(home, 'config/.env'),
      bridgeJson: join(home, 'config/bridge.json'),
      state: join(home, 'state'),
      discord: {
        map: join(home, 'config/sessions.json'),
        database: join(home, 'state/bridge.db'),
        sessions: join(home, 'state/sessions'),
        outgoing: join(home, 'state/outgoing'),
      },
      local: {
        map: join(home, 'config/sessions.local.json'),
        database: join(home, 'state/bridge.local.db'),
        sessions: join(home, 'state/sessions.local'),
        outgoing: join(home, 'state/outgoing.local'),
      },
      daemonRecord: join(home, 'state/daemon.json'),
      logs: join(home, 'logs'),
      bridgeLog: join(home, 'logs/bridge.log'),
      auditHead: join(home, 'state/audit-head.json'),
      attachments: join(home, 'attachments'),
      monitoring: join(home, 'monitoring'),
      workspace: join(home, 'workspace'),
    });
  });

  it('puts the sockets into the run-time directory, one place per user and installation', () => {
    const runtime = join(base, 'run');
    mkdirSync(runtime);
    const paths = resolved({ BRIDGE_HOME: join(base, 'home'), XDG_RUNTIME_DIR: runtime });
    expect(paths.runtime).toMatch(new RegExp(`^${runtime}/claude-bridge-42-[0-9a-f]{8}$`));
    expect(paths.controlSocket).toBe(join(paths.runtime, 'control.sock'));
    expect(paths.tmuxSocket).toBe(join(paths.runtime, 'tmux.sock'));
    expect(resolved({ BRIDGE_HOME: join(base, 'other') }).runtime).not.toBe(
      resolved({ BRIDGE_HOME: join(base, 'home') }).runtime,
    );
  });

  it('finds the same place through a symbolic link, and before the home exists', () => {
    mkdirSync(join(base, 'real'));
    symlinkSync(join(base, 'real'), join(base, 'link'));
    const before = resolved({ BRIDGE_HOME: join(base, 'link/deep/home') }).runtime;
    mkdirSync(join(base, 'real/deep/home'), { recursive: true });
    expect(resolved({ BRIDGE_HOME: join(base, 'link/deep/home') }).runtime).toBe(before);
    expect(resolved({ BRIDGE_HOME: join(base, 'real/deep/home') }).runtime).toBe(before);
  });

  it('uses the temporary directory when the run-time directory is not there', () => {
    expect(resolved({ XDG_RUNTIME_DIR: join(base, 'missing') }).runtime.startsWith(`${base}/claude-bridge-42-`)).toBe(
      true,
    );
  });

  it.skipIf(process.getuid?.() === 0)('uses the temporary directory when the run-time directory is not ours', () => {
    const runtime = join(base, 'run');
    mkdirSync(runtime);
    chmodSync(runtime, 0o500);
    expect(resolved({ XDG_RUNTIME_DIR: runtime }).runtime.startsWith(`${base}/claude-bridge-42-`)).toBe(true);
  });

  it('refuses a socket path that the system would cut off', () => {
    const room = 106 - Buffer.byteLength(`${base}/xx/claude-bridge-42-12345678/control.sock`);
    const fits = join(base, `x${'y'.repeat(room)}x`);
    mkdirSync(fits);
    expect(Buffer.byteLength(resolved({ XDG_RUNTIME_DIR: fits }).controlSocket)).toBe(106);
    mkdirSync(`${fits}z`);
    try {
      resolved({ XDG_RUNTIME_DIR: `${fits}z` });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BridgeError);
      expect((error as BridgeError).code).toBe('socket-path-too-long');
    }
  });
});
