/** All cameras at once, in a grid that fits the window. */

import { gridFor, renditionFor, tileRate } from "./grid.js";
import { Tile } from "./tile.js";

const GAP = 4;
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

export class Wall {
  #list;
  #onOpen;
  #onState;
  #addressOf;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** @type {Map<string, Camera>} */
  #cameras = new Map();
  /** The streams that the address names, in its order; null for all. */
  #only = null;
  #broker = "";
  #token = null;
  #connected = true;
  #wantedColumns = null;
  #columns = 1;
  #tileWidth = 320;

  /**
   * @param {HTMLElement} list
   * @param {object} options
   * @param {(id: string) => void} options.onOpen
   * @param {() => void} options.onState
   * @param {(id: string) => string} options.addressOf
   */
  constructor(list, { onOpen, onState, addressOf }) {
    this.#list = list;
    this.#onOpen = onOpen;
    this.#onState = onState;
    this.#addressOf = addressOf;
    new ResizeObserver(() => this.#layOut()).observe(list.parentElement);
    addEventListener("resize", () => this.#layOut());
    list.addEventListener("keydown", (event) => this.#keyPressed(event));
  }

  /** @param {{broker: string, token: string | null, only: string[] | null, columns: number | null, connected: boolean}} options */
  set options({ broker, token, only, columns, connected }) {
    if (broker !== this.#broker) this.#clear();
    this.#broker = broker;
    this.#token = token;
    this.#only = only;
    this.#wantedColumns = columns;
    this.#connected = connected;
    this.#update();
  }

  /** @param {Camera[] | null} cameras  null when the broker does not say */
  set cameras(cameras) {
    if (cameras) this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    // Time passes for cameras that are missed only while the broker is there to be asked.
    if (cameras) for (const [id, tile] of this.#tiles) tile.listed(this.#cameras.get(id) ?? null);
    this.#update();
  }

  get tiles() {
    return [...this.#tiles.values()];
  }

  focus(id) {
    this.#tiles.get(id)?.focus();
  }

  #clear() {
    for (const tile of this.#tiles.values()) tile.node.remove();
    this.#tiles.clear();
    this.#cameras.clear();
  }

  #update() {
    const wanted = this.#only ?? this.#namesToShow();
    for (const [id, tile] of this.#tiles) {
      if (wanted.includes(id)) continue;
      tile.node.remove();
      this.#tiles.delete(id);
    }
    wanted.forEach((id, index) => this.#place(id, index));
    this.#layOut();
    this.#onState();
  }

  /** The listed ones, and those that are not listed at the moment and are not given up yet. */
  #namesToShow() {
    const missed = [...this.#tiles.values()].filter((tile) => !this.#cameras.has(tile.id) && !tile.isGone);
    const names = [...this.#cameras.keys(), ...missed.map((tile) => tile.id)];
    return names.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  }

  /** A tile that is there stays where it is in the document: moving it would start it anew. */
  #place(id, index) {
    if (this.#tiles.has(id)) return;
    const tile = new Tile(id, () => this.#onOpen(id), this.#onState);
    tile.listed(this.#cameras.get(id) ?? null);
    this.#tiles.set(id, tile);
    this.#show(tile);
    this.#list.insertBefore(tile.node, this.#list.children[index] ?? null);
  }

  #layOut() {
    const count = this.#tiles.size;
    const room = { width: this.#list.clientWidth, height: this.#roomHeight(), gap: GAP };
    // Hidden behind a large picture it has no room, and its tiles have wishes all the same.
    if (count > 0 && room.width > 0) this.#fit(count, room);
    this.#tiles.forEach((tile) => this.#show(tile));
  }

  #fit(count, room) {
    const { columns, rowHeight } = gridFor(count, room, this.#wantedColumns);
    this.#columns = columns;
    this.#tileWidth = Math.min((room.width - GAP * (columns - 1)) / columns, (rowHeight * 16) / 9);
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--row-height", `${Math.floor(rowHeight)}px`);
  }

  /** From the wall's top to the bottom of the window, with a finger's breadth for what comes below. */
  #roomHeight() {
    const top = this.#list.getBoundingClientRect().top + scrollY;
    return Math.max(200, innerHeight - top - 48);
  }

  #show(tile) {
    const camera = this.#cameras.get(tile.id);
    const stream = camera ? renditionFor(camera, this.#tileWidth * devicePixelRatio) : { id: tile.id };
    tile.href = this.#addressOf(tile.id);
    tile.show({
      broker: this.#broker,
      token: this.#token,
      stream: stream.id,
      fps: tileRate(Math.max(1, this.#tiles.size), stream.id !== tile.id),
      connected: this.#connected,
    });
  }

  #keyPressed(event) {
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.altKey || event.metaKey) return;
    const tiles = [...this.#list.children];
    const at = tiles.indexOf(event.target.closest("li"));
    const step = { left: -1, right: 1, up: -this.#columns, down: this.#columns }[direction];
    const next = tiles[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.querySelector("a").focus();
  }
}
