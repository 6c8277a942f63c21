/**
 * Where the page's engine runs: in a worker where the browser can hand it a canvas, else on the page's own thread. One for
 * all players of a page, started with the first.
 */

/** A worker that is not there by then will not come. */
const START_LIMIT = 4000;

class EngineHost {
  #post = null;
  #batch = [];
  #transfers = [];
  #clients = new Map();
  #captures = new Map();
  #number = 0;

  /** Where it runs, and why: `{place: "worker" | "page", reason: string}`. */
  where = { place: "page", reason: "" };
  /** Resolves when it is decided where. */
  ready = this.#start();

  constructor() {
    addEventListener("online", () => this.send({ type: "wake" }));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.send({ type: "wake" });
    });
  }

  /**
   * Gives a canvas to the engine.
   * @param {HTMLCanvasElement} canvas
   * @param {{status: Function, figures: Function}} client  told what the engine says about it
   * @returns {number} the player's number
   */
  attach(canvas, client) {
    this.#number += 1;
    this.#clients.set(this.#number, client);
    const surface = this.where.place === "worker" ? canvas.transferControlToOffscreen() : canvas;
    this.send({ type: "attach", player: this.#number, canvas: surface }, surface === canvas ? [] : [surface]);
    return this.#number;
  }

  detach(player) {
    this.#clients.delete(player);
    this.send({ type: "detach", player });
  }

  /** What is sent in one go arrives in one. */
  send(message, transfer = []) {
    if (this.#batch.length === 0) queueMicrotask(() => this.#flush());
    this.#batch.push(message);
    this.#transfers.push(...transfer);
  }

  /** @returns {Promise<{name: string, blob: Blob} | null>} */
  capture(player, kind) {
    this.#number += 1;
    const request = this.#number;
    this.send({ type: "capture", player, request, kind });
    return new Promise((resolve, reject) => this.#captures.set(request, { resolve, reject }));
  }

  #flush() {
    if (!this.#post) {
      this.ready.then(() => this.#flush());
      return;
    }
    const batch = this.#batch;
    const transfers = this.#transfers;
    this.#batch = [];
    this.#transfers = [];
    if (batch.length > 0) this.#post(batch, transfers);
  }

  #receive(message) {
    switch (message.type) {
      case "status":
        this.#clients.get(message.player)?.status(message.status, message.hasPicture);
        break;
      case "figures":
        for (const [player, figures] of message.figures) this.#clients.get(player)?.figures(figures);
        break;
      case "captured": {
        const { resolve, reject } = this.#captures.get(message.request);
        this.#captures.delete(message.request);
        if (message.error) reject(new Error(message.error));
        else resolve(message.capture);
        break;
      }
    }
  }

  async #start() {
    let reason = missingForWorker();
    const worker = reason ? null : await startWorker().catch((error) => void (reason = error.message));
    if (worker) {
      this.where = { place: "worker", reason: "worker with OffscreenCanvas" };
      worker.onmessage = ({ data }) => this.#receive(data);
      this.#post = (batch, transfers) => worker.postMessage(batch, transfers);
      return;
    }
    this.where = { place: "page", reason };
    // Loaded only where it is needed.
    const { Engine } = await import("./engine.js");
    const engine = new Engine((message) => this.#receive(message));
    this.#post = (batch) => engine.receive(batch);
  }
}

/** @returns {string | null} what this browser lacks */
function missingForWorker() {
  if (typeof Worker !== "function") return "no workers";
  if (typeof OffscreenCanvas !== "function") return "no OffscreenCanvas";
  if (!HTMLCanvasElement.prototype.transferControlToOffscreen) return "no canvas for a worker";
  return null;
}

/** @returns {Promise<Worker>} rejects with a reason for people */
function startWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerAddress(), { type: "module" });
    const fail = (reason) => {
      worker.terminate();
      reject(new Error(reason));
    };
    const limit = setTimeout(() => fail("the worker does not start"), START_LIMIT);
    worker.onerror = () => {
      clearTimeout(limit);
      fail("the worker is not allowed to start");
    };
    worker.onmessage = ({ data }) => {
      clearTimeout(limit);
      if (data.canDecode) resolve(worker);
      else fail("no decoding in workers");
    };
  });
}

/** A worker must come from the page's own origin; an element from elsewhere gets one that imports the rest. */
function workerAddress() {
  const address = new URL("worker.js", import.meta.url);
  if (address.origin === location.origin) return address;
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" }));
}

export const engineHost = new EngineHost();
