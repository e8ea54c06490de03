// The map of the app, drawn on a canvas: fifty thousand marks and lines on machines without a graphics card.
// Texts of users go into text nodes only; what is drawn comes from the server in columns, and is kept by its address.
const NEAR_PX = 12;
const CLOSEST = 2 ** 30; // pixels around the equator
const MANY = 6000; // things in sight from which on they are drawn plainly
const STROKE = 300; // lines stroked at once: one path of all of them would take the rasteriser far longer
const SLOW_MS = 40; // a drawing that takes longer is moved as a picture until the hand rests
const REST_MS = 120;
const KEPT = 6;
const TRIES = 20;
const AGAIN_MS = 250;

const contents = new Map();
const views = new Map();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".map");
  root.shown ??= makeMap(root);
  root.shown.update(data, setTriggerValue);
  return () => root.shown.close();
}

function read(data) {
  if (data.inline) return Promise.resolve(arrange(JSON.parse(data.inline)));
  if (!contents.has(data.address)) {
    contents.set(data.address, fetched(data.address).then((answer) => answer.json()).then(arrange));
    contents.get(data.address).catch(() => contents.delete(data.address));
    if (contents.size > KEPT) contents.delete(contents.keys().next().value);
  }
  return contents.get(data.address);
}

const addressOf = (path) => new URL(path.replace(/^\//, ""), document.baseURI);

// While the server draws the page anew it may not have the file for a moment.
async function fetched(path) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(addressOf(path)).catch(() => null);
    if (answer?.ok) return answer;
    if (attempt === TRIES) throw new Error(`no map at ${path}`);
    await new Promise((later) => setTimeout(later, AGAIN_MS));
  }
}

// Web Mercator, the world as a unit square.
const eastward = (lon) => (lon + 180) / 360;
const southward = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

function projected(lon, lat, scale) {
  return [Float64Array.from(lon, (value) => eastward(value / scale)), Float64Array.from(lat, (value) => southward(value / scale))];
}

function arrange(content) {
  const { places, lines, regions, scale } = content;
  [places.x, places.y] = projected(places.lon, places.lat, scale);
  for (const courses of [lines, regions]) {
    [courses.x, courses.y] = projected(courses.lon, courses.lat, scale);
    courses.start = new Int32Array(courses.count.length + 1);
    courses.count.forEach((count, i) => (courses.start[i + 1] = courses.start[i] + count));
    courses.box = courses.count.map((_count, i) => boxOf(courses, courses.start[i], courses.start[i + 1]));
  }
  places.of = new Map(places.id.map((id, i) => [id, i]));
  lines.of = new Map(lines.id.map((id, i) => [id, i]));
  const [west, south, east, north] = content.bounds;
  content.frame = { left: eastward(west), right: eastward(east), top: southward(north), bottom: southward(south) };
  return content;
}

function boxOf({ x, y }, from, to) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = from; i < to; i += 1) {
    box[0] = Math.min(box[0], x[i]);
    box[1] = Math.min(box[1], y[i]);
    box[2] = Math.max(box[2], x[i]);
    box[3] = Math.max(box[3], y[i]);
  }
  return box;
}

function toSegment(px, py, ax, ay, bx, by) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length ? Math.min(Math.max(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length, 0), 1) : 0;
  return Math.hypot(ax + t * (bx - ax) - px, ay + t * (by - ay) - py);
}

