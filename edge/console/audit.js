// Plays a short clip and takes down who crosses the line, by key or tap. The clip lives in this page's memory only: it
// comes with heads pixelated, and is forgotten here and on the box when the result is there or the page is left.
(() => {
  const { html, svg } = window.AisleSheet;
  const POLL_MS = 700, SKIP_MS = 3_000, SPEEDS = [0.5, 1, 2, 4];
  const clock = (at) => `${Math.floor(at / 60_000)}:${String(Math.floor(at / 1_000) % 60).padStart(2, "0")}`;
  const icon = (name) => html("i", { class: "q-icon notranslate material-icons", "aria-hidden": "true" }, name);

  class Audit extends HTMLElement {
    connectedCallback() {
      if (this.body) return;
      Object.assign(this, JSON.parse(this.dataset.told)); // camera, lines: [{name, start, end, inside}], spans, words, kinds
      this.body = html("div", { class: "audit" });
      this.said = html("div", { class: "draw-said", role: "status", "aria-live": "polite" });
      this.replaceChildren(this.said, this.body);
      this.leave = () => this.forget(true);
      window.addEventListener("pagehide", this.leave);
      this.onkey = (event) => this.key(event);
      window.addEventListener("keydown", this.onkey);
      this.start();
    }

    disconnectedCallback() {
      window.removeEventListener("pagehide", this.leave);
      window.removeEventListener("keydown", this.onkey);
      this.forget(true);
    }

    say(words, bad = false) { this.said.textContent = words; this.said.classList.toggle("draw-bad", bad); }
    button(name, words, deed, main = false, off = false) {
      return html("button", { type: "button", class: main ? "draw-tool draw-main" : "draw-tool", onclick: deed, disabled: off }, icon(name), words);
    }

    // First: which line, and a clip of which kind.
    start() {
      const w = this.words;
      this.step = "start";
      if (!this.lines.length) return this.body.replaceChildren(html("p", { class: "aisle-soft" }, w["no-line"]));
      const line = html("select", { name: "line" }, ...this.lines.map((one) => html("option", { value: one.name }, one.name)));
      const span = html("select", { name: "span" }, ...this.spans.map(([seconds, words]) => html("option", { value: seconds }, words)));
      const file = html("input", { type: "file", accept: "video/*,.avi,.mkv", class: "photo-input", onchange: () => {
        if (file.files.length) this.begin(line.value, 0, file.files[0]);
      } });
      const field = (label, input) => html("label", { class: "draw-field" }, html("span", {}, label), input);
      this.body.replaceChildren(html("div", { class: "audit-start" }, field(w.line, line), field(w.span, span),
        this.button("radio_button_checked", w.take, () => this.begin(line.value, span.value, null), true),
        html("label", { class: "photo-button photo-button-quiet" }, icon("upload_file"), w.upload, file)));
    }

    async call(path, options) {
      const answer = await fetch(path, options);
      if (answer.status === 401) window.location.assign("/sign-in");
      if (answer.ok) return answer.status === 204 ? null : answer;
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.words || this.words.failed);
    }

    trouble(error) { this.say(error instanceof TypeError ? this.words.offline : error.message, true); }

    async begin(line, seconds, clip) {
      this.line = this.lines.find((one) => one.name === line);
      this.say(clip ? this.words.sending : "");
      const bar = html("progress", { max: 1, value: 0, "aria-label": this.words.progress });
      this.body.replaceChildren(html("div", { class: "audit-wait" }, bar, html("p", { class: "aisle-soft" }, this.words.private),
        this.button("close", this.words.cancel, () => this.forget().then(() => this.start()))));
      try {
        const query = new URLSearchParams({ camera: this.camera, line, seconds });
        const audit = await (await this.call(`/api/audits?${query}`, { method: "POST", body: clip })).json();
        this.audit = audit.id;
        this.step = "wait";
        await this.wait(bar, seconds > 0);
      } catch (error) {
        this.trouble(error);
        await this.forget();
        this.start();
      }
    }

    async wait(bar, live) {
      while (this.audit && this.isConnected) {
        const audit = await (await this.call(`/api/audits/${this.audit}`)).json();
        if (live) bar.value = audit.length_ms / audit.span_ms;
        else bar.removeAttribute("value");
        this.say(`${live ? this.words.taking : this.words.counting} ${clock(audit.length_ms)}`);
        if (audit.phase === "failed") throw new Error(`${this.words.failed} ${audit.why}`);
        if (audit.phase === "ready") return this.open();
        await new Promise((done) => setTimeout(done, POLL_MS));
      }
    }

    async open() {
      const data = await (await this.call(`/api/audits/${this.audit}/clip`)).arrayBuffer();
      const size = new DataView(data).getUint32(0);
      let from = 4 + size;
      this.pictures = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size))).map(([at, bytes]) => {
        const blob = new Blob([new Uint8Array(data, from, bytes)], { type: "image/jpeg" });
        from += bytes;
        return { at, blob };
      });
      this.length = this.pictures.at(-1).at;
      Object.assign(this, { step: "mark", marks: [], now: 0, speed: 1, playing: false, shown: -1 });
      this.say(this.words.ready);
      this.draw();
      this.show();
    }

    draw() {
      const w = this.words;
      this.canvas = html("canvas", { class: "audit-picture", role: "img", "aria-label": w.clip });
      this.over = svg("svg", { class: "draw-sheet", "aria-hidden": "true" });
      this.watch = html("strong", { class: "audit-clock" });
      this.slide = html("input", { type: "range", min: 0, max: this.length, step: 100, value: 0, "aria-label": w.seek,
        oninput: () => { this.now = Number(this.slide.value); this.show(); } });
      this.toggle = this.button("play_arrow", w.play, () => this.play(!this.playing), true);
      this.pace = html("select", { "aria-label": w.speed, onchange: () => { this.speed = Number(this.pace.value); } },
        ...SPEEDS.map((speed) => html("option", { value: speed, selected: speed === 1 }, `${speed}×`)));
      this.list = html("div", { class: "audit-marks" });
      const big = (direction, name, key) => html("button", { type: "button", class: `audit-mark audit-${direction}`, onclick: () => this.mark(direction) },
        icon(name), html("span", {}, w[direction]), html("kbd", {}, key));
      this.body.replaceChildren(html("div", { class: "audit-room" },
        html("div", {}, html("div", { class: "draw-stage audit-stage" }, this.canvas, this.over),
          html("div", { class: "audit-controls" }, this.toggle, this.button("replay", w.back, () => this.jump(-SKIP_MS)), this.pace, this.watch), this.slide),
        html("div", { class: "audit-side" }, html("div", { class: "audit-buttons" }, big("in", "login", "I"), big("out", "logout", "O")), this.list,
          html("div", { class: "console-acts" }, this.button("undo", w.undo, () => this.undo()), this.button("check", w.finish, () => this.finish(), true),
            this.button("delete", w.drop, () => this.forget().then(() => { this.say(w.dropped); this.start(); })))), ));
      this.drawMarks();
    }

    play(on) {
      this.playing = on && this.step === "mark";
      if (this.playing && this.now >= this.length) this.now = 0;
      this.toggle.replaceChildren(icon(this.playing ? "pause" : "play_arrow"), this.playing ? this.words.pause : this.words.play);
      this.last = performance.now();
      if (this.playing) requestAnimationFrame((at) => this.tick(at));
    }

    tick(at) {
      if (!this.playing || !this.isConnected) return;
      this.now = Math.min(this.length, this.now + (at - this.last) * this.speed);
      this.last = at;
      this.show();
      if (this.now >= this.length) this.play(false);
      else requestAnimationFrame((next) => this.tick(next));
    }

    jump(by) { this.now = Math.min(this.length, Math.max(0, this.now + by)); this.show(); }

    async show() {
      this.watch.textContent = `${clock(this.now)} / ${clock(this.length)}`;
      this.slide.value = this.now;
      let low = 0, high = this.pictures.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (this.pictures[middle].at <= this.now) low = middle;
        else high = middle - 1;
      }
      if (low === this.shown) return;
      this.shown = low;
      const bitmap = await createImageBitmap(this.pictures[low].blob).catch(() => null);
      if (!bitmap || this.shown !== low || this.step !== "mark") return;
      if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
        [this.canvas.width, this.canvas.height] = [bitmap.width, bitmap.height];
        this.drawLine(bitmap.width, bitmap.height);
      }
      this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
      bitmap.close();
    }

    drawLine(wide, high) {
      const { start, end, inside } = this.line, [a, b] = [start, end].map(([x, y]) => [x * wide, y * high]);
      const long = Math.hypot(b[0] - a[0], b[1] - a[1]), turn = (inside === "right" ? 1 : -1) * wide * 0.06 / long;
      const [mx, my] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], [tx, ty] = [mx - (b[1] - a[1]) * turn, my + (b[0] - a[0]) * turn];
      this.over.setAttribute("viewBox", `0 0 ${wide} ${high}`);
      const stroke = (from, to, colour, width) => svg("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke: colour, "stroke-width": width, "stroke-linecap": "round" });
      this.over.replaceChildren(stroke(a, b, "#fff", wide / 110), stroke(a, b, "#1a7f64", wide / 190), stroke([mx, my], [tx, ty], "#1a7f64", wide / 190),
        svg("circle", { cx: tx, cy: ty, r: wide / 90, fill: "#1a7f64", stroke: "#fff", "stroke-width": wide / 400 }));
    }

    key(event) {
      if (this.step !== "mark" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const typing = event.target.closest("select, textarea, input:not([type=range])");
      const deed = { i: () => this.mark("in"), o: () => this.mark("out"), ArrowLeft: () => this.jump(-SKIP_MS), ArrowRight: () => this.jump(SKIP_MS),
        Backspace: () => this.undo(), " ": () => this.play(!this.playing) }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!deed || typing || (event.key === " " && event.target.closest("button"))) return;
      event.preventDefault();
      deed();
    }

    mark(direction) {
      this.marks.push({ at: Math.round(this.now), direction });
      navigator.vibrate?.(20);
      this.drawMarks();
    }
    undo() { this.marks.pop(); this.drawMarks(); }

    drawMarks() {
      const w = this.words, count = (direction) => this.marks.filter((one) => one.direction === direction).length;
      this.list.replaceChildren(html("p", { role: "status" }, `${w.in}: ${count("in")} · ${w.out}: ${count("out")}`),
        html("div", { class: "audit-list" }, ...this.marks.map((one, n) => html("button", { type: "button", class: `audit-tick audit-${one.direction}`,
          title: w.remove, "aria-label": `${w[one.direction]} ${clock(one.at)} ${w.remove}`, onclick: () => { this.marks.splice(n, 1); this.drawMarks(); } },
        `${one.direction === "in" ? "→" : "←"} ${clock(one.at)}`))));
    }

    async finish() {
      this.play(false);
      try {
        const answer = await this.call(`/api/audits/${this.audit}/marks`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(this.marks) });
        const told = await answer.json();
        this.audit = null;
        this.pictures = [];
        this.result(told);
        emitEvent("audit-done", told.audit);
      } catch (error) {
        this.trouble(error);
      }
    }

    result(told) {
      const w = this.words, percent = (share) => `${(Math.floor(share * 1_000) / 10).toLocaleString(document.documentElement.lang)} %`;
      this.step = "done";
      this.say(w.done);
      const tile = (name, value, note = "") => html("div", { class: "aisle-tile" }, html("div", { class: "name" }, name), html("div", { class: "value" }, value), html("div", { class: "note" }, note));
      const wrong = told.passings.filter((one) => one.verdict !== "counted");
      this.body.replaceChildren(html("div", { class: "aisle-tiles" },
        tile(w.accuracy, told.accuracy === null ? "–" : percent(told.accuracy), told.accuracy === null ? w["nobody-crossed"] : `${w.between} ${percent(told.interval[0])} – ${percent(told.interval[1])}`),
        tile(w.counted, told.counted, w["counted-how"]), tile(w.missed, told.missed, w["missed-how"]), tile(w.extra, told.extra, w["extra-how"])),
      ...(wrong.length ? [html("ul", { class: "audit-wrong" }, ...wrong.map((one) => html("li", {}, `${clock(one.at)} · ${w[one.direction]} · ${w[one.verdict]}`)))] : []),
      html("p", { class: "aisle-soft" }, w.gone), html("div", { class: "console-acts" }, this.button("replay", w.again, () => { this.say(""); this.start(); }, true)));
    }

    // Let the box forget the clip. On leaving, the browser sends it even though the page goes.
    async forget(leaving = false) {
      const audit = this.audit;
      this.audit = null;
      this.pictures = [];
      this.playing = false;
      if (audit) await fetch(`/api/audits/${audit}`, { method: "DELETE", keepalive: leaving }).catch(() => null);
    }
  }

  customElements.define("aisle-audit", Audit);
})();
