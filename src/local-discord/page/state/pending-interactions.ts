import type { Choice, ModalForm } from './payloads.ts';

/** What a person did that an application has not answered yet, or has failed to. */
export interface PendingInteraction {
  readonly nonce: string;
  /** Known once the server has told. */
  readonly id?: string;
  readonly what:
    | { readonly kind: 'component'; readonly message: string; readonly customId: string }
    | { readonly kind: 'command'; readonly channel: string; readonly name: string }
    | { readonly kind: 'modal'; readonly form: string }
    | { readonly kind: 'autocomplete' };
  readonly status: 'pending' | 'failed';
  /** The server's words about the failure, if it had any. */
  readonly reason?: string;
}

/** How the server and the page name an interaction: either will do. */
interface Which {
  readonly id?: string | undefined;
  readonly nonce?: string | undefined;
}

/** Everything between a press and its answer. Never changed in place. */
export interface Interactions {
  readonly pending: readonly PendingInteraction[];
  /** The form that is open. */
  readonly modal: ModalForm | undefined;
  /** The newest suggestions, and for which question. */
  readonly suggestions: { readonly nonce: string; readonly choices: readonly Choice[] } | undefined;
}

export const noInteractions: Interactions = { pending: [], modal: undefined, suggestions: undefined };

/** Somebody pressed: an older failure at the same place is forgotten, and so is an older question for suggestions. */
export function begin(interactions: Interactions, started: PendingInteraction): Interactions {
  const others = interactions.pending.filter(
    (one) => !isSamePlace(one, started) || (one.status === 'pending' && one.what.kind !== 'autocomplete'),
  );
  return { ...interactions, pending: [...others, started] };
}

/** The server has given the interaction an id. */
export function identify(interactions: Interactions, id: string, nonce: string | undefined): Interactions {
  return change(interactions, { nonce }, (one) => ({ ...one, id }));
}

/** The application has answered. A form that was submitted closes. */
export function succeed(interactions: Interactions, which: Which): Interactions {
  const found = interactions.pending.find((one) => isMeant(one, which));
  if (!found) return interactions;
  const closes = found.what.kind === 'modal' && interactions.modal?.id === found.what.form;
  return {
    ...interactions,
    pending: interactions.pending.filter((one) => one !== found),
    modal: closes ? undefined : interactions.modal,
  };
}

/** No answer, or a refusal with the server's words. Suggestions that fail are simply none. */
export function fail(interactions: Interactions, which: Which, reason?: string): Interactions {
  const changed = change(interactions, which, (one) => ({
    ...one,
    status: 'failed',
    ...(reason === undefined ? {} : { reason }),
  }));
  return {
    ...changed,
    pending: changed.pending.filter((one) => one.status === 'pending' || one.what.kind !== 'autocomplete'),
  };
}

/** After a break of the connection nobody will tell what became of those that are open. */
export function failAll(interactions: Interactions): Interactions {
  return interactions.pending.reduce(
    (all, { nonce, status }) => (status === 'pending' ? fail(all, { nonce }) : all),
    interactions,
  );
}

/** A failure has been read. */
export function forgetFailure(interactions: Interactions, nonce: string): Interactions {
  return { ...interactions, pending: interactions.pending.filter((one) => one.nonce !== nonce) };
}

/** An application opens a form. */
export function openModal(interactions: Interactions, modal: ModalForm): Interactions {
  return { ...succeed(interactions, modal), modal };
}

export function closeModal(interactions: Interactions): Interactions {
  const { modal, pending } = interactions;
  return {
    ...interactions,
    modal: undefined,
    pending: pending.filter(({ what }) => what.kind !== 'modal' || what.form !== modal?.id),
  };
}

/** An application suggests values. An answer to an older question than the newest comes too late. */
export function suggest(
  interactions: Interactions,
  answer: { nonce?: string; interaction_id?: string; choices: readonly Choice[] },
): Interactions {
  const asked = interactions.pending.find((one) => isMeant(one, { nonce: answer.nonce, id: answer.interaction_id }));
  if (!asked) return interactions;
  return {
    ...interactions,
    pending: interactions.pending.filter((one) => one !== asked),
    suggestions: { nonce: asked.nonce, choices: answer.choices },
  };
}

function change(
  interactions: Interactions,
  which: Which,
  edit: (one: PendingInteraction) => PendingInteraction,
): Interactions {
  return { ...interactions, pending: interactions.pending.map((one) => (isMeant(one, which) ? edit(one) : one)) };
}

function isMeant(one: PendingInteraction, { id, nonce }: Which): boolean {
  return (nonce !== undefined && one.nonce === nonce) || (id !== undefined && one.id === id);
}

function isSamePlace(a: PendingInteraction, b: PendingInteraction): boolean {
  if (a.what.kind === 'component' && b.what.kind === 'component') return a.what.message === b.what.message;
  return a.what.kind === b.what.kind;
}
