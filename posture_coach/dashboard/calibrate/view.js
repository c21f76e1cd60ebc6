// The calibration's view: what to do, in large letters, beside the picture.
const RING = 339.3, HOLDING_S = 10, STEP = 1, FAR_STEP = 5, ENDED = ["done", "failed"];
const EMPTY = { starting: "Starting the camera …", paused: "The camera is off. Begin turns it on." };

export default function (component) {
  const root = component.parentElement.querySelector(".calibrate"), view = standing(root, component.data, begin);
  root.page = component;
  view.marking(component.data.marking);
  return view.leave;
}

function begin(root, data) {
  const at = (name) => root.querySelector(name), mark = root.marker ??= marker(root, at);
  let before = null;

  function take(told, pictured) {
    if (pictured) mark.place();
    tell(told);
  }

  function tell(told) {
    if (!root.view || !root.isConnected) return;  // the page shows the result by now
    const guide = told.guide, phase = guide ? guide.phase : "none";
    state(root, told, EMPTY);
    root.dataset.guide = phase;
    root.classList.toggle("problem", Boolean(guide && (guide.problem || phase === "failed")));
    if (guide) lead(guide); else if (told.phase === "watching" && told.person !== undefined) ready(told);
    // Streamlit's part of the page changes where a calibration begins or ends.
    const running = guide !== null && !ENDED.includes(phase);
    if (before !== null && running !== before && root.page) root.page.setTriggerValue(running ? "began" : "ended", Date.now());
    before = running;
  }

  function lead(guide) {
    const holding = guide.phase === "holding";
    set(at(".title"), guide.title);
    set(at(".words"), holding ? "Stay like this" : guide.words);
    set(at(".seconds"), holding ? Math.ceil(guide.left_s) : "");
    set(at(".note"), guide.note);
    at(".ring .done").style.strokeDashoffset = RING * (holding ? guide.left_s / HOLDING_S : 1);
    at(".bar i").style.width = `${100 * guide.share}%`;
    at(".bar").setAttribute("aria-valuenow", Math.round(100 * guide.share));
    [...at(".steps").children].forEach((step, number) => {
      step.classList.toggle("over", number + 1 < guide.number || guide.phase === "done");
      step.classList.toggle("now", number + 1 === guide.number && !ENDED.includes(guide.phase));
    });
  }

  // Before it begins: whether it could.
  function ready(told) {
    set(at(".title"), told.person ? "You are in view" : "Nobody is in view");
    set(at(".words"), told.person ? told.view : "");
    set(at(".note"), told.notes.join(" "));
  }

  return { ...feed(root, data, { take, lost: tell }), marking: mark.on };
}

// Two points along something upright, by mouse, finger or keyboard; told in shares of the picture.
function marker(root, at) {
  const mark = at(".mark"), image = at("img");
  let points = [], cursor = [50, 50], wanted = false;

  function place() {
    const box = image.getBoundingClientRect(), outer = at(".picture").getBoundingClientRect();
    const scale = Math.min(box.width / (image.naturalWidth || 1), box.height / (image.naturalHeight || 1));
    const width = scale * image.naturalWidth, height = scale * image.naturalHeight;
    Object.assign(mark.style, {
      left: `${box.left - outer.left + (box.width - width) / 2}px`, top: `${box.top - outer.top + (box.height - height) / 2}px`,
      width: `${width}px`, height: `${height}px`,
    });
  }

  function on(marking) {
    wanted = marking;
    mark.toggleAttribute("hidden", !marking);
    mark.style.display = marking ? "block" : "none";
    mark.setAttribute("tabindex", marking ? "0" : "-1");
    if (marking) { place(); draw(); }
  }

  function add(point) {
    points = points.length === 2 ? [point] : [...points, point];
    draw();
    if (root.page) root.page.setStateValue("vertical", points.length === 2 ? points.flat().map((v) => v / 100) : null);
  }

  function draw() {
    const focused = mark.matches(":focus-visible"), [x, y] = cursor;
    at(".cross").setAttribute("d", focused ? `M${x} 0V100M0 ${y}H100` : "");
    at(".points").setAttribute("d", points.map(([px, py]) => `M${px} ${py}h.01`).join(""));
    at(".line").setAttribute("d", points.length === 2 ? `M${points[0]}L${points[1]}` : "");
  }

  mark.addEventListener("pointerdown", (event) => {
    const box = mark.getBoundingClientRect();
    add([100 * (event.clientX - box.left) / box.width, 100 * (event.clientY - box.top) / box.height]);
  });
  mark.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? FAR_STEP : STEP;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (move) cursor = cursor.map((value, axis) => Math.min(Math.max(value + move[axis], 0), 100));
    else if (event.key === "Enter" || event.key === " ") add([...cursor]);
    else if (event.key === "Escape") { points = []; if (root.page) root.page.setStateValue("vertical", null); }
    else return;
    event.preventDefault();
    draw();
  });
  for (const name of ["focus", "blur"]) mark.addEventListener(name, draw);
  addEventListener("resize", () => { if (wanted) place(); });
  return { on, place: () => { if (wanted) place(); } };
}
