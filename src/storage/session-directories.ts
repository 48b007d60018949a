import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError } from '../base/errors.ts';
import type { SessionEntry } from '../model/session.ts';
import type { SessionPlace, Workspace } from '../contracts/workspace.ts';

export interface SessionDirectoriesOptions {
  /** `workspace/` under BRIDGE_HOME. */
  readonly workspace: string;
  /** `attachments/` under BRIDGE_HOME. */
  readonly attachments: string;
  /** `state/` under BRIDGE_HOME. */
  readonly state: string;
  /** Working directory of sessions that name none; default: one of their own under `workspace/`. */
  readonly defaultWorkDir: string | undefined;
}

/** The directories of sessions under BRIDGE_HOME, each 0700. */
export class SessionDirectories implements Workspace {
  readonly #options: SessionDirectoriesOptions;

  constructor(options: SessionDirectoriesOptions) {
    this.#options = options;
  }

  workDirOf(entry: SessionEntry): string {
    return entry.workDir ?? this.#options.defaultWorkDir ?? this.#ownWorkDir(entry);
  }

  prepare(entry: SessionEntry): SessionPlace {
    const workDir = this.workDirOf(entry);
    const ownWorkDir = workDir === this.#ownWorkDir(entry);
    if (ownWorkDir) makePrivateDirectory(workDir);
    else if (statSync(workDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new BridgeError(
        'work-dir-missing',
        `The working directory ${workDir} of session ${entry.number} is not a directory.`,
        {
          advice: 'Make it, or choose another one.',
        },
      );
    }
    const directory = join(this.#options.state, 'sessions', String(entry.number));
    for (const own of [directory, join(this.#options.attachments, `session_${entry.number}`)]) {
      makePrivateDirectory(own);
      chmodSync(own, 0o700); // A predecessor may have made it open to others.
    }
    return { workDir, ownWorkDir, directory };
  }

  #ownWorkDir(entry: SessionEntry): string {
    return join(this.#options.workspace, `session_${entry.number}`);
  }
}
