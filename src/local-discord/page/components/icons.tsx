import type { VNode } from 'preact';

const paths = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  attach: 'M12 5v14M5 12h14',
  smile: 'M12 3a9 9 0 100 18 9 9 0 000-18M8.5 14.5s1.2 1.8 3.5 1.8 3.5-1.8 3.5-1.8M9 9.6v.2M15 9.6v.2',
  reply: 'M9.5 6L4 11.5 9.5 17M4 11.5h9.5c4 0 6.5 2 6.5 6',
  edit: 'M4.5 19.5l1-4.2L16 4.8l3.2 3.2L8.700 18.500l-4.2 1M13.700 7.200l3.100 3.100',
  remove: 'M5 7h14M10 7V5h4v2M7 7l.8 12h8.400L17 7M10.500 10.500v5M13.500 10.500v5',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  link: 'M10 14a4 4 0 006 .3l3-3a4 4 0 00-5.700-5.700l-1.500 1.500M14 10a4 4 0 00-6-.3l-3 3a4 4 0 005.700 5.700l1.500-1.500',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  down: 'M12 5v14M5.500 12.500L12 19l6.500-6.500',
  file: 'M7 3.500h6.500L18 8v12.500H7zM13 3.500V8.500h5',
  theme: 'M12 3.500a8.500 8.500 0 100 17zM12 3.500a8.500 8.500 0 010 17',
  external: 'M9 5H5v14h14v-4M13 5h6v6M19 5l-8.500 8.500',
  hidden:
    'M4 12s3-5.500 8-5.500S20 12 20 12s-3 5.500-8 5.500S4 12 4 12M12 9.800a2.200 2.200 0 100 4.400 2.200 2.200 0 000-4.400',
  info: 'M12 3.5a8.500 8.500 0 100 17 8.500 8.500 0 000-17M12 11v5M12 8v.2',
  command: 'M5 5h14v14H5zM9 9l3 3-3 3M13 15.500h3',
  forward: 'M14.5 6l5.5 5.5-5.5 5.500M20 11.500h-9.500c-4 0-6.500 2-6.500 6',
  thread: 'M6 4v8a4 4 0 004 4h8M14.500 12.500L18 16l-3.500 3.500',
};

export type IconName = keyof typeof paths;

/** A small drawing beside or in place of words; never read out. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
