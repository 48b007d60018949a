/** What people can press, choose and fill in under a post. Ids come back with what they did; at most 100 characters. */
export interface Button {
  readonly id: string;
  /** At most 80 characters. */
  readonly label: string;
  readonly look: 'primary' | 'good' | 'danger' | 'plain';
}

export interface Choice {
  /** At most 100 characters. */
  readonly value: string;
  /** At most 100 characters. */
  readonly label: string;
  /** At most 100 characters. */
  readonly description?: string;
  readonly chosen?: boolean;
}

export interface Menu {
  readonly id: string;
  /** What stands in it while nothing is chosen; at most 150 characters. */
  readonly placeholder: string;
  /** How many may be chosen. */
  readonly least: number;
  readonly most: number;
  /** 1 to 25. */
  readonly choices: readonly Choice[];
}

/** One line of controls: 1 to 5 buttons, or one menu. */
export type ControlRow =
  { readonly kind: 'buttons'; readonly buttons: readonly Button[] } | { readonly kind: 'menu'; readonly menu: Menu };

/** At most five lines; none takes them away. */
export type Controls = readonly ControlRow[];

export interface FormField {
  readonly id: string;
  /** At most 45 characters. */
  readonly label: string;
  /** At most 100 characters. */
  readonly placeholder?: string;
  readonly isLong: boolean;
  readonly isRequired: boolean;
}

/** A window with fields that opens for one person. */
export interface Form {
  /** At most 100 characters. */
  readonly id: string;
  /** At most 45 characters. */
  readonly title: string;
  /** 1 to 5. */
  readonly fields: readonly FormField[];
}
