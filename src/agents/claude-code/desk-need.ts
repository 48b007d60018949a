import type { AgentNotice, WaitingFor } from '../../model/agent.ts';
import type { AgentSpec } from '../../contracts/agent.ts';
import type { ScreenDialog } from './screen.ts';

/** Something that only a person at the terminal can give. */
export interface DeskNeed {
  readonly waitingFor: WaitingFor | null;
  readonly detail: string;
  /** Undefined: it is told in another way. */
  readonly notice: AgentNotice | undefined;
}

/** What a login needs. */
export const loginNeed: DeskNeed = {
  waitingFor: 'login',
  detail: 'Claude Code is not logged in',
  notice: { kind: 'needs-login' },
};

/** What a person has to do about a dialog. */
export function deskNeed(dialog: ScreenDialog, spec: Pick<AgentSpec, 'workDir'>): DeskNeed {
  switch (dialog.kind) {
    case 'trust':
      return {
        waitingFor: 'trust',
        detail: `Claude Code asks whether it may trust ${spec.workDir}`,
        // Asked as a prompt, which says it.
        notice: undefined,
      };
    case 'login':
      return { ...loginNeed, detail: dialog.what };
    case 'bypass-warning':
      return desk('the warning about the mode that asks for no permissions');
    case 'permission':
    case 'other':
      return desk('a dialog at the start of Claude Code');
  }
}

function desk(what: string): DeskNeed {
  return { waitingFor: null, detail: what, notice: { kind: 'needs-desk', what } };
}
