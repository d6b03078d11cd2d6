// The world's page: asks for the world twice a second and shows what has changed. All texts are
// strangers': they become text nodes, never HTML.

const at = (id) => document.getElementById(id);
const chosen = { thread: null, ticket: null, mail: undefined };
let world = null;
let tag = "";
let awaited = null; // the thread of a message that was sent just now

function h(name, props, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((one) => one || one === 0));
  return node;
}

async function tell(path, body = {}) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.detail ?? `HTTP ${answer.status}`);
  look();
  return said;
}

/** Nodes by key: one is built anew only if what it shows has changed, so focus and scroll stay. */
function sync(parent, items, key_of, build) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const is_first = !parent.dataset.shown;
  parent.dataset.shown = "yes";
  items.forEach((item, place) => {
    const key = String(key_of(item));
    const shown = JSON.stringify(item);
    let node = known.get(key);
    if (!node || node.shown !== shown) {
      const fresh = build(item);
      fresh.dataset.key = key;
      fresh.shown = shown;
      if (!node && !is_first) fresh.firstElementChild?.classList.add("is-fresh");
      const has_focus = node?.contains(document.activeElement);
      if (node) node.replaceWith(fresh);
      if (has_focus) (fresh.querySelector("button") ?? fresh).focus();
      node = fresh;
    }
    known.delete(key);
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
  known.forEach((node) => node.remove());
}

const entities = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function link(url, label) {
  if (!/^https?:\/\//.test(url)) return label;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** A box whose newest is at its end follows it, unless somebody has scrolled up to read. */
function follow(box, key, fill) {
  const is_at_end = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
  fill();
  if (box.of !== key || is_at_end) box.scrollTop = box.scrollHeight;
  box.of = key;
}

/** Slack's markup, each kind with what becomes of it. */
const markup = [
  [/<@(\w+)>/, (id) => h("span", { class: "mention" }, `@${world.names[id] ?? id}`)],
  [/<(https?:[^|>]+)\|([^>]*)>/, (url, label) => link(entities(url), entities(label))],
  [/<(https?:[^>]+)>/, (url) => link(entities(url), entities(url))],
  [/\*([^*\n]+)\*/, (text) => h("strong", {}, mrkdwn(text))],
  [/`([^`\n]+)`/, (text) => h("code", {}, entities(text))],
  [/\b_([^_\n]+)_\b/, (text) => h("em", {}, entities(text))],
  [/(https?:\/\/[^\s<>|]+)/, (url) => link(entities(url), entities(url))],
];
const any_markup = new RegExp(markup.map(([pattern]) => pattern.source).join("|"), "g");

/** Slack's text as nodes: links, mentions, bold, code. */
function mrkdwn(text) {
  const out = [];
  let last = 0;
  for (const found of text.matchAll(any_markup)) {
    const [whole] = found;
    out.push(entities(text.slice(last, found.index)));
    const [pattern, build] = markup.find(([one]) => one.exec(whole)?.[0] === whole);
    out.push(build(...pattern.exec(whole).slice(1)));
    last = found.index + whole.length;
  }
  out.push(entities(text.slice(last)));
  return out;
}

/** The text of HTML with its line ends. Never parsed as HTML: what is in it is a stranger's. */
function text_of(html) {
  const lines = html.replace(/<br\s*\/?>|<\/(p|div|li)>/gi, "\n").replace(/<[^>]*>/g, "");
  const plain = lines.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&nbsp;", " ");
  return entities(plain).trim().replace(/\n{2,}/g, "\n");
}

// Words, as not every machine has the pictures.
const emoji = { white_check_mark: "✓ solved", hourglass_flowing_sand: "waiting for Zendesk" };
const marks_of = (one) => one.reactions.map((name) => emoji[name] ?? `:${name}:`).join(" ");
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

function first_line(text) {
  const [line] = text.split("\n");
  const plain = line.replace(/<[^>|]*\|([^>]*)>/g, "$1").replace(/[*`]|<[^>]*>/g, "");
  return entities(plain).trim();
}

function message(one) {
  return h("div", { class: `said${one.is_bot ? " is-bot" : ""}` },
    h("p", { class: "who" }, one.who),
    h("p", { class: "words" }, mrkdwn(one.text)),
    one.reactions.length > 0 && h("p", { class: "marks" }, marks_of(one)));
}

/** A row of a list that opens something. */
function row(is_on, open, subject, mark, by) {
  return h("li", {},
    h("button", { type: "button", "aria-pressed": String(is_on), onclick: open },
      h("span", { class: "subject" }, subject), mark, h("span", { class: "by" }, by)));
}

function ticket_for(thread) {
  return world.tickets.find((one) => one.thread === thread) ?? null;
}

function choose(thread, ticket) {
  chosen.thread = thread;
  chosen.ticket = ticket;
  show();
}

