// What the views of live pictures share: it stands before each view's own script, in one module with it.
const RETRY_MS = 1000, LENGTH_BYTES = 4;
const LOST = "The program does not answer. It may have been closed; this page tries again by itself.";
const ANEW = "The program was started anew. Reload this page.";

// A rerun of the page calls a view again: the one that stands goes on, unless the program was started anew.
function standing(root, data, begin) {
  if (root.view && root.view.token !== data.token) root.view.leave();
  if (!root.view) root.view = begin(root, data);
  return root.view;
}

// Takes messages from the socket, shows the picture of each, hands on what it tells, says so, and gets the next.
// `take(told, pictured)` gets each message, `lost(told)` one that says that the program does not answer.
function feed(root, { path, token }, { take, lost }) {
  const picture = root.querySelector(".picture"), image = picture.querySelector("img"), decoder = new TextDecoder();
  let socket = null, left = false, shown = 0, url = null;

  function connect() {
    if (left) return;
    let opened = false;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}${path}?token=${encodeURIComponent(token)}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (message) => unpack(message.data);
    socket.onopen = () => { opened = true; };
    socket.onclose = async () => {
      const problem = !left && !opened && await answers() ? ANEW : LOST;
      if (left) return;
      lost({ phase: "problem", problem, guide: null });
      setTimeout(connect, RETRY_MS);
    };
  }

  // A browser does not say why a socket was not opened. A server that answers has refused it: its token is another.
  function answers() {
    return fetch("/_stcore/health", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  }

  async function unpack(buffer) {
    const length = new DataView(buffer).getUint32(0), end = LENGTH_BYTES + length;
    const told = JSON.parse(decoder.decode(new Uint8Array(buffer, LENGTH_BYTES, length)));
    const pictured = buffer.byteLength > end;
    if (pictured) {
      await show(new Blob([new Uint8Array(buffer, end)], { type: "image/jpeg" }));
      if (left) { URL.revokeObjectURL(url); return; }  // The page was left while the picture was being decoded.
      root.dataset.shown = ++shown;
    }
    take(told, pictured);
    say("shown");
  }

  async function show(blob) {
    const next = URL.createObjectURL(blob);
    image.src = next;
    await image.decode().catch(() => {});
    if (url) URL.revokeObjectURL(url);
    url = next;
    if (image.naturalWidth) picture.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
  }

  function say(words) {
    if (socket.readyState === WebSocket.OPEN) socket.send(words);
  }

  connect();
  return {
    token, say,
    leave() { left = true; if (socket) socket.close(); if (url) URL.revokeObjectURL(url); root.view = null; },
  };
}

// Shows the picture, or why there is none; `words` by phase.
function state(root, told, words) {
  root.dataset.phase = told.phase;
  root.querySelector(".picture").classList.toggle("shows", told.phase === "watching");
  set(root.querySelector(".empty p"), told.problem || words[told.phase] || "");
  if (root.isConnected) root.classList.toggle("dark", isDark(root));  // What is off the page has no colour.
}

// Only what has changed is touched, so that a screen reader says it once; a command in backticks is shown as code.
function set(element, text) {
  const words = String(text);
  if (element.words === words) return;
  element.words = words;
  element.replaceChildren(...words.split(/`([^`\n]+)`/).map((part, k) => k % 2 ? coded(part) : part));
}

function coded(text) {
  const code = document.createElement("code");
  code.textContent = text;
  return code;
}

function isDark(root) {
  const [r, g, b] = getComputedStyle(root).color.match(/\d+(\.\d+)?/g).map(Number);
  return r + g + b > 384;
}

