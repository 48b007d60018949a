import { useChat } from '../context.ts';
import { orderedChannels } from '../state/channels.ts';
import { displayName } from '../state/payloads.ts';
import type { SelectOption } from '../state/payloads.ts';

/** What can be chosen by name instead of being typed, in menus and in commands. */
export function useChoosable(): Readonly<Record<'users' | 'roles' | 'mentionables' | 'channels', SelectOption[]>> {
  const people = useChat((state) => state.users);
  const groups = useChat((state) => state.roles);
  const places = useChat((state) => state.channels);
  const users = [...people.values()].map((user) => ({ value: user.id, label: displayName(user) }));
  const roles = [...groups].map(([value, label]) => ({ value, label }));
  const channels = orderedChannels(places).map(({ id, name }) => ({ value: id, label: `#${name}` }));
  return { users, roles, mentionables: [...users, ...roles], channels };
}
