import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

import { BridgeError } from '../base/errors.ts';
import type { AgentDriver } from '../contracts/agent.ts';

/** The agents this bridge can run, by name. */
export interface DriverRegistry {
  /** @throws BridgeError `agent-unknown` naming the known ones. */
  get(name: string): AgentDriver;
  names(): readonly string[];
}

/** A registry of these drivers. Two of one name are a mistake of the program. */
export function createDriverRegistry(drivers: readonly AgentDriver[]): DriverRegistry {
  const byName = new Map(drivers.map((driver) => [driver.name, driver]));
  if (byName.size !== drivers.length) {
    throw new Error(`two drivers have the same name: ${drivers.map(({ name }) => name).join(', ')}`);
  }
  return {
    get: (name) => {
      const driver = byName.get(name);
      if (driver) return driver;
      throw new BridgeError('agent-unknown', `There is no agent named "${name}".`, {
        advice: `Known agents: ${[...byName.keys()].join(', ')}.`,
      });
    },
    names: () => [...byName.keys()],
  };
}

/** Which agent new sessions get, and why: a sentence for a person. */
export type AgentChoice =
  | { readonly name: 'claude-code'; readonly command: string; readonly why: string }
  | { readonly name: 'scripted'; readonly why: string };

export interface ChooseAgentOptions {
  /** What the owner asked for. Default `auto`: Claude Code when it is installed. */
  readonly wanted?: 'auto' | AgentChoice['name'];
  /** A name to be looked up on the path, or an absolute path. */
  readonly claudeCommand: string;
  /** The PATH to look in. */
  readonly path: string;
  /** Whether a file exists and may be run. Default: asks the disk. */
  readonly isExecutable?: (path: string) => boolean;
}

/** Decides which agent new sessions get. An explicit wish counts even when its program is missing: starting it tells. */
export function chooseAgent(options: ChooseAgentOptions): AgentChoice {
  const { wanted = 'auto', claudeCommand } = options;
  if (wanted === 'scripted')
    return { name: 'scripted', why: 'The configuration asks for the built-in practice agent.' };
  const found = findProgram(claudeCommand, options.path, options.isExecutable ?? isExecutableFile);
  if (found !== undefined) return { name: 'claude-code', command: found, why: `Claude Code was found: ${found}.` };
  const missing = `"${claudeCommand}" was not found${isAbsolute(claudeCommand) ? '' : ' on the PATH'}`;
  if (wanted === 'claude-code') {
    return {
      name: 'claude-code',
      command: claudeCommand,
      why: `The configuration asks for Claude Code, but ${missing}.`,
    };
  }
  return {
    name: 'scripted',
    why: `${missing}, so the built-in practice agent answers. Install Claude Code and restart, or set CLAUDE_COMMAND.`,
  };
}

function findProgram(command: string, path: string, isExecutable: (path: string) => boolean): string | undefined {
  // A shell never looks up a name with a slash on the path; a relative one would depend on where the daemon stands.
  if (command.includes('/')) return isAbsolute(command) && isExecutable(command) ? command : undefined;
  return path
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, command))
    .find(isExecutable);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not ours to run: either way not a program for us.
  }
}
