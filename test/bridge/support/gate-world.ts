import { Gate } from '../../../src/bridge/access/gate.ts';
import type { Owners } from '../../../src/bridge/inbound/owners.ts';
import type { Clock } from '../../../src/base/clock.ts';
import type { Log } from '../../../src/base/log.ts';
import { closedPolicy, noRules } from '../../../src/model/access.ts';
import type { AccessPolicy, AccessRules } from '../../../src/model/access.ts';
import type { AuditedRequest } from '../../../src/contracts/audit.ts';

export interface GateWorldOptions {
  readonly owners?: Pick<Owners, 'ids'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A gate whose policy can be changed, and what its audit was given. */
export function gateWorld({ owners, clock, log }: GateWorldOptions) {
  const audited: AuditedRequest[] = [];
  let policy = closedPolicy;
  const gate = new Gate({
    policy: () => ({ ...policy, owners: [...policy.owners, ...(owners?.ids() ?? [])] }),
    audit: { note: (entry) => audited.push(entry as AuditedRequest) },
    clock,
    log,
  });
  const register = {
    get policy() {
      return policy;
    },
    update: (change: (before: AccessPolicy) => AccessPolicy): Promise<void> =>
      Promise.resolve().then(() => {
        policy = change(policy);
      }),
  };
  return {
    gate,
    register,
    audited,
    setPolicy: (change: Partial<AccessPolicy>): void => {
      policy = { ...closedPolicy, ...change };
    },
  };
}

/** Rules in short. */
export function rules(change: Partial<AccessRules>): AccessRules {
  return { ...noRules, ...change };
}
