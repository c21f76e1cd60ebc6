// The drop zone: sends each file, one after the other, straight to the program's own route as it is read from the disk.
const PERCENT = 100;

export default function (component) {
  const root = component.parentElement.querySelector(".drop");
  // A rerun of the page calls this again: what is on its way goes on, with the newest options for what comes.
  root.page = component;
  root.told = component.data;
  if (!root.begun) begin(root);
  return () => { root.page = null; };
}

function begin(root) {
  root.begun = true;
  const zone = root.querySelector(".zone"), input = root.querySelector("input");
  const waiting = [];
  let busy = false;

  function take(files) {
    [...files].forEach((file, number) => waiting.push({ file, first: number === 0, row: row(root, file.name) }));
    next();
  }

  function next() {
    if (busy || !waiting.length) return;
    busy = true;
    send(root, waiting.shift(), () => { busy = false; next(); });
  }

  input.onchange = () => { take(input.files); input.value = ""; };
  let inside = 0;
  zone.ondragenter = (event) => { event.preventDefault(); inside += 1; zone.classList.add("over"); };
  zone.ondragover = (event) => event.preventDefault();
  zone.ondragleave = () => { inside -= 1; if (inside <= 0) zone.classList.remove("over"); };
  zone.ondrop = (event) => {
    event.preventDefault();
    inside = 0;
    zone.classList.remove("over");
    take(event.dataTransfer.files);
  };
}

function send(root, { file, first, row }, done) {
  if (row.cancelled) return done();
  const { path, token, options, most_bytes, too_large } = root.told;
  const fail = (words) => { row.fail(words); done(); };
  if (file.size > most_bytes) return fail(too_large);
  const request = new XMLHttpRequest();
  request.open("POST", `${path}?token=${encodeURIComponent(token)}&name=${encodeURIComponent(file.name)}&${options}`);
  request.upload.onprogress = (event) => row.show(event.loaded / Math.max(event.total, 1));
  request.onload = () => {
    if (request.status !== 200) return fail(request.responseText || "The program did not take it. Drop it again.");
    row.remove();
    if (root.page) root.page.setTriggerValue("taken", { id: JSON.parse(request.responseText).id, first });
    done();
  };
  request.onerror = () => fail("It could not be read or sent. Is it a file, and is the program still running?");
  request.onabort = () => { row.remove(); done(); };
  row.cancel = () => request.abort();
  request.send(file);
}

function row(root, name) {
  const list = root.querySelector(".uploads"), entry = document.createElement("li");
  const title = element("span", "name", name), bar = document.createElement("progress");
  const button = element("button", "", "Cancel");
  bar.max = PERCENT;
  bar.value = 0;
  bar.setAttribute("aria-label", `Taking in ${name}`);
  button.setAttribute("aria-label", `Cancel ${name}`);
  entry.append(title, bar, button);
  list.append(entry);
  const state = {
    cancelled: false,
    cancel: () => entry.remove(),
    remove: () => entry.remove(),
    show: (share) => { bar.value = Math.round(PERCENT * share); },
    fail(words) {
      bar.remove();
      button.textContent = "Dismiss";
      button.setAttribute("aria-label", `Dismiss ${name}`);
      state.cancel = () => entry.remove();
      entry.append(element("span", "trouble", words));
    },
  };
  button.onclick = () => { state.cancelled = true; state.cancel(); };
  return state;
}

function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
