// How a drawing looks on the camera's picture and on the floor plan: a part of the element that draws, see draw.js.
window.AisleSheet.shapes = (() => {
  const { COLOURS, FLOOR, middle, svg } = window.AisleSheet;
  const MOST_CORNERS = 32;

  // The eight figures that take four places to four others (projective); null where three lie on a line.
  function homography(from, to) {
    const rows = [];
    from.forEach(([x, y], n) => {
      const [u, v] = to[n];
      rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
    });
    for (let at = 0; at < 8; at++) {
      const best = rows.slice(at).reduce((top, row, n) => (Math.abs(row[at]) > Math.abs(rows[top][at]) ? n + at : top), at);
      [rows[at], rows[best]] = [rows[best], rows[at]];
      if (Math.abs(rows[at][at]) < 1e-12) return null;
      for (let other = 0; other < 8; other++) {
        if (other === at) continue;
        const part = rows[other][at] / rows[at][at];
        for (let n = at; n < 9; n++) rows[other][n] -= part * rows[at][n];
      }
    }
    return rows.map((row, at) => row[8] / row[at]);
  }

  function through(h, [x, y]) {
    const depth = h[6] * x + h[7] * y + 1;
    return depth < 1e-6 ? null : [(h[0] * x + h[1] * y + h[2]) / depth, (h[3] * x + h[4] * y + h[5]) / depth];
  }

  return (Base) => class extends Base {
    drawShapes() {
      const all = this.sheet.shapes, { scene } = this;
      all.replaceChildren();
      this.sheet.drawing.classList.toggle("draw-pen", this.mode !== "choose");
      if (scene.floor) this.drawGround(all);
      scene.zones.forEach((zone, n) => this.drawZone(all, zone, `zones.${n}`));
      scene.lines.forEach((line, n) => this.drawLine(all, line, `lines.${n}`));
      if (this.chosen) this.grips(all, this.chosen); // above everything else
      if (this.draft) {
        const points = this.draft.points;
        all.append(this.sheet.outline(points, { class: "draw-draft" }, this.draft.box));
        for (const point of points) all.append(svg("circle", { cx: this.sheet.px(point)[0], cy: this.sheet.px(point)[1], r: 6, class: "draw-draft" }));
      }
    }

    body(key, name) {
      return svg("g", { "data-key": key, tabindex: 0, role: "button", "aria-label": name, class: this.chosen === key ? "draw-body draw-chosen" : "draw-body" });
    }

    grips(all, key) {
      if (!this.may) return;
      const points = this.points(key), colour = key === "floor" ? FLOOR : COLOURS[this.shape(key).kind];
      if (key.startsWith("zones") && points.length < MOST_CORNERS) points.forEach((point, n) => {
        const next = points[(n + 1) % points.length];
        all.append(this.sheet.grip(middle([point, next]), `${key}/+${n}`, this.words["new-corner"], colour, { small: true }));
      });
      points.forEach((point, n) => all.append(this.sheet.grip(point, `${key}/${n}`, `${this.words.corner} ${n + 1}`, colour,
        { number: key === "floor" ? `${n + 1}` : "" })));
    }

    drawZone(all, zone, key) {
      const colour = COLOURS[zone.kind], made = this.body(key, zone.name);
      made.append(this.sheet.outline(zone.polygon, { fill: colour, "fill-opacity": 0.2, stroke: "#fff", "stroke-width": 5 }),
        this.sheet.outline(zone.polygon, { fill: "none", stroke: colour, "stroke-width": 3 }),
        this.sheet.name(zone.name, middle(zone.polygon), colour));
      all.append(made);
    }

    drawLine(all, line, key) {
      const colour = COLOURS[line.kind], made = this.body(key, line.name);
      const [a, b] = [this.sheet.px(line.start), this.sheet.px(line.end)];
      const long = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1, turn = line.inside === "right" ? 1 : -1;
      const [nx, ny] = [(-(b[1] - a[1]) / long) * turn, ((b[0] - a[0]) / long) * turn];
      const [mx, my] = middle([a, b]), [tx, ty] = [mx + nx * 38, my + ny * 38];
      const head = [[tx, ty], [tx - nx * 13 - ny * 8, ty - ny * 13 + nx * 8], [tx - nx * 13 + ny * 8, ty - ny * 13 - nx * 8]];
      made.append(svg("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: "draw-reach-line" }));
      for (const [stroke, width] of [["#fff", 8], [colour, 4.5]]) {
        made.append(svg("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], stroke, "stroke-width": width, "stroke-linecap": "round" }),
          svg("line", { x1: mx, y1: my, x2: tx - nx * 8, y2: ty - ny * 8, stroke, "stroke-width": width - 1 }));
      }
      made.append(svg("polygon", { points: head.map((p) => p.join(",")).join(" "), fill: colour, stroke: "#fff", "stroke-width": 1.5 }),
        this.sheet.name(line.name, middle([line.start, line.end]).map((v, n) => v - [nx, ny][n] * 20 / this.sheet.size[n]), colour));
      all.append(made);
    }

    // A grid of one metre on the floor: it lies flat in the picture when the four points are right.
    drawGround(all) {
      const { picture, plan } = this.scene.floor, made = this.body("floor", this.words.floor);
      const h = homography(plan, picture);
      if (h) {
        const [xs, ys] = [0, 1].map((axis) => plan.map((point) => point[axis]));
        const lines = (from, to, make) => {
          const step = Math.max(1, Math.ceil((to - from) / 24));
          for (let at = Math.ceil(from); at <= to; at += step) {
            const ends = make(at).map((spot) => through(h, spot));
            if (ends.every(Boolean)) made.append(this.sheet.outline(ends, { class: "draw-grid" }, false));
          }
        };
        lines(Math.min(...xs), Math.max(...xs), (x) => [[x, Math.min(...ys)], [x, Math.max(...ys)]]);
        lines(Math.min(...ys), Math.max(...ys), (y) => [[Math.min(...xs), y], [Math.max(...xs), y]]);
      }
      made.append(this.sheet.outline(picture, { fill: FLOOR, "fill-opacity": 0.05, stroke: FLOOR, "stroke-width": 2.5, "stroke-dasharray": "9 6" }));
      all.append(made);
    }

    drawFloor() {
      const { floor } = this.scene;
      this.panel.hidden = !floor;
      if (!floor) return;
      const points = floor.plan.map(([x, y]) => [x / this.plan.wide, y / this.plan.deep]);
      this.floor.shapes.replaceChildren(this.floor.outline(points, { fill: FLOOR, "fill-opacity": 0.12, stroke: FLOOR, "stroke-width": 2.5 }),
        ...points.map((point, n) => this.floor.grip(point, `floor/${n}`, `${this.words.corner} ${n + 1}`, FLOOR, { number: `${n + 1}` })));
    }
  };
})();
