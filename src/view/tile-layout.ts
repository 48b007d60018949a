/** A size in character cells. */
export interface CellSize {
  readonly columns: number;
  readonly rows: number;
}

/** Smaller than this, a tile shows nothing that helps. Two fit beside each other in 80 columns, two above in 24 rows. */
export const leastTile: CellSize = { columns: 38, rows: 9 };

/** How many tiles a window holds before they get too small. At least one. */
export function tilesPerWindow(window: CellSize): number {
  let count = 1;
  while (fits(tileSize(window, count + 1))) count += 1;
  return count;
}

/** Deals tiles out to windows, in order, as few windows as it takes. */
export function dealTiles<T>(tiles: readonly T[], perWindow: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(tiles.length / perWindow) }, (_, index) =>
    tiles.slice(index * perWindow, (index + 1) * perWindow),
  );
}

/** The size of each of so many tiles, as tmux's layout "tiled" makes them, each under a line with its name. */
function tileSize({ columns, rows }: CellSize, count: number): CellSize {
  let down = 1;
  let across = 1;
  while (down * across < count) {
    down += 1;
    if (down * across < count) across += 1;
  }
  return { columns: Math.floor((columns - (across - 1)) / across), rows: Math.floor(rows / down) - 1 };
}

function fits({ columns, rows }: CellSize): boolean {
  return columns >= leastTile.columns && rows >= leastTile.rows;
}
