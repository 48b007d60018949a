import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import {
  claudeLogin,
  claudeVersion,
  findDisabledHooks,
  isOlderThanTested,
  oldestTested,
  refusesRoot,
} from '../../agents/claude-code/diagnosis.ts';
import { brokenMailboxParts, tryHook } from '../../agents/mailbox/diagnosis.ts';
import { chooseAgent } from '../../agents/registry.ts';
import { BridgeError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell-words.ts';
import { inheritedEnvironment } from '../../config/agent-environment.ts';
import type { Config } from '../../config/settings.ts';
import { entriesOf } from '../entries.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** Which agent new sessions get and why; whether it runs, and is logged in. */
export function agentCheck(surroundings: Surroundings): Check {
  const { configuration, environment, vai } = surroundings;
  return {
    name: 'the agent',
    group: 'agent',
    timeoutMs: 40_000,
    run: async () => {
      if (configuration instanceof BridgeError) return [];
      const { config } = configuration;
      const choice = chooseAgent({
        wanted: config.agent,
        claudeCommand: config.claudeCommand,
        path: environment['PATH'] ?? '',
      });
      if (choice.name === 'claude-code') return claudeFindings(choice, config, surroundings);
      if (config.agent === 'scripted') return [good('agent', choice.why)];
      return [fault('agent-practice', choice.why, `npm install -g @anthropic-ai/claude-code, then: ${vai} restart`)];
    },
  };
}

async function claudeFindings(
  { command, why }: { readonly command: string; readonly why: string },
  config: Config,
  { environment, userId, temporary }: Surroundings,
): Promise<readonly Finding[]> {
  // `chooseAgent` gives a wanted program back as it was asked for when it is not there.
  if (!isAbsolute(command) || !existsSync(command)) {
    return [
      fault('agent-missing', why, 'npm install -g @anthropic-ai/claude-code, or set CLAUDE_COMMAND to its path.'),
    ];
  }
  const own = inheritedEnvironment(environment);
  const [version, login] = await Promise.all([claudeVersion(command, own), claudeLogin(command, own, temporary)]);
  if ('broken' in version) {
    return [
      fault(
        'agent-broken',
        `${command} does not say its version: ${version.broken}`,
        `Run it yourself: ${shellLine([command, '--version'])}`,
      ),
    ];
  }
  const findings = [good('agent', `${why} Version ${version.version}.`)];
  if (isOlderThanTested(version.version)) {
    findings.push(
      fault(
        'agent-old',
        `Claude Code ${version.version} is older than ${oldestTested}, the oldest that was tested.`,
        shellLine([command, 'update']),
      ),
    );
  }
  findings.push(loginFinding(command, login));
  const hooks = findDisabledHooks(own);
  if (hooks) {
    findings.push(
      fault(
        'agent-hooks-disabled',
        `"${hooks.key}" in ${hooks.file} keeps the bridge's hooks from running: no message can be confirmed.`,
        `Take "${hooks.key}" out of that file.`,
      ),
    );
  }
  const { permissionMode, claudeOptions } = config;
  if (refusesRoot({ userId, permissionMode, arguments: claudeOptions, environment: own })) {
    findings.push(
      fault(
        'agent-refuses-root',
        'Claude Code ends at once when root lets it skip permissions (PERMISSION_MODE, CLAUDE_OPTIONS).',
        'Run the bridge as another user, set PERMISSION_MODE=default, or in a container set IS_SANDBOX=1.',
      ),
    );
  }
  return findings;
}

function loginFinding(command: string, login: Awaited<ReturnType<typeof claudeLogin>>): Finding {
  switch (login.kind) {
    case 'logged-in':
      return good('agent', `Claude Code is logged in (${login.how}).`);
    case 'logged-out':
      return fault(
        'agent-logged-out',
        `Claude Code (${command}) is not logged in.`,
        `${shellLine([command, 'auth', 'login'])}, or set ANTHROPIC_API_KEY for the bridge.`,
      );
    case 'unknown':
      return fault(
        'agent-login-unknown',
        `Whether Claude Code is logged in could not be found out: ${login.reason}.`,
        `Start it once and look: ${shellLine([command])}`,
      );
  }
}

/** Whether an agent's hooks can reach the bridge: the script runs, the mailboxes are whole. */
export function hookCheck({ paths, environment, temporary, packageRoot, vai }: Surroundings): Check {
  return {
    name: 'the hooks',
    group: 'agent',
    run: async () => {
      const wrong = await tryHook(shippedHook(packageRoot), temporary, inheritedEnvironment(environment));
      const hook =
        wrong === undefined
          ? good('agent', 'The hook script runs.')
          : fault(
              'hook-fails',
              `The hook script does not work: ${wrong}.`,
              `Look whether ${temporary} (TMPDIR) is there and has space; try: sh -c true`,
            );
      const broken = [paths.discord.sessions, paths.local.sessions].flatMap(entriesOf).flatMap(brokenMailboxParts);
      return [
        hook,
        ...broken.map((path) =>
          fault('mailbox-broken', `${path} is missing, so its agent is not heard.`, `${vai} restart makes it again.`),
        ),
      ];
    },
  };
}

function shippedHook(packageRoot: string): string {
  const places = ['dist', 'src'].map((folder) => join(packageRoot, folder, 'agents', 'mailbox', 'hook.sh'));
  return places.find((path) => existsSync(path)) ?? 'hook.sh';
}
