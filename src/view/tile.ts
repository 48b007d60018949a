import type { SessionStatus } from '../contracts/bridge-api.ts';

/** One terminal in the view. */
export interface Tile {
  /** Its session's number; 0 for the tile that stands there when there is no session. */
  readonly session: number;
  /** Its tmux session on the bridge's server. */
  readonly terminal: string;
  /** The line above it. */
  readonly title: string;
  readonly state: string;
  /** tmux's name of the colour of the state. */
  readonly colour: string;
}

/** What is shown when there is nothing to show. */
export const emptyTile: Tile = {
  session: 0,
  terminal: '',
  title: 'There is no session. Add one: vai add-session',
  state: '',
  colour: 'default',
};

/** A session as a tile. */
export function tileOf(session: SessionStatus): Tile {
  const { number, tmux, channel, channelName } = session;
  return {
    session: number,
    terminal: tmux,
    title: harmless(`${number} ${channelName ?? channel}`),
    state: stateOf(session),
    colour: colourOf(session),
  };
}

function stateOf({ lifecycle, state, waitingFor }: SessionStatus): string {
  if (lifecycle !== 'running') return lifecycle;
  return waitingFor === null ? state : `waiting for ${waitingFor}`;
}

function colourOf({ lifecycle, state }: SessionStatus): string {
  if (lifecycle === 'lost' || lifecycle === 'failed' || state === 'error') return 'red';
  if (lifecycle !== 'running') return 'default';
  if (state === 'waiting') return 'yellow';
  return state === 'idle' ? 'green' : 'cyan';
}

/** Names come from the chat: nothing in them may mean something to tmux (formats, styles, the end of a command). */
function harmless(text: string): string {
  return text.replace(/[#;\p{Cc}]/gu, '');
}