function show_threads() {
  const shown = [...world.threads].reverse()
    .map((one) => ({ ...one, is_on: one.ts === chosen.thread }));
  sync(at("threads"), shown, (one) => one.ts, (one) => row(one.is_on,
    () => choose(one.ts, ticket_for(one.ts)?.id ?? null),
    first_line(one.text),
    h("span", { class: "marks" }, marks_of(one)),
    `${one.who} · ${plural(one.replies.length + one.left_out, "reply", "replies")}`));
  const thread = world.threads.find((one) => one.ts === chosen.thread);
  at("reply").hidden = !thread;
  const parts = thread ? [thread, ...thread.replies] : [];
  const box = at("thread");
  follow(box, chosen.thread, () => sync(box, parts, (one) => one.ts, message));
}

const over = (status) => status === "solved" || status === "closed";

function status_mark(ticket) {
  return h("span", { class: `mark${over(ticket.status) ? " is-over" : ""}` }, ticket.status);
}

function comment(one) {
  const from = { api: "through Deskwire", email: "by mail" }[one.via] ?? "";
  const note = one.is_public ? from : `private note${from ? `, ${from}` : ""}`;
  return h("div", { class: `said${one.is_public ? "" : " is-note"}` },
    h("p", { class: "who" }, one.who, note && h("small", {}, note)),
    h("p", { class: "words" }, text_of(one.html)));
}

function ticket_head(ticket) {
  const priority = `mark${ticket.priority === "urgent" ? " is-high" : ""}`;
  const href = `${world.board}/tickets/${ticket.board}`;
  return h("div", { class: "open-head" },
    h("strong", {}, `#${ticket.id} ${ticket.subject}`),
    status_mark(ticket),
    ticket.priority && h("span", { class: priority }, ticket.priority),
    ticket.board > 0 && h("a", { href, target: "_blank", rel: "noopener" }, "on the board"));
}

/** What of a ticket its row shows: it is built anew when that has changed. */
function ticket_row({ id, subject, status, requester, via, comments }) {
  const way = via === "email" ? "by mail" : "from Slack";
  const by = `${requester} · ${way} · ${plural(comments.length, "comment", "comments")}`;
  return { id, subject, status, by, is_on: id === chosen.ticket };
}

function show_tickets() {
  sync(at("tickets"), world.tickets.map(ticket_row), (one) => one.id, (one) => row(one.is_on,
    () => choose(world.tickets.find((all) => all.id === one.id)?.thread || null, one.id),
    `#${one.id} ${one.subject}`, status_mark(one), one.by));
  const ticket = world.tickets.find((one) => one.id === chosen.ticket) ?? null;
  const box = at("ticket");
  at("answer").hidden = !ticket;
  at("solve").textContent = ticket && over(ticket.status) ? "Open again" : "Solve";
  if (!ticket && chosen.thread) {
    box.replaceChildren(h("p", { class: "empty" }, world.troubles.desk_down
      ? "Zendesk is down. The ticket will be here when it is back."
      : "The ticket is on its way."));
    return;
  }
  const head = ticket && { ...ticket, comments: undefined, is_head: true };
  const parts = ticket ? [head, ...ticket.comments] : [];
  follow(box, chosen.ticket, () => sync(box, parts,
    (one) => `${one.is_head ? "head" : ""}${one.id}`,
    (one) => (one.is_head ? ticket_head(one) : comment(one))));
}

function talk(one) {
  return h("li", { class: "said" },
    h("p", { class: "who" }, one.who),
    h("p", { class: "words" }, one.asked),
    h("p", { class: "who" }, one.is_refused ? "Teams" : "Deskwire"),
    h("p", { class: `words${one.is_refused ? " bad" : ""}` }, text_of(one.answer)));
}

function show_talks() {
  sync(at("talks"), world.teams, (one) => one.at + one.asked, talk);
  sync(at("updates"), world.updates, (one) => one.ts, (one) => h("li", {}, message(one)));
}

function mail_of(one) {
  const alt = "Tickets by the hour over the last seven days, with what was expected";
  const pictures = Array.from({ length: one.pictures }, (_, i) =>
    h("img", { src: `/mails/${one.id}/${i}`, alt }));
  return h("div", {}, h("p", { class: "who" }, one.subject), pictures,
    h("p", { class: "words" }, one.text.trim()));
}

function show_mails() {
  const shown = world.mails.map((one) => ({ ...one, is_on: one.id === chosen.mail }));
  const open = (one) => {
    chosen.mail = one.is_on ? null : one.id;
    show();
  };
  sync(at("mails"), shown, (one) => one.id, (one) => row(one.is_on, () => open(one), one.subject,
    h("span", { class: "marks" }, one.pictures > 0 ? "with a picture" : ""), `to ${one.to}`));
  const mail = world.mails.find((one) => one.id === chosen.mail);
  sync(at("mail"), mail ? [mail] : [], (one) => one.id, mail_of);
}

const rows = [
  ["tickets", "Slack messages → tickets"],
  ["comments", "Slack replies → comments"],
  ["answers", "Agents’ answers → Slack"],
  ["mirrors", "Customers’ mails → Slack threads"],
  ["incidents", "Answers to an incident → its threads"],
];

