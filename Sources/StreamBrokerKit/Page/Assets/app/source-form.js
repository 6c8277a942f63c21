/** The form that says what to show. */

export class SourceForm {
  #form;

  /**
   * @param {HTMLFormElement} form
   * @param {(source: {broker: string, stream: string, fps: string}) => void} onShow
   */
  constructor(form, onShow) {
    this.#form = form;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      onShow(this.values);
    });
  }

  get values() {
    const { broker, stream, fps } = this.#form.elements;
    return { broker: broker.value.trim(), stream: stream.value.trim(), fps: fps.value };
  }

  set values(source) {
    for (const [name, value] of Object.entries(source)) this.#form.elements[name].value = value;
  }
}
