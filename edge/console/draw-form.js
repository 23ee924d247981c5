// The tools, the list of what is drawn, and the form of what is chosen: a part of the element that draws, see draw.js.
window.AisleSheet.forms = (() => {
  const { COLOURS, FLOOR, html } = window.AisleSheet;

  return (Base) => class extends Base {
    drawTools() {
      const w = this.words, can = (key) => this.scene[key].length < { lines: 16, zones: 32 }[key];
      const tool = (icon, words, deed, { pressed = null, off = false, main = false } = {}) =>
        html("button", { type: "button", class: main ? "draw-tool draw-main" : "draw-tool", onclick: deed, disabled: off,
          "aria-pressed": pressed === null ? null : String(pressed) }, html("i", { class: "q-icon notranslate material-icons", "aria-hidden": "true" }, icon), words);
      const watching = tool("directions_walk", w.live, () => this.live(), { pressed: Boolean(this.timer) });
      const still = tool("photo_camera", w["new-still"], () => { this.sheet.box.classList.remove("draw-blank"); this.still(); });
      const drawn = this.may ? [
        tool("horizontal_rule", w.line, () => this.take("line"), { pressed: this.mode === "line", off: !can("lines") }),
        tool("pentagon", w.zone, () => this.take("zone"), { pressed: this.mode === "zone", off: !can("zones") }),
        tool("grid_on", w.floor, () => (this.scene.floor ? this.choose("floor") : this.addFloor()), { pressed: this.chosen === "floor" }),
        ...(this.mode === "zone" && this.draft?.points.length > 2 ? [tool("check", w.done, () => this.finish(), { main: true })] : []),
        tool("undo", w.undo, () => this.undo(), { off: !this.undone.length }),
      ] : [];
      const save = this.may ? [tool("save", w.save, () => this.save(), { main: true, off: !this.changed })] : [];
      this.tools.replaceChildren(...drawn, still, watching, html("span", { class: "aisle-grow" }), ...save);
    }

    drawList() {
      const w = this.words, { scene } = this, held = this.list.contains(document.activeElement) ? document.activeElement.name : "";
      const rows = [...scene.lines.map((one, n) => [`lines.${n}`, one]), ...scene.zones.map((one, n) => [`zones.${n}`, one])]
        .map(([key, one]) => this.row(key, one.name, w[one.kind], COLOURS[one.kind], () => this.form(key, one)));
      if (scene.floor) rows.push(this.row("floor", w.floor, w["floor-what"], FLOOR, () => [this.bin("floor")]));
      if (!rows.length) rows.push(html("p", { class: "aisle-soft" }, w.empty));
      this.list.replaceChildren(...rows, this.ruleForm());
      if (held) this.list.querySelector(`[name="${CSS.escape(held)}"]`)?.focus();
    }

    row(key, name, kind, colour, form) {
      const open = this.chosen === key, dot = html("span", { class: "draw-swatch", style: `background:${colour}` });
      const head = html("button", { type: "button", class: "draw-row", "aria-expanded": String(open), onclick: () => this.choose(open ? null : key) },
        dot, html("strong", {}, name), html("span", { class: "aisle-soft" }, kind));
      return html("div", { class: open ? "draw-item draw-open" : "draw-item" }, head, ...(open ? [html("div", { class: "draw-form" }, ...(this.may ? form() : []))] : []));
    }

    field(label, input) { return html("label", { class: "draw-field" }, html("span", {}, label), input); }
    select(name, value, choices, set) {
      return html("select", { name, onchange: (event) => this.change(() => set(event.target.value)) },
        ...choices.map(([key, words]) => html("option", { value: key, selected: key === value }, words)));
    }
    text(name, value, most, set, choices = null) {
      const list = choices ? html("datalist", { id: `draw-${name}` }, ...choices.map((one) => html("option", { value: one }))) : "";
      const input = html("input", { name, value, maxlength: most, autocomplete: "off", list: choices ? `draw-${name}` : null,
        onchange: (event) => this.change(() => set(event.target.value.trim())) });
      return html("span", { class: "draw-input" }, input, list);
    }
    bin(key) {
      return html("button", { type: "button", class: "draw-tool draw-bin", onclick: () => this.erase(key) },
        html("i", { class: "q-icon notranslate material-icons", "aria-hidden": "true" }, "delete"), this.words.remove);
    }

    form(key, one) {
      const w = this.words, line = key.startsWith("lines"), made = [];
      made.push(this.field(w.name, this.text("name", one.name, 40, (value) => { one.name = value; })));
      const kinds = (line ? ["entrance", "passage"] : ["browse", "queue", "staff"]).map((kind) => [kind, w[kind]]);
      made.push(this.field(w.kind, this.select("kind", one.kind, kinds, (value) => {
        one.kind = value;
        if (!line && value !== "queue") one.lane = "";
      })));
      if (line) made.push(html("button", { type: "button", class: "draw-tool", onclick: () => this.change(() => { one.inside = one.inside === "right" ? "left" : "right"; }) },
        html("i", { class: "q-icon notranslate material-icons", "aria-hidden": "true" }, "swap_vert"), w.turn));
      else if (one.kind === "queue") made.push(this.field(w.lane, this.text("lane", one.lane, 32, (value) => { one.lane = value; }, this.lanes)));
      else if (one.kind === "browse") made.push(this.field(w.department, this.text("department", one.department, 60, (value) => { one.department = value; }, this.departments)));
      return [...made, html("p", { class: "aisle-soft aisle-small" }, w[`what-${one.kind}`]), this.bin(key)];
    }

    ruleForm() {
      const inside = this.rules.map(({ key, label, least, most, step }) => this.field(label, html("input", {
        type: "number", name: key, min: least, max: most, step, value: this.scene.rules[key], disabled: !this.may,
        onchange: (event) => {
          const value = event.target.valueAsNumber;
          if (!event.target.checkValidity() || Number.isNaN(value)) return this.say(`${label}: ${event.target.validationMessage}`, true);
          this.change(() => { this.scene.rules[key] = value; });
        } })));
      return html("details", { class: "draw-rules", open: this.rulesOpen || false, ontoggle: (event) => { this.rulesOpen = event.target.open; } },
        html("summary", {}, this.words.rules), html("div", { class: "draw-form" }, ...inside));
    }
  };
})();
