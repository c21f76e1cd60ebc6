// The live view: what was found in each picture, beside it.
const STRIP_S = 120;
// Numbers that change with every picture cannot be read.
const PANEL_S = 0.5;
const EMPTY = { starting: "Starting the camera …", paused: "Paused. The camera is off. Press Start to go on." };
const UNSEEN = {
  score: { value: null, word: "no score", grade: "none" }, notes: [], measures: [],
  lately: { score: null, why: [], line: "" },
};

export default function ({ data, parentElement }) {
  return standing(parentElement.querySelector(".live"), data, begin).leave;
}

function begin(root, data) {
  const at = (name) => root.querySelector(name), latencies = [];
  let history = [], panel_s = null;

  function take(told, pictured) {
    if (pictured) {
      root.dataset.analysed = told.analysed;
      latencies.push(Date.now() - told.at_ms);
      if (latencies.length > 600) latencies.shift();
      root.latencies = latencies;
      company(told.people);
      if (panel_s === null || Math.abs(told.time_s - panel_s) >= PANEL_S) facts(told);
      strip([...history, [told.time_s, told.score.value]], told.time_s);
    }
    if (told.history) history = told.history;
    own(told.own_targets);
    tell(told);
  }

  function tell(told) {
    state(root, told, EMPTY);
    at(".phase").textContent = told.phase === "problem" ? "no picture" : told.phase;
    // What was seen last need not be so any more.
    if (told.phase !== "watching") facts(UNSEEN), company([]);
    if (told.phase === "paused") strip([], 0);
    set(at(".kept"), told.phase === "watching" ? told.kept : "");
  }

  function facts(told) {
    const score = told.score;
    panel_s = told.time_s ?? null;
    at(".score").dataset.grade = score.grade;
    at(".number").textContent = score.value === null ? "–" : score.value;
    at(".word").textContent = score.word;
    at(".doing").textContent = told.person === false ? "nobody in view" : [told.activity, told.view].filter(Boolean).join(", ");
    at(".words").textContent = told.person ? score.words : "";
    lately(told.lately);
    const notes = told.neutral ? [told.neutral, ...told.notes] : told.notes;
    fill(at(".notes"), notes, (note) => [line("div", "", note)]);
    fill(at(".measures"), told.measures.filter((m) => m.value !== null), measured);
    const lacking = told.measures.filter((m) => m.value === null);
    at(".lacking").hidden = !lacking.length;
    at(".lacking summary").textContent = `Not measured (${lacking.length})`;
    fill(at(".lacking ul"), lacking, (m) => [line("span", "", `${m.title}: ${m.reason}`)]);
  }

  function strip(scores, now) {
    history = scores.filter(([time]) => now - STRIP_S <= time && time <= now);
    draw(at("canvas"), history, now, root);
  }

  // Quiet, but there: scores held against other targets do not compare, so the strip begins anew with them.
  function own(words) {
    const line = at(".own");
    if (line.textContent === words) return;
    if (Number(root.dataset.shown)) history = [];
    line.textContent = words;
    line.hidden = !words;
  }

  // Quiet: the last minutes' score, why on a click, and what goes on in one line.
  function lately({ score, words, why, line: goesOn }) {
    at(".lately").hidden = score === null;
    const summary = score === null ? "" : `${score} ${words}`;
    if (at(".lately summary").textContent !== summary) at(".lately summary").textContent = summary;
    at(".lately").title = why.join("\n");
    fill(at(".lately ul"), why, (cause) => [line("span", "", cause)]);
    at(".goes-on").hidden = !goesOn;
    if (at(".goes-on").textContent !== goesOn) at(".goes-on").textContent = goesOn;
  }

  // Boxes over the picture for those who click, a button for each person for those who do not.
  function company(people) {
    const boxes = at(".people"), choice = at(".choice");
    at(".picture").classList.toggle("several", people.length > 0);
    choice.hidden = !people.length;
    resize(boxes, people.length, () => line("div", "", ""));
    resize(choice, people.length && people.length + 1, (k) => button(k, () => pictures.say(String(k))));
    people.forEach(({ box: [left, top, right, bottom], measured }, k) => {
      const style = boxes.children[k].style;
      style.left = percent(left);
      style.top = percent(top);
      style.width = percent(right - left);
      style.height = percent(bottom - top);
      boxes.children[k].classList.toggle("measured", measured);
      choice.children[k + 1].textContent = place(k, people.length);
      choice.children[k + 1].setAttribute("aria-pressed", measured);
    });
  }

  // Set, not added: the view may begin again on the same page.
  at(".picture").onclick = (event) => {
    if (!at(".picture").classList.contains("several")) return;
    const seen = at("img").getBoundingClientRect();
    pictures.say(JSON.stringify([(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height]));
  };

  const pictures = feed(root, data, { take, lost: tell });
  return pictures;
}

const percent = (share) => `${100 * share}%`;

function place(k, count) {
  if (k === 0) return "Left person";
  if (k === count - 1) return "Right person";
  return count === 3 ? "Middle person" : `Person ${k + 1} from the left`;
}

function button(k, choose) {
  const made = line("button", "", "");
  made.type = "button";
  made.addEventListener("click", choose);
  return made;
}

// Elements that stand keep the focus of the keyboard.
function resize(parent, count, make) {
  while (parent.children.length > Math.max(count, parent.querySelectorAll("span").length)) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make(parent.children.length));
}

function measured(m) {
  const value = line("div", "value", m.text);
  if (m.err) value.append(" ", line("span", "err", m.err));
  value.dataset.measure = m.name;
  const grade = line("div", `grade ${m.grade}`, m.grade === "none" ? "" : m.grade);
  if (m.perhaps) grade.append(" ", line("small", "", m.perhaps));
  const band = m.band || (m.unscored && `not scored: ${m.unscored}`);
  return [line("div", "", m.title), value, line("div", "band", band), grade];
}

function line(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  set(element, text);
  return element;
}

// Only what has changed is touched, so that a screen reader and a selection are left in peace.
function fill(list, items, parts) {
  const wanted = JSON.stringify(items);
  if (list.wanted === wanted) return;
  list.wanted = wanted;
  list.replaceChildren(...items.map((item) => {
    const entry = document.createElement("li");
    entry.append(...parts(item));
    return entry;
  }));
}

function draw(canvas, history, now, root) {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d"), style = getComputedStyle(root);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const x = (t) => width * (1 - (now - t) / STRIP_S), y = (score) => height - 6 - (height - 12) * score / 100;
  pen.strokeStyle = style.getPropertyValue("--st-border-color") || "rgba(128,128,128,.3)";
  pen.lineWidth = 1;
  for (const score of [0, 50, 100]) { pen.beginPath(); pen.moveTo(0, y(score)); pen.lineTo(width, y(score)); pen.stroke(); }
  pen.fillStyle = style.color;
  pen.font = `12px ${style.fontFamily}`;
  for (const [score, down] of [[100, 13], [0, -4]]) pen.fillText(score, 6, y(score) + down);
  pen.strokeStyle = style.getPropertyValue("--st-primary-color") || "#2a7f78";
  pen.lineWidth = 2;
  pen.beginPath();
  let pressed = false;
  for (const [t, score] of history) {
    if (score === null) { pressed = false; continue; }
    if (pressed) pen.lineTo(x(t), y(score)); else pen.moveTo(x(t), y(score));
    pressed = true;
  }
  pen.stroke();
}
