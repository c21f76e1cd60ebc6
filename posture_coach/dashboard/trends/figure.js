// What stands below a chart: its picture and its table as files, made here in the browser, and the table to be read.
const MARGIN = 24, TITLE_PX = 20, WORDS_PX = 14, LINE = 1.45, SHARPER = 2;
const SVG = "http://www.w3.org/2000/svg";

export default function (component) {
  const root = component.parentElement.querySelector(".tools"), told = component.data;
  const says = root.querySelector(".told"), on = (name, does) => { root.querySelector(name).onclick = does; };
  fill(root.querySelector("table"), told);
  for (const name of [".png", ".svg"]) root.querySelector(name).hidden = !told.drawn;
  on(".csv", () => save(new Blob(["\ufeff", told.csv], { type: "text/csv" }), `${told.name}.csv`));
  const drawn = (then) => () => {
    const chart = chartOf(component.parentElement);
    says.textContent = chart ? "" : "The chart is not drawn yet. Try again in a moment.";
    if (chart) then(picture(chart, told));
  };
  on(".svg", drawn((made) => save(new Blob([made.text], { type: "image/svg+xml" }), `${told.name}.svg`)));
  on(".png", drawn(async (made) => {
    try {
      save(await pixels(made), `${told.name}.png`);
    } catch {
      says.textContent = "This browser makes no PNG of it. Take the SVG.";
    }
  }));
}

function fill(table, told) {
  const cell = (kind, text, scope) => {
    const made = document.createElement(kind);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  };
  const row = (cells) => {
    const made = document.createElement("tr");
    made.append(...cells);
    return made;
  };
  table.caption.textContent = `${told.title}: ${told.words}`;
  table.tHead.replaceChildren(row(told.heads.map((head) => cell("th", head, "col"))));
  table.tBodies[0].replaceChildren(...told.lines.map((line) => row(
    line.map((text, k) => (k ? cell("td", text) : cell("th", text, "row"))),
  )));
}

function chartOf(inside) {
  const root = inside.getRootNode(), host = root instanceof ShadowRoot ? root.host : inside;
  const figure = host.closest('[class*="st-key-trends-figure-"]');
  return figure && figure.querySelector('[data-testid="stVegaLiteChart"] svg.marks');
}

// The chart below its title and what is to be seen, as an SVG of its own.
function picture(chart, told) {
  const size = { width: chart.width.baseVal.value, height: chart.height.baseVal.value };
  const page = getComputedStyle(document.querySelector(".stApp") || document.body);
  const width = size.width + 2 * MARGIN, pen = document.createElement("canvas").getContext("2d");
  pen.font = `400 ${WORDS_PX}px ${page.fontFamily}`;
  const lines = [told.words, ...told.keys].flatMap((words) => wrapped(pen, words, width - 2 * MARGIN));
  const head = MARGIN + (TITLE_PX + lines.length * WORDS_PX) * LINE + MARGIN / 2, height = head + size.height + MARGIN;
  const made = part("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  made.append(part("rect", { width, height, fill: page.backgroundColor }));
  const write = (text, y, px, weight) => made.append(part("text", {
    x: MARGIN, y, fill: page.color, "font-family": page.fontFamily, "font-size": px, "font-weight": weight,
  }, text));
  write(told.title, MARGIN + TITLE_PX, TITLE_PX, 600);
  lines.forEach((line, k) => write(line, MARGIN + TITLE_PX * LINE + (k + 1) * WORDS_PX * LINE, WORDS_PX, 400));
  const copy = chart.cloneNode(true);
  copy.removeAttribute("style");
  // The chart's letters take the page's colour, which a file does not know.
  const inked = chart.querySelectorAll("text");
  copy.querySelectorAll("text").forEach((text, k) => text.setAttribute("fill", getComputedStyle(inked[k]).fill));
  // Another font than the page's may be wider than the room that the chart left for it.
  copy.setAttribute("overflow", "visible");
  copy.setAttribute("x", MARGIN);
  copy.setAttribute("y", head);
  made.append(copy);
  return { text: new XMLSerializer().serializeToString(made), width, height };
}

function part(kind, look, text = "") {
  const made = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(look)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

async function pixels(made) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(made.text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(made.width * SHARPER);
  canvas.height = Math.round(made.height * SHARPER);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
}

function wrapped(pen, words, width) {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (pen.measureText(longer).width > width && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
