// Draws what a camera looks for over its picture: lines, zones and four floor points, by mouse, finger or keyboard.
// Places are fractions of the picture (y down), on the floor plan metres. Nothing leaves this page before "Save".
(() => {
  const { Sheet, clamp, tidy, copy, html, shapes, forms } = window.AisleSheet;
  const SLIP = 8, NEAR = 18, MOST_UNDO = 60, MOST_CORNERS = 32, WATCH_MS = 500;

  class Drawing extends forms(shapes(HTMLElement)) {
    connectedCallback() {
      if (this.sheet) return;
      const told = JSON.parse(this.dataset.told);
      Object.assign(this, told); // camera, scene, version, plan, words, rules, lanes, departments, may
      this.undone = [];
      this.saved = JSON.stringify(this.scene);
      this.mode = "choose";
      this.chosen = null;
      this.tails = [new Map(), new Map()];
      this.build();
      this.wire();
      this.still();
      this.draw();
    }

    disconnectedCallback() {
      this.watcher?.disconnect();
      clearInterval(this.timer);
    }

    build() {
      const w = this.words;
      this.said = html("div", { class: "draw-said", role: "status", "aria-live": "polite" });
      this.image = html("img", { class: "draw-still", alt: w.still });
      this.sheet = new Sheet(this.image, w.sheet);
      this.floor = new Sheet(html("img", { class: "draw-still", alt: w.plan, src: this.plan.picture }), w.plan);
      this.tools = html("div", { class: "draw-tools", role: "toolbar", "aria-label": w.tools });
      this.list = html("div", { class: "draw-list" });
      this.panel = html("div", { class: "draw-floor" }, html("h3", {}, w.floor), html("p", {}, w["floor-how"]), this.floor.box);
      const side = html("div", { class: "draw-side" }, this.list, this.panel);
      this.replaceChildren(this.tools, this.said, html("div", { class: "draw-room" }, this.sheet.box, side));
    }

    wire() {
      this.watcher = new ResizeObserver(() => this.draw());
      this.watcher.observe(this.sheet.box);
      this.watcher.observe(this.floor.box);
      for (const image of [this.image, this.floor.picture]) image.addEventListener("load", () => this.draw());
      this.image.addEventListener("error", () => this.refused());
      for (const [sheet, press] of [[this.sheet, "press"], [this.floor, "pressFloor"]]) {
        const at = sheet.drawing;
        at.addEventListener("pointerdown", (event) => event.isPrimary && event.button === 0 && this[press](event));
        at.addEventListener("pointermove", (event) => event.isPrimary && this.move(event));
        at.addEventListener("pointerup", (event) => event.isPrimary && this.release(event));
        at.addEventListener("pointercancel", () => this.cancel());
        at.addEventListener("keydown", (event) => this.key(event, sheet));
      }
      window.addEventListener("beforeunload", (event) => this.changed && this.isConnected && event.preventDefault());
    }

    get changed() { return JSON.stringify(this.scene) !== this.saved; }
    say(words, bad = false) { this.said.textContent = words; this.said.classList.toggle("draw-bad", bad); }

    still() {
      this.image.src = `/cameras/${this.camera}/still.png?at=${Date.now()}`;
    }

    async refused() {
      const answer = await fetch(this.image.src).catch(() => null);
      const told = answer && (await answer.json().catch(() => ({})));
      this.sheet.box.classList.add("draw-blank");
      this.say(`${this.words["no-still"]} ${told?.words || ""}`, true);
      this.draw();
    }

    // What may be moved: the points of a line, zone or floor by its key ("lines.0", "zones.2", "floor").
    shape(key) {
      const [part, at] = key.split(".");
      return part === "floor" ? this.scene.floor : this.scene[part][Number(at)];
    }
    points(key) {
      const shape = this.shape(key);
      return key === "floor" ? shape.picture : key.startsWith("lines") ? [shape.start, shape.end] : shape.polygon;
    }
    place(key, points) {
      const shape = this.shape(key);
      if (key === "floor") shape.picture = points;
      else if (key.startsWith("lines")) [shape.start, shape.end] = points;
      else shape.polygon = points;
    }

    remember() {
      const now = JSON.stringify(this.scene);
      if (this.undone.at(-1) !== now) this.undone.push(now);
      if (this.undone.length > MOST_UNDO) this.undone.shift();
    }
    change(deed) {
      this.remember();
      deed();
      this.say("");
      this.draw();
    }
    undo() {
      const before = this.undone.pop();
      if (!before) return;
      this.scene = JSON.parse(before);
      this.chosen = null;
      this.draw();
    }

    choose(key) { this.mode = "choose"; this.draft = null; this.chosen = key; this.draw(); }
    take(mode) {
      this.mode = this.mode === mode ? "choose" : mode;
      this.draft = null;
      this.chosen = null;
      this.say(this.mode === "choose" ? "" : this.words[`how-${mode}`]);
      this.draw();
    }

    name(kind) {
      const taken = new Set([...this.scene.lines, ...this.scene.zones].map((one) => one.name));
      for (let n = 1; ; n++) if (!taken.has(`${this.words[kind]} ${n}`)) return `${this.words[kind]} ${n}`;
    }
    add(points) {
      const part = this.mode === "line" ? "lines" : "zones";
      this.change(() => {
        this.scene[part].push(part === "lines"
          ? { name: this.name("new-line"), start: points[0], end: points[1], inside: "right", kind: "entrance" }
          : { name: this.name("new-zone"), polygon: points, kind: "browse", lane: "", department: "" });
      });
      this.choose(`${part}.${this.scene[part].length - 1}`);
    }
    erase(key) {
      this.change(() => {
        const [part, at] = key.split(".");
        if (part === "floor") this.scene.floor = null;
        else this.scene[part].splice(Number(at), 1);
        this.chosen = null;
      });
    }
    addFloor() {
      const { wide, deep } = this.plan;
      this.change(() => {
        this.scene.floor ??= { picture: [[0.3, 0.4], [0.7, 0.4], [0.9, 0.9], [0.1, 0.9]],
          plan: [[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]].map(([x, y]) => [tidy(x * wide), tidy(y * deep)]) };
      });
      this.choose("floor");
    }

    press(event) {
      const at = this.sheet.at(event), grip = event.target.closest("[data-key]");
      if (!this.may) return;
      this.sheet.drawing.setPointerCapture(event.pointerId);
      if (this.mode !== "choose") {
        if (!this.draft) this.draft = { points: [at], box: false };
        else if (this.closes(event)) return this.finish();
        else if (this.draft.points.length < MOST_CORNERS) this.draft.points.push(at);
        this.drag = { draft: true, from: at };
        return this.draw();
      }
      if (!grip) return this.choose(null);
      this.grab(grip.dataset.key, at);
    }

    grab(key, at) {
      const [shape, corner] = key.split("/");
      const before = JSON.stringify(this.scene);
      if (shape !== this.chosen) this.chosen = shape;
      let held = corner === undefined ? null : Number(corner);
      if (corner?.startsWith("+")) {
        held = Number(corner.slice(1)) + 1;
        const points = [...this.points(shape)];
        points.splice(held, 0, at);
        this.place(shape, points);
      }
      this.drag = { key: shape, corner: held, from: at, points: copy(this.points(shape)), before };
      this.draw();
    }

    pressFloor(event) {
      const grip = event.target.closest("[data-key]");
      if (!this.may || !grip) return;
      this.floor.drawing.setPointerCapture(event.pointerId);
      this.drag = { plan: Number(grip.dataset.key.split("/")[1]), before: JSON.stringify(this.scene), key: "floor" };
    }

    move(event) {
      if (!this.drag) return;
      if (this.drag.draft) return this.stretch(this.sheet.at(event));
      if (this.drag.plan !== undefined) {
        const [x, y] = this.floor.at(event);
        this.scene.floor.plan[this.drag.plan] = [tidy(x * this.plan.wide), tidy(y * this.plan.deep)];
      } else {
        const [x, y] = this.sheet.at(event), { from, points, corner, key } = this.drag;
        const all = points.map(([px, py]) => [px + x - from[0], py + y - from[1]]);
        this.place(key, corner === null ? this.kept(points, all) : points.map((p, n) => (n === corner ? [x, y] : p)));
      }
      this.draw();
    }

    // A whole shape stops at the picture's edge, and keeps its form.
    kept(before, points) {
      const shift = [0, 1].map((axis) => {
        const values = points.map((point) => point[axis]);
        return Math.max(0, -Math.min(...values)) - Math.max(0, Math.max(...values) - 1);
      });
      return points.map(([x, y]) => [tidy(clamp(x + shift[0])), tidy(clamp(y + shift[1]))]);
    }

    stretch([x, y]) {
      const { points } = this.draft, [fx, fy] = this.drag.from, [wide, high] = this.sheet.size;
      const far = Math.hypot((x - fx) * wide, (y - fy) * high) > SLIP;
      if (this.mode === "line") {
        if (far || points.length > 1) points[1] = [x, y];
      } else if (this.draft.box || (far && points.length === 1)) {
        this.draft = { points: [[fx, fy], [x, fy], [x, y], [fx, y]], box: true };
      } else {
        points[points.length - 1] = [x, y];
      }
      this.draw();
    }

    release() {
      const drag = this.drag;
      this.drag = null;
      if (!drag) return;
      if (drag.draft) {
        if (this.draft.box || (this.mode === "line" && this.draft.points.length === 2)) this.finish();
        else this.draw();
        return;
      }
      if (JSON.stringify(this.scene) !== drag.before) {
        this.undone.push(drag.before);
        if (this.undone.length > MOST_UNDO) this.undone.shift();
        this.say("");
      }
      this.draw();
    }

    cancel() {
      if (this.drag?.before) this.scene = JSON.parse(this.drag.before);
      this.drag = this.draft = null;
      this.draw();
    }

    closes(event) {
      const [x, y] = this.sheet.px(this.draft.points[0]), here = this.sheet.px(this.sheet.at(event));
      return this.mode === "zone" && this.draft.points.length > 2 && Math.hypot(here[0] - x, here[1] - y) < NEAR;
    }

    finish() {
      const { points } = this.draft;
      this.draft = this.drag = null;
      if (points.length >= (this.mode === "line" ? 2 : 3)) this.add(points);
      else this.draw();
    }

    key(event, sheet) {
      if (event.key === "Escape") return this.draft ? this.cancel() : this.choose(null);
      const key = event.target.closest?.("[data-key]")?.dataset.key;
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!key || !this.may) return;
      const [shape, corner] = key.split("/"), by = event.shiftKey ? 0.05 : 0.01;
      if (event.key === "Enter" || event.key === " ") this.choose(shape);
      else if (event.key === "Delete" || event.key === "Backspace") this.removeAt(shape, corner);
      else if (step && sheet === this.floor) this.change(() => {
        const point = this.scene.floor.plan[Number(corner)], { wide, deep } = this.plan;
        point[0] = tidy(clamp(point[0] + step[0] * by * wide, wide));
        point[1] = tidy(clamp(point[1] + step[1] * by * deep, deep));
      });
      else if (step) this.change(() => {
        const points = copy(this.points(shape));
        const moved = points.map(([x, y], n) => (corner === undefined || n === Number(corner) ? [x + step[0] * by, y + step[1] * by] : [x, y]));
        this.place(shape, corner === undefined ? this.kept(points, moved) : moved.map(([x, y]) => [tidy(clamp(x)), tidy(clamp(y))]));
      });
      else return;
      event.preventDefault();
      sheet.drawing.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    }

    removeAt(shape, corner) {
      const points = this.points(shape);
      if (corner !== undefined && shape.startsWith("zones") && points.length > 3) {
        this.change(() => this.place(shape, points.filter((_, n) => n !== Number(corner))));
      } else this.erase(shape);
    }

    draw() {
      this.drawShapes();
      this.drawFloor();
      if (this.drag) return; // the form does not change while something is dragged
      this.drawTools();
      this.drawList();
    }

    async save() {
      const w = this.words;
      this.say(w.saving);
      try {
        const answer = await fetch(`/api/cameras/${this.camera}/scene`, { method: "POST",
          headers: { "Content-Type": "application/json" }, body: JSON.stringify({ after: this.version, scene: this.scene }) });
        const told = await answer.json().catch(() => ({}));
        if (answer.status === 401) window.location.assign("/sign-in");
        if (!answer.ok) {
          if (told.shape) this.choose(told.shape);
          return this.say(told.words || w.failed, true);
        }
        this.version = told.version;
        this.saved = JSON.stringify(this.scene);
        this.draw();
        this.say(w.saved);
        emitEvent("scene-saved", told.version);
      } catch {
        this.say(w.offline, true);
      }
    }

    // An earlier drawing of the page's history, put back on the sheet; saved only by "Save".
    restore(scene) { this.change(() => { this.scene = copy(scene); this.chosen = null; }); this.say(this.words.restored); }

    live() {
      if (this.timer) {
        clearInterval(this.timer);
        this.timer = null;
        for (const sheet of [this.sheet, this.floor]) sheet.dots.replaceChildren();
      } else this.timer = setInterval(() => this.feet(), WATCH_MS);
      this.drawTools();
    }

    async feet() {
      if (this.asking || document.hidden) return;
      this.asking = true;
      try {
        const answer = await fetch(`/api/cameras/${this.camera}/feet`);
        const told = await answer.json();
        if (!answer.ok) throw new Error(told.words || "");
        if (!this.timer) return;
        const { wide, deep } = this.plan;
        this.sheet.people(told.people.map(({ id, x, y }) => ({ id, at: [x, y] })), this.tails[0]);
        this.floor.people(told.people.filter((one) => one.spot).map(({ id, spot }) => ({ id, at: [spot[0] / wide, spot[1] / deep] })), this.tails[1]);
      } catch (error) {
        this.live();
        this.say(`${this.words["no-live"]} ${error instanceof TypeError ? this.words.offline : error.message || ""}`, true);
      } finally {
        this.asking = false;
      }
    }
  }

  customElements.define("aisle-drawing", Drawing);
})();
