// A picture with shapes over it, for the scripts that draw on cameras' pictures and on the floor plan.
window.AisleSheet = (() => {
  const NS = "http://www.w3.org/2000/svg";
  const TRAIL = 12;
  const COLOURS = { entrance: "#1a7f64", passage: "#7a4bb0", browse: "#2f66d0", queue: "#c2570a", staff: "#5d6763" };
  const FLOOR = "#c2185b";

  const clamp = (value, most = 1) => Math.min(most, Math.max(0, value));
  const tidy = (value) => Math.round(value * 1e4) / 1e4;
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const middle = (points) => points.reduce(([x, y], p) => [x + p[0] / points.length, y + p[1] / points.length], [0, 0]);

  function svg(tag, attributes = {}, words = "") {
    const made = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (words) made.textContent = words;
    return made;
  }

  function html(tag, attributes = {}, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...inside);
    return made;
  }

  // A picture with shapes over it. Children say what the shapes are and what a moved point means.
  class Sheet {
    constructor(picture, name) {
      this.picture = picture;
      this.drawing = svg("svg", { class: "draw-sheet", role: "group", "aria-label": name });
      this.box = html("div", { class: "draw-stage" }, picture, this.drawing);
      this.shapes = svg("g");
      this.dots = svg("g", { "aria-hidden": "true" });
      this.drawing.append(this.shapes, this.dots);
    }

    get size() { return [this.drawing.clientWidth || 1, this.drawing.clientHeight || 1]; }
    px(point) { return [point[0] * this.size[0], point[1] * this.size[1]]; }
    at(event) {
      const box = this.drawing.getBoundingClientRect();
      return [tidy(clamp((event.clientX - box.left) / box.width)), tidy(clamp((event.clientY - box.top) / box.height))];
    }
    outline(points, attributes, closed = true) {
      const text = points.map((point) => this.px(point).map((value) => value.toFixed(1)).join(",")).join(" ");
      return svg(closed ? "polygon" : "polyline", { points: text, ...attributes });
    }
    grip(point, key, name, colour, { number = "", small = false } = {}) {
      const [x, y] = this.px(point);
      const made = svg("g", { class: small ? "draw-grip draw-more" : "draw-grip", "data-key": key, role: "button",
        tabindex: small ? -1 : 0, "aria-label": name });
      made.append(svg("circle", { cx: x, cy: y, r: 22, class: "draw-reach" }),
        svg("circle", { cx: x, cy: y, r: small ? 6 : number ? 12 : 9, fill: "#fff", stroke: colour, "stroke-width": 3 }));
      if (number) made.append(svg("text", { x, y: y + 4.5, class: "draw-number" }, number));
      return made;
    }
    name(words, point, colour) {
      const [x, y] = this.px(point);
      return svg("text", { x: Math.min(this.size[0] - 8, Math.max(8, x)), y: Math.min(this.size[1] - 6, Math.max(16, y)), class: "draw-name", fill: colour }, words);
    }
    // People as dots with a short tail. `people`: [{id, at: [x, y] as fractions}]; tails: id → earlier places.
    people(people, tails) {
      const now = new Set();
      this.dots.replaceChildren();
      for (const { id, at } of people) {
        now.add(id);
        const tail = [...(tails.get(id) || []), at].slice(-TRAIL);
        tails.set(id, tail);
        const [x, y] = this.px(at), colour = `hsl(${(id * 67) % 360} 75% 38%)`;
        if (tail.length > 1) this.dots.append(this.outline(tail, { class: "draw-tail", stroke: colour }, false));
        this.dots.append(svg("circle", { cx: x, cy: y, r: 8, class: "draw-dot", fill: colour }));
      }
      for (const id of tails.keys()) if (!now.has(id)) tails.delete(id);
    }
  }

  return { Sheet, COLOURS, FLOOR, clamp, tidy, copy, middle, svg, html };
})();
