// All cameras on one floor plan: where each looks, its zones, and everybody as a moving dot.
(() => {
  const { Sheet, COLOURS, middle, html } = window.AisleSheet;

  class Plan extends HTMLElement {
    connectedCallback() {
      if (this.sheet) return;
      Object.assign(this, JSON.parse(this.dataset.told)); // plan, cameras: [{id, floor, zones, colour}], words, may
      this.sheet = new Sheet(html("img", { class: "draw-still", alt: this.words.plan, src: this.plan.picture }), this.words.plan);
      this.tails = new Map();
      this.replaceChildren(this.sheet.box, ...(this.may ? [this.form()] : []));
      this.watcher = new ResizeObserver(() => this.draw());
      this.watcher.observe(this.sheet.box);
      this.sheet.picture.addEventListener("load", () => this.draw());
      this.timer = setInterval(() => this.feet(), 1_000);
      this.draw();
    }

    disconnectedCallback() { this.watcher?.disconnect(); clearInterval(this.timer); }
    part([x, y]) { return [x / this.plan.wide, y / this.plan.deep]; }

    draw() {
      const all = this.sheet.shapes;
      all.replaceChildren();
      this.cameras.forEach(({ id, floor, zones, colour }) => {
        const seen = floor.map((spot) => this.part(spot));
        all.append(this.sheet.outline(seen, { fill: colour, "fill-opacity": 0.08, stroke: colour, "stroke-width": 2, "stroke-dasharray": "8 5" }));
        for (const zone of zones) {
          const shape = zone.spots.map((spot) => this.part(spot));
          all.append(this.sheet.outline(shape, { fill: COLOURS[zone.kind], "fill-opacity": 0.2, stroke: COLOURS[zone.kind], "stroke-width": 2 }),
            this.sheet.name(zone.name, middle(shape), COLOURS[zone.kind]));
        }
        all.append(this.sheet.name(id, middle(seen.slice(0, 2)).map((part, axis) => part + axis * 0.035), colour));
      });
    }

    async feet() {
      if (this.asking || document.hidden) return;
      this.asking = true;
      try {
        const answer = await fetch("/api/cameras/feet");
        if (!answer.ok) return;
        const told = await answer.json();
        this.sheet.people(told.people.map(({ id, spot }) => ({ id, at: this.part(spot) })), this.tails);
      } catch {
        this.sheet.people([], this.tails);
      } finally {
        this.asking = false;
      }
    }

    // The size of the floor, and a picture of it; sent only by "Keep".
    form() {
      const w = this.words, said = html("div", { class: "draw-said", role: "status", "aria-live": "polite" });
      const metres = (name, value, needed) => html("input", { name, type: "number", min: 1, max: 200, step: 0.1, value, required: needed });
      const wide = metres("wide", this.plan.wide, true), deep = metres("deep", this.plan.deep, false);
      const file = html("input", { type: "file", name: "picture", accept: "image/png,image/jpeg", onchange: () => { deep.value = ""; } });
      const field = (label, input) => html("label", { class: "draw-field" }, html("span", {}, label), input);
      const keep = async (event) => {
        event.preventDefault();
        const query = new URLSearchParams({ wide_cm: Math.round(wide.valueAsNumber * 100), deep_cm: Math.round((deep.valueAsNumber || 0) * 100) });
        try {
          const answer = await fetch(`/api/plan?${query}`, { method: "POST", body: file.files[0] || null });
          const told = await answer.json().catch(() => ({}));
          said.textContent = answer.ok ? w.kept : `${w.failed} ${told.words || ""}`;
        } catch {
          said.textContent = w.offline;
        }
      };
      return html("details", { class: "draw-rules" }, html("summary", {}, w.change),
        html("form", { class: "draw-form draw-plan-form", onsubmit: keep }, field(w.wide, wide), field(w.deep, deep), field(w.picture, file),
          html("p", { class: "aisle-soft aisle-small" }, w["deep-how"]),
          html("button", { type: "submit", class: "draw-tool draw-main" }, w.keep), said));
    }
  }

  customElements.define("aisle-plan", Plan);
})();
