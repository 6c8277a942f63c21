/** The form that says what to show, and its two buttons. */

export class SourceForm {
  #form;
  #connect;
  #disconnect;
  #shown = null;
  #wanted = false;

  /**
   * @param {HTMLFormElement} form
   * @param {object} options
   * @param {(source: {broker: string, stream: string, fps: string}) => void} options.onConnect
   * @param {() => void} options.onDisconnect
   */
  constructor(form, { onConnect, onDisconnect }) {
    this.#form = form;
    this.#connect = form.querySelector("#connect");
    this.#disconnect = form.querySelector("#disconnect");
    form.addEventListener("input", () => this.#update());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      onConnect(this.values);
    });
    this.#disconnect.addEventListener("click", onDisconnect);
  }

  get values() {
    const { broker, stream, fps } = this.#form.elements;
    return { broker: broker.value.trim(), stream: stream.value.trim(), fps: fps.value };
  }

  set values(source) {
    for (const [name, value] of Object.entries(source)) this.#form.elements[name].value = value;
    this.#shown = this.values;
    this.#update();
  }

  /** Whether the user is connected, or the page is trying to be. */
  set wanted(wanted) {
    this.#wanted = wanted;
    this.#update();
  }

  /** While nothing was changed only one button has a meaning; the focus stays on the one that is left. */
  #update() {
    const changed = JSON.stringify(this.values) !== JSON.stringify(this.#shown);
    const focused = document.activeElement;
    this.#disconnect.hidden = !this.#wanted;
    this.#connect.hidden = this.#wanted && !changed;
    if (focused === this.#disconnect && this.#disconnect.hidden) this.#connect.focus();
    if (focused === this.#connect && this.#connect.hidden) this.#disconnect.focus();
  }
}
