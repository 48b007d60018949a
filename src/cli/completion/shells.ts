/** Shells whose words we can complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** The word that makes `vai` answer a shell instead of a person. */
export const completeWord = '__complete';
