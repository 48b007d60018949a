import { Deeds } from '../bridge/access/deeds.ts';
import { Gate } from '../bridge/access/gate.ts';
import { Register } from '../bridge/access/register.ts';
import { Owners } from '../bridge/inbound/owners.ts';
import { AccessFile } from '../config/access-file.ts';
import type { Stores } from '../contracts/stores.ts';
import { AuditFile } from '../observe/audit-file.ts';
import type { ChatServer } from './chat-server.ts';
import type { Ground } from './ground.ts';

/** Who may do what, and where that is asked. */
export interface Access {
  readonly register: Register;
  readonly owners: Owners;
  readonly gate: Gate;
  readonly deeds: Deeds;
  readonly audit: AuditFile;
}

/** Puts together what the access question needs: the owner's word, the owners, and the audit. */
export function furnishAccess(
  { config, access, paths, clock, log, redact }: Ground,
  { server, stores }: { readonly server: ChatServer; readonly stores: Stores },
): Access {
  const register = new Register({ book: new AccessFile({ path: paths.bridgeJson }), begin: access });
  const owners = new Owners({
    server: server.kind,
    configured: [config.ownerUserId, server.userId].filter((id) => id !== undefined),
    facts: stores.facts,
    clock,
    policy: () => register.policy,
  });
  const audit = new AuditFile({ path: paths.auditFile, headPath: paths.auditHead, clock, log, redact });
  const deeds = new Deeds({ audit, stores, clock });
  const gate = new Gate({
    policy: () => ({ ...register.policy, owners: owners.ids() }),
    audit,
    clock,
    log,
  });
  return { register, owners, gate, deeds, audit };
}
