/** The picture in a small window over everything else, where the browser has such windows for films. */

import { element } from "./elements.js";

export class PictureInPicture {
  #video = null;
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  static get isPossible() {
    return Boolean(document.pictureInPictureEnabled && HTMLCanvasElement.prototype.captureStream);
  }

  get isOpen() {
    return this.#video !== null;
  }

  /** @param {HTMLCanvasElement} canvas */
  async toggle(canvas) {
    if (this.#video) {
      await document.exitPictureInPicture();
      return;
    }
    const video = element("video", { muted: "", playsinline: "" });
    video.muted = true;
    video.srcObject = canvas.captureStream();
    video.addEventListener("leavepictureinpicture", () => this.#closed());
    await video.play();
    await video.requestPictureInPicture();
    this.#video = video;
    this.#onChange();
  }

  close() {
    if (this.#video) document.exitPictureInPicture().catch(() => {});
  }

  #closed() {
    this.#video.srcObject.getTracks().forEach((track) => track.stop());
    this.#video.srcObject = null;
    this.#video = null;
    this.#onChange();
  }
}
