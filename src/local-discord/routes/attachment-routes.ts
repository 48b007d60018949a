import { z } from 'zod';

import { attachmentIdIn } from '../attachment-urls.ts';
import { ok, route } from '../http/router.ts';
import type { Route } from '../http/router.ts';
import { attachmentPayload } from '../payloads/message.ts';

const addresses = z.object({ attachment_urls: z.array(z.string()).min(1).max(50) });

/** Fresh addresses for attachments whose old ones have expired. */
export const attachmentRoutes: readonly Route[] = [
  route('POST', '/attachments/refresh-urls', (call) => {
    const { attachment_urls: urls } = call.body.read(addresses);
    const refreshed = urls.flatMap((original) => {
      const id = attachmentIdIn(original);
      const attachment = id === undefined ? undefined : call.world.attachments.get(id);
      return attachment ? [{ original, refreshed: attachmentPayload(call.world, attachment).url }] : [];
    });
    return ok({ refreshed_urls: refreshed });
  }),
];
