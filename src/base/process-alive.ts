import { systemErrorCode } from './errors.ts';

/** Whether a process of this id exists: also a zombie, also another user's. An id may have been given again. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