function makeMap(root) {
  const canvas = root.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const tooltip = root.querySelector(".tooltip");
  let content = null;
  let data = null;
  let tell = () => {};
  let view = null; // upper left corner in the unit square, pixels per unit
  let painted = null; // the view that the canvas shows
  let tookMs = 0;
  let picture = null;
  let sprites = [];
  let hidden = new Set();

  const size = () => [root.clientWidth, root.clientHeight];

  function update(given, setTriggerValue) {
    tell = setTriggerValue;
    const first = data === null;
    const other = first || (given.address ?? given.inline) !== (data.address ?? data.inline);
    const moved = first || given.selected !== data.selected;
    data = given;
    hidden = new Set(data.hidden);
    root.style.height = `${data.height}px`;
    canvas.setAttribute("aria-label", data.alt);
    for (const [name, text] of Object.entries(data.words)) {
      const button = root.querySelector(`[name=${name}]`);
      button.title = text;
      button.setAttribute("aria-label", text);
    }
    if (data.picture && picture?.address !== data.picture) {
      picture = new Image();
      picture.address = data.picture;
      picture.onload = draw;
      picture.src = addressOf(data.picture);
    } else if (!data.picture) {
      picture = null;
    }
    if (!other && content) {
      if (moved) bringIntoSight();
      draw();
      return;
    }
    read(data).then((found) => {
      if ((given.address ?? given.inline) !== (data.address ?? data.inline)) return;
      content = found;
      sprites = content.marks.map(spriteOf);
      view = views.get(data.view) ?? view;
      if (view === null || !views.has(data.view)) showWhole();
      bringIntoSight();
      draw();
    });
  }

  function spriteOf({ shape, fill, border, size: wide }) {
    const ratio = window.devicePixelRatio || 1;
    const sprite = document.createElement("canvas");
    sprite.width = sprite.height = Math.ceil((wide + 4) * ratio);
    const brush = sprite.getContext("2d");
    brush.setTransform(ratio, 0, 0, ratio, sprite.width / 2, sprite.width / 2);
    const radius = (wide / 2) * 0.85;
    brush.beginPath();
    shape.forEach(([x, y], i) => brush[i ? "lineTo" : "moveTo"](radius * x, radius * y));
    brush.closePath();
    brush.lineWidth = 3.5;
    brush.strokeStyle = border;
    brush.stroke();
    brush.fillStyle = fill;
    brush.fill();
    return { sprite, wide: wide + 4 };
  }

  function setView(next) {
    view = next;
    views.set(data.view, view);
  }

  function showWhole() {
    if (!content) return;
    const { left, right, top, bottom } = content.frame;
    const [width, height] = size();
    const fit = 0.96 * Math.min(width / Math.max(right - left, 1e-7), height / Math.max(bottom - top, 1e-7));
    const scale = Math.min(fit, CLOSEST / 512);
    setView({ scale, x: (left + right) / 2 - width / 2 / scale, y: (top + bottom) / 2 - height / 2 / scale });
    draw();
  }

  function bringIntoSight() {
    const i = content?.places.of.get(data.selected);
    if (i === undefined) return;
    const [width, height] = size();
    const [x, y] = [(content.places.x[i] - view.x) * view.scale, (content.places.y[i] - view.y) * view.scale];
    if (x >= 0 && y >= 0 && x <= width && y <= height) return;
    setView({ ...view, x: content.places.x[i] - width / 2 / view.scale, y: content.places.y[i] - height / 2 / view.scale });
  }

  function zoom(factor, [px, py]) {
    const scale = Math.min(Math.max(view.scale * factor, 100), CLOSEST);
    setView({ scale, x: view.x + px / view.scale - px / scale, y: view.y + py / view.scale - py / scale });
    draw();
  }

  function move(dx, dy) {
    setView({ ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale });
    draw();
  }

  let waiting = 0;
  let rest = 0;
  function draw() {
    if (!content || !view) return;
    if (tookMs > SLOW_MS && painted && painted !== view && painted.scale) {
      const factor = view.scale / painted.scale;
      const [x, y] = [(painted.x - view.x) * view.scale, (painted.y - view.y) * view.scale];
      canvas.style.transform = `matrix(${factor}, 0, 0, ${factor}, ${x}, ${y})`;
      clearTimeout(rest);
      rest = setTimeout(paint, REST_MS);
      return;
    }
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(paint);
  }

  function paint() {
    const [width, height] = size();
    if (!width || !height || !content) return;
    const began = performance.now();
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    canvas.style.transform = "";
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.lineJoin = "round";
    pen.lineCap = "butt";
    if (picture?.complete && picture.naturalWidth && !hidden.has("terrain")) {
      const { left, right, top, bottom } = content.frame;
      const [x, y] = [(left - view.x) * view.scale, (top - view.y) * view.scale];
      pen.drawImage(picture, x, y, (right - left) * view.scale, (bottom - top) * view.scale);
    }
    if (!hidden.has("regions")) paintRegions();
    const lines = hidden.has("links") ? [] : inSight(content.lines).filter(isBuilt);
    const places = placesInSight();
    paintHalo();
    paintLines(lines);
    paintPath();
    paintPlaces(places);
    painted = view;
    tookMs = performance.now() - began;
    canvas.dataset.drawn = lines.length + places.length;
    canvas.dataset.ms = Math.round(tookMs);
  }

  const edges = (margin) => {
    const [width, height] = size();
    const wide = margin / view.scale;
    return [view.x - wide, view.y - wide, view.x + width / view.scale + wide, view.y + height / view.scale + wide];
  };

  function inSight({ box }) {
    const [left, top, right, bottom] = edges(8);
    const found = [];
    for (let i = 0; i < box.length; i += 1) {
      const [x0, y0, x1, y1] = box[i];
      if (x1 >= left && x0 <= right && y1 >= top && y0 <= bottom) found.push(i);
    }
    return found;
  }

  const later = (year) => data.until !== null && year !== null && year > data.until;
  const isBuilt = (i) => !later(content.lines.year[i]);
  const markOf = (i) => (later(content.places.year[i]) ? content.left_out : content.places.mark[i]);

  function placesInSight() {
    const { x, y } = content.places;
    const [left, top, right, bottom] = edges(16);
    const found = [];
    for (let i = 0; i < x.length; i += 1) {
      if (x[i] < left || x[i] > right || y[i] < top || y[i] > bottom) continue;
      if (hidden.has("left_out") && markOf(i) === content.left_out) continue;
      found.push(i);
    }
    return found;
  }

  function trace({ x, y, start }, i) {
    for (let k = start[i]; k < start[i + 1]; k += 1) {
      const [px, py] = [(x[k] - view.x) * view.scale, (y[k] - view.y) * view.scale];
      if (k === start[i]) pen.moveTo(px, py);
      else pen.lineTo(px, py);
    }
  }

  function strokeAll(courses, chosen, { colour, width, dash = [] }) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    for (let from = 0; from < chosen.length; from += STROKE) {
      pen.beginPath();
      for (const i of chosen.slice(from, from + STROKE)) trace(courses, i);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  function paintRegions() {
    const seen = inSight(content.regions);
    strokeAll(content.regions, seen, { colour: "rgba(255, 255, 255, 0.8)", width: 3 });
    strokeAll(content.regions, seen, { colour: "#5a3d7a", width: 1.2 });
  }

  function paintLines(seen) {
    const plain = seen.length > MANY;
    const byStyle = content.styles.map(() => []);
    for (const i of seen) byStyle[content.lines.style[i]].push(i);
    if (!plain) {
      content.styles.forEach(({ width }, k) =>
        strokeAll(content.lines, byStyle[k], { colour: "rgba(255, 255, 255, 0.8)", width: width + 2 }),
      );
    }
    content.styles.forEach(({ colour, width, dash }, k) => {
      const how = plain ? { colour, width: 1 } : { colour, width, dash: dash.map((part) => part * width) };
      strokeAll(content.lines, byStyle[k], how);
    });
  }

  function paintHalo() {
    const glow = "rgba(255, 214, 0, 0.9)";
    const line = content.lines.of.get(data.selected);
    if (line !== undefined) strokeAll(content.lines, [line], { colour: glow, width: 12 });
    const i = content.places.of.get(data.selected);
    if (i === undefined) return;
    pen.beginPath();
    pen.arc((content.places.x[i] - view.x) * view.scale, (content.places.y[i] - view.y) * view.scale, 15, 0, 2 * Math.PI);
    pen.fillStyle = glow;
    pen.fill();
  }

  function paintPath() {
    const chosen = data.path.map((id) => content.lines.of.get(id)).filter((i) => i !== undefined);
    strokeAll(content.lines, chosen, { colour: "#000", width: 4, dash: [2, 4] });
  }

  function paintPlaces(seen) {
    const { x, y } = content.places;
    const smaller = Math.max(0.4, Math.min(1, Math.sqrt(MANY / (seen.length || 1))));
    for (const i of seen) {
      const { sprite, wide } = sprites[markOf(i)];
      const drawn = wide * smaller;
      pen.drawImage(sprite, (x[i] - view.x) * view.scale - drawn / 2, (y[i] - view.y) * view.scale - drawn / 2, drawn, drawn);
    }
  }

  function nearest([px, py]) {
    if (!content || !view) return null;
    const { places, lines } = content;
    let best = null;
    let distance = NEAR_PX;
    for (const i of placesInSight()) {
      const away = Math.hypot((places.x[i] - view.x) * view.scale - px, (places.y[i] - view.y) * view.scale - py);
      if (away <= distance) [best, distance] = [{ id: places.id[i], text: () => placeText(i) }, away];
    }
    if (best || hidden.has("links")) return best;
    const [ux, uy, reach] = [view.x + px / view.scale, view.y + py / view.scale, NEAR_PX / 2 / view.scale];
    distance = reach;
    lines.box.forEach(([x0, y0, x1, y1], i) => {
      if (ux < x0 - reach || ux > x1 + reach || uy < y0 - reach || uy > y1 + reach || !isBuilt(i)) return;
      for (let k = lines.start[i] + 1; k < lines.start[i + 1]; k += 1) {
        const away = toSegment(ux, uy, lines.x[k - 1], lines.y[k - 1], lines.x[k], lines.y[k]);
        if (away <= distance) [best, distance] = [{ id: lines.id[i], text: () => lineText(i) }, away];
      }
    });
    return best;
  }

  const figure = (value, digits) => new Intl.NumberFormat(content.language, { maximumFractionDigits: digits }).format(value);
  const filled = (words, parts) => words.replace(/\{(\w+)\}/g, (_whole, name) => parts[name]);

  function placeText(i) {
    const year = content.places.year[i];
    const when = year === null ? [] : [filled(content.words.year, { year })];
    return [content.places.text[i], ...when].join("\n");
  }

  function lineText(i) {
    const { lines, words, styles } = content;
    const told = [filled(words.link, { id: lines.id[i] })];
    const name = styles[lines.style[i]].name;
    if (lines.km[i] === null) return [...told, name].join("\n");
    const [load, capacity] = [figure(lines.load[i], 0), lines.capacity[i]];
    const option = content.options[lines.option[i]];
    told.push(filled(words.kind, { label: name, text: `${option}, ${figure(lines.km[i], 1)} km` }));
    told.push(capacity === null ? filled(words.used, { load }) : filled(words.used_of, { load, capacity: figure(capacity, 0) }));
    if (lines.year[i] !== null) told.push(filled(words.year, { year: lines.year[i] }));
    return told.join("\n");
  }

  function point(position) {
    const found = nearest(position);
    canvas.style.cursor = found?.id ? "pointer" : "grab";
    tooltip.hidden = !found;
    if (!found) return;
    tooltip.textContent = found.text();
    const [width, height] = size();
    const [px, py] = position;
    const [wide, high] = [tooltip.offsetWidth, tooltip.offsetHeight];
    tooltip.style.left = `${Math.max(0, px + 14 + wide > width ? px - wide - 10 : px + 14)}px`;
    tooltip.style.top = `${Math.max(0, py + 14 + high > height ? py - high - 10 : py + 14)}px`;
  }

  const at = (event) => {
    const frame = root.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const fingers = new Map();
  let travelled = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    travelled = 0;
    tooltip.hidden = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      point(at(event));
      return;
    }
    const now = at(event);
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (fingers.size === 2) {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, position]) => position);
      const apart = (one) => Math.max(Math.hypot(one[0] - other[0], one[1] - other[1]), 1);
      zoom(apart(now) / apart(before), other);
    } else {
      move(now[0] - before[0], now[1] - before[1]);
    }
    fingers.set(event.pointerId, now);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (fingers.size === 1 && travelled < 4 && data.picks) tell("picked", nearest(at(event))?.id ?? "");
    fingers.delete(event.pointerId);
  });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => (tooltip.hidden = true));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (view) zoom(Math.exp(-Math.sign(event.deltaY) * 0.25), at(event));
    },
    { passive: false },
  );
  const middle = () => size().map((length) => length / 2);
  const acts = {
    ArrowLeft: () => move(60, 0),
    ArrowRight: () => move(-60, 0),
    ArrowUp: () => move(0, 60),
    ArrowDown: () => move(0, -60),
    "+": () => zoom(1.4, middle()),
    "-": () => zoom(1 / 1.4, middle()),
    0: showWhole,
  };
  canvas.addEventListener("keydown", (event) => {
    if (!acts[event.key] || !view) return;
    event.preventDefault();
    acts[event.key]();
  });
  root.querySelector("[name=nearer]").addEventListener("click", () => acts["+"]());
  root.querySelector("[name=further]").addEventListener("click", () => acts["-"]());
  root.querySelector("[name=whole]").addEventListener("click", showWhole);

  let width = 0;
  const watching = new ResizeObserver(() => {
    // A map that comes into a narrower or wider column still shows the same middle.
    if (view && width && root.clientWidth && root.clientWidth !== width) {
      setView({ ...view, x: view.x + (width - root.clientWidth) / 2 / view.scale });
    } else if (view && !width && root.clientWidth) {
      showWhole();
    }
    width = root.clientWidth;
    if (content && view) paint();
  });
  watching.observe(root);

  const close = () => {
    clearTimeout(rest);
    cancelAnimationFrame(waiting);
  };
  return { update, close };
}
