import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { claimPrivateDirectory, makePrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError } from '../base/errors.ts';
import { parseSessionNumber } from '../model/session.ts';
import type { SessionEntry } from '../model/session.ts';
import type { FileToPost, SessionPlace, Workspace } from '../contracts/workspace.ts';
import { fileToOffer } from './file-to-offer.ts';
import { fileToPost } from './file-to-post.ts';

export interface SessionDirectoriesOptions {
  /** `workspace/` under BRIDGE_HOME. */
  readonly workspace: string;
  /** `attachments/` under BRIDGE_HOME. */
  readonly attachments: string;
  /** Directory of the sessions' private directories, under `state/`. */
  readonly sessions: string;
  /** Working directory of sessions that name none; default: one of their own under `workspace/`. */
  readonly defaultWorkDir: string | undefined;
  /** Directories of the bridge itself: a session has no business there, wherever it works. */
  readonly closed?: readonly string[];
}

/** The directories of sessions under BRIDGE_HOME, each 0700. */
export class SessionDirectories implements Workspace {
  readonly #options: SessionDirectoriesOptions;

  constructor(options: SessionDirectoriesOptions) {
    this.#options = options;
  }

  highestNumber(): number {
    const { workspace, attachments } = this.#options;
    const names = [workspace, attachments].filter((path) => existsSync(path)).flatMap((path) => readdirSync(path));
    return Math.max(0, ...names.map((name) => parseSessionNumber(/^session_(\d+)$/.exec(name)?.[1] ?? '') ?? 0));
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
    const directory = join(this.#options.sessions, String(entry.number));
    const attachments = this.#attachments(entry);
    for (const own of [directory, attachments]) {
      claimPrivateDirectory(own); // Also when a predecessor made it open to others.
    }
    return { workDir, ownWorkDir, directory, attachments };
  }

  fileToPost(path: string, confinedTo: SessionEntry | undefined): FileToPost {
    if (!confinedTo) return fileToPost(path, undefined);
    const within = [this.workDirOf(confinedTo), this.#attachments(confinedTo)];
    return fileToPost(path, { within, outside: this.#closed() });
  }

  fileToOffer(path: string, entry: SessionEntry): FileToPost | undefined {
    return fileToOffer(path, this.workDirOf(entry), this.#closed());
  }

  #closed(): readonly string[] {
    const { closed = [], attachments } = this.#options;
    return [...closed, attachments];
  }

  #attachments({ number }: SessionEntry): string {
    return join(this.#options.attachments, `session_${number}`);
  }

  #ownWorkDir(entry: SessionEntry): string {
    return join(this.#options.workspace, `session_${entry.number}`);
  }
}