function show_books() {
  const books = world.books;
  const sum = (key) => rows.reduce((all, [name]) => all + books[name][key], 0);
  const [arrived, waiting, doubled] = [sum("arrived"), sum("waiting"), sum("doubled")];
  const is_bad = doubled > 0 || books.leaked > 0;
  const verdict = at("verdict");
  verdict.classList.toggle("is-bad", is_bad);
  verdict.classList.toggle("is-waiting", !is_bad && waiting > 0);
  if (is_bad) {
    verdict.textContent = `${doubled} arrived twice, ${books.leaked} private notes in Slack.`;
  } else if (waiting > 0) {
    verdict.textContent = `${arrived} arrived exactly once, ${waiting} on the way.`;
  } else {
    verdict.textContent = `All ${arrived} messages arrived exactly once.`;
  }
  const number = (value, mark) => h("td", { class: value > 0 ? mark : "" }, String(value));
  const lines = rows.map(([name, title]) => ({ name, title, ...books[name] }));
  sync(at("books"), lines, (one) => one.name, (one) => h("tr", {},
    h("th", { scope: "row" }, one.title),
    number(one.said, ""),
    number(one.arrived, ""),
    number(one.waiting, "is-waiting"),
    number(one.doubled, "is-bad")));
}

function show_top() {
  const { minute, speed, is_over, has_outage } = world.day;
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  at("clock").textContent = is_over ? "The day is over" : time;
  at("again").hidden = !is_over;
  at("outage").hidden = has_outage;
  at("incidents").hidden = !has_outage;
  at("speeds").hidden = is_over;
  for (const button of at("speeds").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
  }
  at("daemon-dot").classList.toggle("is-down", !world.is_ready);
  at("daemon").textContent = world.is_ready ? "Deskwire is running" : "Deskwire is starting again";
  at("kills").textContent = world.kills > 0 ? `killed ${plural(world.kills, "time", "times")}` : "";
  at("board").href = world.board;
  for (const one of document.querySelectorAll("[data-board]")) {
    one.href = world.board + one.dataset.board;
  }
  for (const box of document.querySelectorAll("[data-trouble]")) {
    box.checked = world.troubles[box.dataset.trouble];
  }
}

function show() {
  if (!world) return;
  if (awaited && world.threads.some((one) => one.ts === awaited)) {
    chosen.thread = awaited;
    chosen.ticket = null;
    awaited = null;
  }
  // The hour that is out of line lies open, with its picture, when a visitor comes.
  if (chosen.mail === undefined) chosen.mail = world.mails.find((one) => one.pictures > 0)?.id;
  if (!chosen.thread && !chosen.ticket) chosen.thread = world.threads.at(-1)?.ts ?? null;
  if (chosen.thread) chosen.ticket = ticket_for(chosen.thread)?.id ?? chosen.ticket;
  show_top();
  show_books();
  show_threads();
  show_tickets();
  show_talks();
  show_mails();
}

let is_looking = false;
async function look() {
  if (is_looking) return;
  is_looking = true;
  try {
    const answer = await fetch(`/world?seen=${tag}`);
    if (answer.status === 200) {
      world = await answer.json();
      tag = answer.headers.get("x-world") ?? "";
      show();
    }
  } catch {
    at("daemon-dot").classList.add("is-down");
    at("daemon").textContent = "The demo has ended";
  } finally {
    is_looking = false;
  }
}

/** A form whose text is sent by `send`, and emptied if that went well. Enter sends. */
function composer(form, send, is_kept = false) {
  const field = form.querySelector("textarea");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    try {
      await send(text);
      if (!is_kept) field.value = "";
      field.setCustomValidity("");
    } catch (failed) {
      field.setCustomValidity(failed.message);
      field.reportValidity();
    }
  });
  field.addEventListener("input", () => field.setCustomValidity(""));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || is_kept) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

composer(at("say"), async (text) => {
  awaited = (await tell("/say", { text })).ts;
  show();
});
composer(at("reply"), (text) => tell("/say", { text, thread: chosen.thread }));
composer(at("answer"), (text) =>
  tell("/answer", { ticket: chosen.ticket, text, is_public: !at("is-note").checked }));
composer(at("teams"), (text) => tell("/teams", { text }), true);

at("solve").addEventListener("click", () => {
  const ticket = world.tickets.find((one) => one.id === chosen.ticket);
  const status = ticket && over(ticket.status) ? "open" : "solved";
  if (ticket) tell("/status", { ticket: ticket.id, status });
});
at("kill").addEventListener("click", () => tell("/kill"));
at("outage").addEventListener("click", () => tell("/outage"));
at("again").addEventListener("click", () => tell("/again"));
at("speeds").addEventListener("click", (event) => {
  const { speed } = event.target.dataset;
  if (speed) tell("/speed", { speed: Number(speed) });
});
for (const box of document.querySelectorAll("[data-trouble]")) {
  box.addEventListener("change", () => tell("/troubles", { [box.dataset.trouble]: box.checked }));
}
at("notices").addEventListener("click", async () => {
  at("notices").disabled = true;
  const said = await tell("/notices").catch((failed) => ({ told: failed.message }));
  at("notices-told").textContent = said.told;
  at("notices").disabled = false;
});

look();
setInterval(() => document.hidden || look(), 500);
