/** Text within a line. Everything that was said ends in `text`, in `code`, or in a checked address. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'underline' | 'strike' | 'spoiler'; readonly content: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  /** Only `http:` and `https:`. */
  | { readonly kind: 'link'; readonly address: string; readonly content: readonly Inline[] }
  | { readonly kind: 'user' | 'role' | 'channel'; readonly id: string }
  | { readonly kind: 'everyone'; readonly text: string }
  | { readonly kind: 'command'; readonly name: string }
  | { readonly kind: 'emoji'; readonly name: string }
  | { readonly kind: 'time'; readonly seconds: number; readonly style: string };

export interface ListItem {
  readonly content: readonly Inline[];
  readonly children: readonly List[];
}

export interface List {
  readonly kind: 'list';
  /** The number of its first item; undefined for a list with points. */
  readonly start: number | undefined;
  readonly items: readonly ListItem[];
}

export type Block =
  | { readonly kind: 'paragraph' | 'subtext'; readonly content: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly content: readonly Inline[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | List;
