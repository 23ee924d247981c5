"""What keeps somebody from reading a page or reaching something on it: scripts that list it; empty is good."""

CONTRAST = """() => {
  const channel = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 };
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) { layers.push(c); if (c[3] === 1) break }
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const bad = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const hidden = !box.width || !box.height || style.visibility === 'hidden';
    if (!own || hidden || element.closest('[aria-hidden=true],[disabled],svg,script,style')) continue;
    if (element.closest('.nicegui-error-popup') || style.opacity === '0') continue;
    const paper = ground(element), ink = over(parse(style.color), paper);
    const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${element.textContent.trim().slice(0, 40)}`);
  }
  return bad;
}"""

NAMELESS = """() => [...document.querySelectorAll('main button, main a, main input, main select, nav a')]
  .filter(e => e.getBoundingClientRect().width && e.type !== 'hidden')
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.title
    || [...(e.labels || [])].some(l => l.textContent.trim()) || e.closest('label')?.textContent.trim()
    || e.closest('[aria-label]')))
  .map(e => e.outerHTML.slice(0, 160))"""
