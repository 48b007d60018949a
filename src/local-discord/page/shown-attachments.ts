import type { Attachment, LooseComponent, Message } from './state/payloads.ts';
import { componentsOf } from './state/payloads.ts';

/** The attachments that no embed and no component shows already, as Discord has it. */
export function attachmentsShown(message: Message): readonly Attachment[] {
  const used = new Set([
    ...message.embeds.flatMap(({ image, thumbnail }) => [image?.url, thumbnail?.url]),
    ...componentsOf(message).flatMap(addressesIn),
  ]);
  return message.attachments.filter(({ url, filename }) => !used.has(url) && !used.has(`attachment://${filename}`));
}

function addressesIn(component: LooseComponent): readonly (string | undefined)[] {
  const { media, file, items, components, accessory } = component;
  return [
    media?.url,
    file?.url,
    ...(items ?? []).map((item) => item.media.url),
    ...(components ?? []).flatMap(addressesIn),
    ...(accessory ? addressesIn(accessory) : []),
  ];
}
