"use strict";
// Everything is drawn from the data in the page; texts of users go into text nodes only.
(() => {
  const content = JSON.parse(document.getElementById("content").textContent);
  const canvas = document.getElementById("map");
  const pen = canvas.getContext("2d");
  const card = document.getElementById("card");
  const [west, south, east, north] = content.bounds;
  const hidden = new Set();
  const NEAR_PX = 12;
  const CLOSEST = 2 ** 22; // pixels around the equator at the closest view, in units of a screen

  // Web Mercator, the world as a unit square; what lies west of the picture lies beyond 180° east.
  const mercator = ([lon, lat]) => [
    ((lon < west - 180 ? lon + 360 : lon) + 180) / 360,
    0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI),
  ];
  const [left, top] = mercator([west, north]);
  const [right, bottom] = mercator([east, south]);
  const points = [...content.masts, ...content.sources, ...content.offices];
  for (const point of points) point.xy = mercator(point.at);
  for (const link of content.links) link.xy = link.path.map(mercator);

  let image = null;
  if (content.picture) {
    image = new Image();
    image.onload = () => draw();
    image.src = content.picture.image;
  }

  let view = { x: 0, y: 0, scale: 1 }; // of the upper left corner; pixels per unit
  let chosen = null;

  const size = () => [canvas.clientWidth, canvas.clientHeight];
  const screen = ([x, y]) => [(x - view.x) * view.scale, (y - view.y) * view.scale];

  const place = (point) => screen(point.xy).map((pixel) => pixel - (point.beside ? 8 : 0));

  function showWhole() {
    const [width, height] = size();
    const extent = [Math.max(right - left, 1e-9), Math.max(bottom - top, 1e-9)];
    const scale = 0.96 * Math.min(width / extent[0], height / extent[1]);
    view = { scale, x: (left + right) / 2 - width / 2 / scale, y: (top + bottom) / 2 - height / 2 / scale };
    draw();
  }

  function zoom(factor, [px, py]) {
    const scale = Math.min(Math.max(view.scale * factor, 100), CLOSEST * 256);
    view = { scale, x: view.x + px / view.scale - px / scale, y: view.y + py / view.scale - py / scale };
    draw();
  }

  function move(dx, dy) {
    view = { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
    draw();
  }

  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      paint();
    });
  }

  function paint() {
    const [width, height] = size();
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (image && image.complete && image.naturalWidth) {
      const [x, y] = screen([left, top]);
      pen.drawImage(image, x, y, (right - left) * view.scale, (bottom - top) * view.scale);
    }
    for (const link of content.links) if (!hidden.has(link.layer)) stroke(link);
    for (const mast of content.masts) if (!hidden.has(mast.layer)) square(mast);
    for (const point of [...content.sources, ...content.offices]) if (!hidden.has(point.layer)) mark(point);
    paintScale();
  }

  function stroke(link) {
    const line = content.lines[link.layer];
    pen.lineJoin = "round";
    pen.beginPath();
    link.xy.forEach((position, i) => pen[i ? "lineTo" : "moveTo"](...screen(position)));
    pen.setLineDash([]);
    pen.strokeStyle = link === chosen ? "#000" : "#fff";
    pen.lineWidth = line.width + (link === chosen ? 4 : 2);
    pen.stroke();
    pen.setLineDash(line.dashes.map((part) => part * line.width));
    pen.strokeStyle = line.colour;
    pen.lineWidth = line.width;
    pen.stroke();
    pen.setLineDash([]);
  }

  function square(mast) {
    const [x, y] = place(mast);
    pen.fillStyle = "#1e1e1e";
    pen.fillRect(x - 3.5, y - 3.5, 7, 7);
    pen.strokeStyle = "#fff";
    pen.lineWidth = 1;
    pen.strokeRect(x - 4, y - 4, 8, 8);
  }

  function mark(point) {
    const { shape, fill, border, size: wide } = content.marks[point.layer];
    const [x, y] = screen(point.xy);
    const radius = (wide / 2) * (point === chosen ? 1.5 : 1);
    pen.beginPath();
    shape.forEach(([dx, dy], i) => pen[i ? "lineTo" : "moveTo"](x + radius * dx * 0.85, y + radius * dy * 0.85));
    pen.closePath();
    pen.lineWidth = point === chosen ? 5 : 3.5;
    pen.strokeStyle = point === chosen ? "#000" : border;
    pen.stroke();
    pen.fillStyle = fill;
    pen.fill();
  }

  function paintScale() {
    const [, height] = size();
    const y = view.y + height / 2 / view.scale;
    const latitude = 2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2;
    const kmPerPx = (40075.017 * Math.cos(latitude)) / view.scale;
    const most = 120 * kmPerPx;
    const step = 10 ** Math.floor(Math.log10(most));
    const km = [5, 2, 1].map((n) => n * step).find((n) => n <= most);
    const bar = document.querySelector("#scale span");
    bar.style.width = `${km / kmPerPx}px`;
    bar.textContent = `${km.toLocaleString(document.documentElement.lang)} ${content.km}`;
  }

  function nearest([px, py]) {
    let best = null;
    let distance = NEAR_PX;
    for (const point of points) {
      if (hidden.has(point.layer)) continue;
      const [x, y] = place(point);
      const away = Math.hypot(x - px, y - py);
      if (away <= distance) [best, distance] = [point, away];
    }
    if (best) return best;
    distance = NEAR_PX / 2;
    for (const link of content.links) {
      if (hidden.has(link.layer)) continue;
      const drawn = link.xy.map(screen);
      for (let i = 1; i < drawn.length; i += 1) {
        const away = toSegment([px, py], drawn[i - 1], drawn[i]);
        if (away <= distance) [best, distance] = [link, away];
      }
    }
    return best;
  }

  function toSegment([px, py], [ax, ay], [bx, by]) {
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length ? Math.min(Math.max(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length, 0), 1) : 0;
    return Math.hypot(ax + t * (bx - ax) - px, ay + t * (by - ay) - py);
  }

  function choose(thing) {
    chosen = thing;
    card.hidden = !thing;
    if (thing) {
      card.querySelector("h2").textContent = thing.card.title;
      card.querySelector("p").textContent = thing.card.text;
      const list = card.querySelector("dl");
      list.replaceChildren(
        ...thing.card.pairs.flatMap(([label, text]) => {
          const [term, description] = [document.createElement("dt"), document.createElement("dd")];
          term.textContent = label;
          description.textContent = text;
          return [term, description];
        }),
      );
      card.scrollTop = 0;
    }
    draw();
  }

  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const fingers = new Map();
  let travelled = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    travelled = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      canvas.style.cursor = nearest(at(event)) ? "pointer" : "grab";
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
    if (fingers.size === 1 && travelled < 4) choose(nearest(at(event)));
    fingers.delete(event.pointerId);
  });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoom(Math.exp(-Math.sign(event.deltaY) * 0.25), at(event));
    },
    { passive: false },
  );
  const middle = () => size().map((length) => length / 2);
  canvas.addEventListener("keydown", (event) => {
    const acts = {
      ArrowLeft: () => move(60, 0),
      ArrowRight: () => move(-60, 0),
      ArrowUp: () => move(0, 60),
      ArrowDown: () => move(0, -60),
      "+": () => zoom(1.4, middle()),
      "-": () => zoom(1 / 1.4, middle()),
      0: showWhole,
      Escape: () => choose(null),
    };
    if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  document.getElementById("in").addEventListener("click", () => zoom(1.6, middle()));
  document.getElementById("out").addEventListener("click", () => zoom(1 / 1.6, middle()));
  document.getElementById("whole").addEventListener("click", showWhole);
  document.getElementById("close").addEventListener("click", () => choose(null));

  const panel = document.getElementById("panel");
  panel.addEventListener("submit", (event) => event.preventDefault());
  for (const box of panel.querySelectorAll("[data-layer]")) {
    box.checked = true;
    box.addEventListener("change", () => {
      hidden[box.checked ? "delete" : "add"](box.dataset.layer);
      if (chosen && hidden.has(chosen.layer)) choose(null);
      draw();
    });
  }

  // Offices by name and id, so that two of one name can both be found.
  const named = new Map(content.offices.map((office) => [`${office.card.title} (${office.card.pairs[0][1]})`, office]));
  document.getElementById("names").append(
    ...[...named.keys()].map((name) => Object.assign(document.createElement("option"), { value: name })),
  );
  const find = document.getElementById("find");
  find.addEventListener("change", () => {
    const wanted = find.value.toLowerCase();
    const found = named.get(find.value) || [...named].find(([name]) => name.toLowerCase().includes(wanted))?.[1];
    if (!wanted || !found) return;
    const box = [...panel.querySelectorAll("[data-layer]")].find(({ dataset }) => dataset.layer === found.layer);
    if (box && !box.checked) box.click();
    const [width, height] = size();
    view = { ...view, x: found.xy[0] - width / 2 / view.scale, y: found.xy[1] - height / 2 / view.scale };
    choose(found);
  });

  new ResizeObserver(draw).observe(canvas);
  showWhole();
})();
