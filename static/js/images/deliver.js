// A picture as a file of an exact size: shows what a crop keeps, and lets it be moved by dragging and by keys.
// Everything is sent by the plain fields of the form; this only reads and writes them.

const SIZE = /^\s*(\d{1,4})\s*(?:px)?\s*[x×*]\s*(\d{1,4})\s*(?:px)?\s*$/i;
const COLOUR = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;
const CLEAR = ["png", "webp", "avif"]; // formats that can be transparent
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WORTH_A_WORD = 1.05; // enlarged by less is not seen

const [LOW, HIGH] = [16, 4096]; // pixels

const longHex = (digits) => (digits.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits);

class DeliverForm {
  constructor(form) {
    this.form = form;
    this.fields = form.elements;
    this.focusFields = [...form.querySelectorAll("[name=focus]")];
    this.stages = [...form.querySelectorAll("[data-stage]")];
    this.frame = form.querySelector("[data-frame]");
    this.note = form.querySelector("[data-note]");
    this.noted = this.note.textContent;
    this.pick = form.querySelector("[data-pick]");
    this.pick.hidden = false;
    form.addEventListener("input", (event) => this.changed(event.target));
    if (this.frame) this.listenToFrame();
    this.show();
  }

  /** What was chosen last counts: a typed size takes the named one back, and the other way round. */
  changed(field) {
    if (field === this.pick) this.fields.colour.value = this.pick.value;
    if (field.name === "size" && field.value) this.fields.named.value = "";
    if (field.name === "named" && field.value) this.fields.size.value = "";
    this.show();
  }

  /** Read the fields: what is left open is as the named size has it. */
  read() {
    const named = this.fields.named.selectedOptions[0]?.dataset ?? {};
    const size = SIZE.exec(this.fields.size.value || named.size || "");
    const usual = { format: named.format ?? "jpeg", fit: named.fit ?? "crop" };
    const format = this.fields.format.value || usual.format;
    const ground = COLOUR.exec(this.fields.colour.value.trim());
    const sides = size ? [Number(size[1]), Number(size[2])] : [0, 0];
    const [width, height] = sides.every((side) => side >= LOW && side <= HIGH) ? sides : [0, 0];
    return {
      width,
      height,
      usual,
      crop: (this.fields.fit.value || usual.fit) === "crop",
      ground: ground ? `#${longHex(ground[1])}` : CLEAR.includes(format) ? "" : "#ffffff",
      focus: this.focusFields.map((field) => Math.min(100, Math.max(0, Number(field.value) || 0))),
    };
  }

  show() {
    this.asked = this.read();
    const isClear = this.stages.some((stage) => stage.querySelector(".clear"));
    this.form.classList.toggle("fitted", !this.asked.crop);
    this.form.classList.toggle("filled", this.asked.crop && !isClear); // no ground is to be seen
    if (this.asked.ground) this.pick.value = this.asked.ground;
    for (const name of ["format", "fit"]) this.nameUsual(this.fields[name], this.asked.usual[name]);
    for (const stage of this.stages) this.showStage(stage);
    this.say();
  }

  /** What is left open says what it comes to. */
  nameUsual(select, value) {
    const usual = [...select.options].find((option) => option.value === value);
    select.options[0].textContent = `Usual: ${usual.textContent}`;
  }

  showStage(stage) {
    const { width, height, crop, ground, focus } = this.asked;
    const own = stage.dataset.width / stage.dataset.height;
    const wanted = width && height ? width / height : own;
    const framed = Boolean(this.frame) && crop;
    stage.classList.toggle("cut", crop && !framed);
    stage.classList.toggle("see-through", !ground);
    stage.toggleAttribute("data-ground", Boolean(ground)); // which lies behind what is transparent of the picture too
    const numbers = { "--shape": framed ? own : wanted, "--ground": ground, "--across": `${focus[0]}%`, "--down": `${focus[1]}%` };
    for (const [name, value] of Object.entries(numbers)) stage.style.setProperty(name, value);
    if (this.frame) this.showFrame(framed && width && height, own, wanted);
  }

  showFrame(shown, own, wanted) {
    this.frame.hidden = !shown;
    this.part = [Math.min(1, wanted / own), Math.min(1, own / wanted)]; // of each side, how much is kept
    const [across, down] = this.asked.focus.map((percent, n) => percent * (1 - this.part[n]));
    const place = { left: across, top: down, width: 100 * this.part[0], height: 100 * this.part[1] };
    for (const [side, percent] of Object.entries(place)) this.frame.style[side] = `${percent}%`;
    this.frame.setAttribute("aria-label", this.inWords());
  }

  inWords() {
    const [left, top] = this.asked.focus.map((percent) => Math.round(percent));
    return `What the crop keeps: ${left} % from the left, ${top} % from the top`;
  }

  /** Say by how much the picture is enlarged; of several by how much the smallest is. */
  say() {
    const { width, height, crop } = this.asked;
    const scales = this.stages.map(({ dataset }) => (crop ? Math.max : Math.min)(width / dataset.width, height / dataset.height));
    const scale = Math.max(...scales);
    const words = scale >= WORTH_A_WORD ? `${this.frame ? "Enlarged" : "Enlarged up to"} ${scale.toFixed(1)} times.` : "Nothing is enlarged.";
    const said = width && height ? words : this.noted;
    if (this.note.textContent !== said) this.note.textContent = said;
  }

  // -- moving what is kept ---------------------------------------------------------------------------------------------

  listenToFrame() {
    this.frame.addEventListener("keydown", (event) => this.moveByKey(event));
    this.frame.addEventListener("pointerdown", (event) => this.grip(event));
    this.frame.addEventListener("pointermove", (event) => this.frame.hasPointerCapture(event.pointerId) && this.drag(event));
  }

  moveByKey(event) {
    const move = MOVES[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // on this page arrows lead to the neighbours
    this.focusOn(this.asked.focus.map((percent, n) => percent + move[n] * (event.shiftKey ? 10 : 1)));
  }

  grip(event) {
    this.frame.setPointerCapture(event.pointerId);
    this.gripped = { at: [event.clientX, event.clientY], focus: this.asked.focus };
  }

  drag(event) {
    const box = this.frame.parentElement.getBoundingClientRect();
    const gone = [(event.clientX - this.gripped.at[0]) / box.width, (event.clientY - this.gripped.at[1]) / box.height];
    this.focusOn(this.gripped.focus.map((percent, n) => percent + (100 * gone[n]) / (1 - this.part[n])));
  }

  /** Write a focus into its fields; a side of which nothing is cut off stays as it is. */
  focusOn(focus) {
    focus.forEach((percent, n) => {
      if (this.part[n] < 1) this.focusFields[n].value = Math.round(10 * Math.min(100, Math.max(0, percent))) / 10;
    });
    this.show();
  }
}

for (const form of document.querySelectorAll("form[data-deliver]")) new DeliverForm(form);
