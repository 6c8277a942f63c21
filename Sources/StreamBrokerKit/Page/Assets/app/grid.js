/** How tiles fill a window, and what each of them needs. Numbers in, numbers out. */

const RATIO = 16 / 9;
const SMALLEST_HEIGHT = 54;
const NEARLY = 0.95;

/**
 * The number of columns that makes the tiles largest, and the height of a row. All tiles fit, unless they would be too
 * small to see; then the wall scrolls.
 *
 * @param {number} count  of tiles
 * @param {{width: number, height: number, gap: number}} room
 * @param {number | null} wanted  columns that somebody asked for
 * @returns {{columns: number, rowHeight: number}}
 */
export function gridFor(count, { width, height, gap }, wanted) {
  const tileWidth = (columns) => (width - gap * (columns - 1)) / columns;
  if (wanted) return { columns: wanted, rowHeight: Math.max(SMALLEST_HEIGHT, tileWidth(wanted) / RATIO) };
  const choices = Array.from({ length: Math.max(1, count) }, (_, index) => {
    const columns = index + 1;
    const rows = Math.ceil(count / columns);
    return { columns, rowHeight: Math.min(tileWidth(columns) / RATIO, (height - gap * (rows - 1)) / rows) };
  });
  const tallest = Math.max(...choices.map((choice) => choice.rowHeight));
  // For next to nothing, more columns leave less black beside the pictures.
  const best = choices.findLast((choice) => choice.rowHeight >= NEARLY * tallest);
  if (best.rowHeight >= SMALLEST_HEIGHT) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (SMALLEST_HEIGHT * RATIO + gap)));
  return { columns, rowHeight: tileWidth(columns) / RATIO };
}

/**
 * What a tile shows: the smallest rendition that is nearly as wide as the tile, else the stream itself.
 *
 * @param {Camera} camera
 * @param {number} width  of the tile in pixels of the screen
 * @returns {Stream}
 */
export function renditionFor(camera, width) {
  return camera.renditions
    .filter((each) => each.isLive && each.width !== null && each.width >= 0.75 * width)
    .reduce((best, each) => ((best.width ?? Infinity) <= each.width ? best : each), camera);
}

/**
 * How many frames a second a tile gets. All tiles share what a page can decode and a line can carry beside its other work:
 * small pictures are cheap, whole ones are not.
 *
 * @param {number} count  of tiles
 * @param {boolean} isSmall
 */
export function tileRate(count, isSmall) {
  const shared = (isSmall ? 120 : 48) / count;
  return Math.round(Math.min(isSmall ? 15 : 10, Math.max(1, shared)) * 10) / 10;
}
