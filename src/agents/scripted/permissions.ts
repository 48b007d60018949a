import { existsSync, readFileSync } from 'node:fs';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { PromptGrant } from '../../model/prompt.ts';
import { inRulesFile } from './practice-dialogs.ts';
import type { Dialog } from './practice-dialogs.ts';

/** Tools that the mode `acceptEdits` covers. */
const editTools: readonly string[] = ['Write', 'Edit'];

/**
 * What the practice agent was granted. Owns its file of rules, `{"allow": ["Write(practice.txt)"]}`, and the mode, which ends
 * with the process. Knows nothing about who granted it.
 */
export class Permissions {
  readonly #path: string;
  #mode: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The dialog as it is shown: its grants name the file that they write. */
  located(dialog: Dialog): Dialog {
    const grants = dialog.grants.map((grant) =>
      grant.where === inRulesFile ? { ...grant, where: this.#path } : grant,
    );
    return { ...dialog, grants };
  }

  /** Why this need not be asked; undefined when it must be. */
  whyGranted({ prompt, tool, grants }: Dialog): string | undefined {
    if (prompt !== 'permission') return undefined;
    if (this.#mode === 'acceptEdits' && editTools.includes(tool)) return 'the mode acceptEdits';
    const known = this.#rules();
    const rule = grants
      .flatMap((grant) => (grant.kind === 'rules' ? grant.rules : []))
      .find((one) => known.includes(one));
    return rule === undefined ? undefined : `the rule ${rule}`;
  }

  grant(grant: PromptGrant): void {
    if (grant.kind === 'mode') this.#mode = grant.mode;
    if (grant.kind === 'rules')
      writeFileAtomic(this.#path, JSON.stringify({ allow: [...this.#rules(), ...grant.rules] }));
  }

  #rules(): readonly string[] {
    if (!existsSync(this.#path)) return [];
    // Its own file: nobody else writes it.
    return (JSON.parse(readFileSync(this.#path, 'utf8')) as { readonly allow: readonly string[] }).allow;
  }
}
