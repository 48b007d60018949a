import { join } from 'node:path';

import { planFiles } from './plan-files.ts';
import { nothingToDo } from './step.ts';
import type { Step } from './step.ts';

/**
 * Before there were several sessions, what people sent lay in `attachments/` itself. It belongs to session 1, and to
 * nobody else.
 */
export const attachmentsOfSession1: Step = {
  id: '001-attachments-of-session-1',
  title: 'Files in attachments/ itself go to session 1',
  plan: ({ paths: { attachments }, names }) =>
    Promise.resolve({
      ...nothingToDo,
      ...planFiles({ from: attachments, to: join(attachments, 'session_1'), names, move: true }),
    }),
};
