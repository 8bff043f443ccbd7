// Everything that is shown is set as text: headlines are what others sent.
"use strict";

const main = document.getElementById("main");
const nav = document.getElementById("channels");
const state = document.getElementById("state");
let turn = 0;
const SOON = 500;
const SOME_SECONDS = 3000;
const PATIENCE = 10000;
// The page of a channel that is shown, and the one that was left last: who comes back to it finds it
// where it was.
let shownPage = null;
let leftPage = null;

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  for (const child of children.flat(2)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function say(text, kind) {
  state.textContent = text;
  state.className = "state" + (kind ? " " + kind : "");
}

async function ask(path) {
  const request = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) };
  // A token in the address of the page may not stand in that of a request.
  const response = await fetch(location.origin + path, request)
    .catch(() => { throw new Error("wirefold does not answer. It is asked again."); });
  const body = await response.json().catch(() => {
    if (response.ok) throw new Error("wirefold does not answer. It is asked again.");
    return {};
  });
  if (response.ok) return body;
  const error = new Error(response.status === 401
    ? "Your token is not, or no longer, good: reload this page and sign in."
    : body.detail || response.status + " " + response.statusText);
  error.stays = response.status < 500;
  throw error;
}

function when(text) {
  if (!text) return "never";
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  const shape = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return el("time", { datetime: text, title: text }, at.toLocaleString([], shape));
}

function count(number, one, many) {
  return number === 1 ? "1 " + one : number + " " + many;
}

function web(link) {
  return /^https?:\/\//i.test(link || "") ? link : null;
}

function tags(story) {
  return [
    story.killed ? el("span", { class: "tag killed", dir: "ltr" }, "withdrawn") : null,
    story.disputed ? el("span", { class: "tag disputed", dir: "ltr" }, "disputed") : null,
  ];
}

// What others have written, in a line of ours: it runs in its own direction.
function theirs(text) {
  return el("bdi", {}, text);
}

function listed(texts, none) {
  if (texts.length === 0) return [none];
  return texts.flatMap((text, at) => at === 0 ? [theirs(text)] : [", ", theirs(text)]);
}

const HELD = "Under embargo";

function summary(story) {
  const latest = story.latest.headline;
  const lead = story.lead.headline || latest || HELD;
  return el("article", { class: "story", "data-id": story.id, "data-at": story.delivery.split("/").pop() },
    el("h3", { dir: "auto" }, tags(story), el("a", { href: "#/story/" + story.id }, lead)),
    latest && latest !== lead
      ? el("p", { class: "latest", dir: "auto" }, el("span", { dir: "ltr" }, "Latest: "), latest) : null,
    el("p", { class: "meta" }, when(story.updated),
      " · " + count(story.items, "report", "reports") +
      " · " + count(story.publishers, "publisher", "publishers"),
      story.lead.headline && story.lead.publisher
        ? [" · first from ", theirs(story.lead.publisher)] : null));
}

async function channels(current, mine) {
  const { channels: list } = await ask("/v1/channels");
  if (mine === turn) mark(list, current);
  return list;
}

// Links that are there already stay: they may have the focus, and the line is not scrolled back.
function mark(list, current) {
  const same = (channel, at) => nav.children[at].dataset.name === channel.name &&
    nav.children[at].firstChild.textContent === channel.title;
  if (nav.children.length !== list.length || !list.every(same)) {
    nav.replaceChildren(...list.map((channel) =>
      el("a", { href: "#/channel/" + channel.name, "data-name": channel.name },
        theirs(channel.title), " ", el("span", { class: "count" }))));
  }
  list.forEach((channel, at) => {
    const link = nav.children[at];
    const number = link.querySelector(".count");
    number.textContent = channel.stories || channel.deliveries;
    number.title = channel.name === "rejected" ? "records" : "stories";
    if (channel.name !== current) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });
}

function nothing(channel) {
  return channel.name === "rejected"
    ? count(channel.deliveries, "record", "records") + " could not be read, none of them lately. Each has its reason under /v1/items/SEQ."
    : "Nothing yet. What comes is shown at once.";
}

async function showChannel(name, mine, kept) {
  const { channels: list } = await ask("/v1/channels");
  if (mine !== turn) return;
  const channel = name ? list.find((known) => known.name === name) : list[0];
  if (!channel) {
    mark(list, null);
    nowhere(name ? "There is no channel " + name + " that this token may read."
      : "There is no channel that this token may read.");
    return;
  }
  mark(list, channel.name);
  const path = "/v1/channels/" + encodeURIComponent(channel.name);
  // After a reload the page of no name may be another channel's.
  const same = kept && kept.name === channel.name && kept.title === channel.title;
  const page = same ? kept : await drawChannel(channel, path, mine);
  if (mine !== turn) return;
  document.title = channel.title + " – wirefold";
  shownPage = page;
  const all = follow(path, channel, page, mine);
  if (same) all();
}

function nowhere(text) {
  document.title = "wirefold";
  main.replaceChildren(el("p", { class: "quiet" }, text));
}

// The page of a channel: its stories, and up to which delivery it has them.
async function drawChannel(channel, path, mine) {
  const { stories, older: first, newer } = await ask(path + "/stories?limit=50");
  if (mine !== turn) return null;
  const feeds = el("p", { class: "meta" }, "As a feed: ",
    el("a", { href: channel.links.atom }, "Atom"), " · ",
    el("a", { href: channel.links.rss }, "RSS"), " · ",
    el("a", { href: channel.links.json }, "JSON"));
  const shown = el("div", {}, stories.map(summary));
  const empty = el("p", { class: "quiet" }, nothing(channel));
  empty.hidden = stories.length > 0;
  const more = el("button", { type: "button" }, "Earlier stories");
  more.hidden = !first;
  let older = first;
  more.addEventListener("click", async () => {
    more.disabled = true;
    try {
      const next = await ask(path + "/stories?limit=50&before=" + older);
      older = next.older;
      more.hidden = !older;
      for (const story of next.stories) {
        if (!find(shown, story.id)) shown.append(summary(story));
      }
    } catch (error) {
      say(error.message, "bad");
    }
    more.disabled = false;
  });
  main.replaceChildren(el("h1", { dir: "auto" }, channel.title),
    channel.name === "rejected" ? "" : feeds, empty, shown, more);
  return { address: location.hash, name: channel.name, title: channel.title, shown, empty, newer };
}

// A record that could not be read.
function refused(shown, event) {
  const id = "r" + event.item;
  if (find(shown, id)) return;
  shown.prepend(el("article", { class: "story", "data-id": id },
    el("h3", {}, theirs(event.reason)),
    event.text ? el("p", { class: "latest", dir: "auto" }, event.text.slice(0, 200)) : null,
    el("p", { class: "meta" }, when(event.received), " · from ", theirs(event.source), " · ",
      el("a", { href: "/v1/items/" + event.item }, "item " + event.item))));
}

// Of what could not be read there is no list, so that the page hears of the latest once more.
function before(id) {
  const LATELY = 10000;
  const [channel, position] = id.split("/");
  return channel + "/" + Math.max(0, position - LATELY);
}

function find(shown, id) {
  return shown.querySelector('[data-id="' + id + '"]');
}

function place(shown, story) {
  const old = find(shown, story.id);
  const focused = old && old.contains(document.activeElement);
  if (old) old.remove();
  const node = summary(story);
  node.classList.add("new");
  shown.prepend(node);
  if (focused) node.querySelector("a").focus({ preventScroll: true });
}

// Keeps the page of a channel as the channel is. Gives what does so at once.
function follow(path, channel, kept, mine) {
  const { shown, empty } = kept;
  const merged = [];
  const changed = () => { empty.hidden = shown.children.length > 0; };
  const refresh = calm(mine, SOON, async () => {
    const others = merged.slice();
    let page;
    do {
      page = await ask(path + "/stories?limit=50&after=" + kept.newer);
      if (mine !== turn) return;
      kept.newer = page.newer;
      page.stories.reverse().forEach((story) => place(shown, story));
    } while (page.stories.length >= 50);
    for (const id of merged.splice(0, others.length)) find(shown, id)?.remove();
    while (shown.children.length > 500) shown.lastChild.remove();
    changed();
  });
  const counts = calm(mine, SOME_SECONDS, async () => {
    const known = (await channels(channel.name, mine)).find((other) => other.name === channel.name);
    if (known) empty.textContent = nothing(known);
  });
  // What was merged, or went, without an event on this channel.
  const tidy = calm(mine, SOME_SECONDS, async () => {
    const page = await ask(path + "/stories?limit=200");
    if (mine !== turn || page.stories.length === 0) return;
    const there = new Set(page.stories.map((story) => story.id));
    const places = page.stories.map((story) => Number(story.delivery.split("/").pop()));
    const [last, first] = [places[0], page.older ? places.at(-1) : 0];
    for (const node of [...shown.children]) {
      const at = Number(node.dataset.at);
      if (at >= first && at <= last && !there.has(node.dataset.id)) node.remove();
    }
  });
  const heard = (event) => {
    for (const delivery of deliveries(event)) merged.push(...delivery.merged);
    if (event.type === "rejected") refused(shown, event);
    refresh();
    counts();
  };
  const all = () => { refresh(); counts(); tidy(); };
  const rejects = channel.name === "rejected" && channel.last_id;
  listen(channel.name, rejects ? before(channel.last_id) : channel.last_id, heard, all);
  nowAndThen(mine, all);
  return all;
}

function table(heads, rows) {
  const number = (place) => rows.length > 0 && typeof rows[0][place] === "number";
  return el("table", {},
    el("thead", {}, el("tr", {}, heads.map((head, place) =>
      el("th", { scope: "col", class: number(place) ? "number" : null }, head)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) =>
      el("td", { class: typeof cell === "number" ? "number" : null }, cell instanceof Node ? cell : String(cell)))))));
}

async function showSinks(mine) {
  await channels(null, mine);
  const { sinks } = await ask("/v1/sinks");
  if (mine !== turn) return;
  document.title = "Sinks – wirefold";
  main.replaceChildren(el("h1", {}, "Sinks"),
    sinks.length === 0 ? el("p", { class: "quiet" }, "There is no sink.") :
    el("div", { class: "wide" }, table(["Sink", "Kind", "State", "Lag", "Delivered", "Given up", "Last trouble"], sinks.map((sink) =>
      [sink.name, sink.kind, sink.reason ? sink.state + ": " + sink.reason : sink.state, sink.lag,
        sink.delivered === null ? "–" : sink.delivered, sink.dead_letters, theirs(sink.error || "–")]))));
  later(mine, () => showSinks(mine).catch((error) => failed(error, mine)));
}

function later(mine, work) {
  setTimeout(() => { if (mine === turn) work(); }, SOME_SECONDS);
}

function failed(error, mine) {
  if (mine !== turn) return;
  say("trouble", "bad");
  document.title = "wirefold";
  main.replaceChildren(el("p", { class: "error" }, error.message));
  // A daemon that is not there may be back soon.
  if (!error.stays) later(mine, route);
}

// The page that an address names; an address of none is no channel's.
function show(mine, kept) {
  const [, kind, name] = location.hash.split("/").map(plain);
  if (kind === "story") return showStory(name, mine);
  if (kind === "sinks") return showSinks(mine);
  if (!kind || kind === "channel") return showChannel(name, mine, kept);
  nowhere("There is no such page.");
  return channels(null, mine);
}

function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function route() {
  const kept = comeBack();
  const mine = ++turn;
  deafen();
  say("", "");
  show(mine, kept).catch((error) => failed(error, mine));
  return kept;
}

// Puts aside the page of a channel that is left, and brings back the one that is come back to.
function comeBack() {
  const left = shownPage;
  shownPage = null;
  if (left && left.address === location.hash) return left;
  if (left) {
    leftPage = { ...left, nodes: [...main.childNodes], top: scrollY, focus: document.activeElement };
    return null;
  }
  const kept = leftPage;
  if (!kept || kept.address !== location.hash) return null;
  leftPage = null;
  main.replaceChildren(...kept.nodes);
  scrollTo(0, kept.top);
  kept.focus.focus({ preventScroll: true });
  return kept;
}

addEventListener("hashchange", () => { if (!route()) main.focus(); });
// Who asks for a channel by its name wants what is newest there.
nav.addEventListener("click", () => { leftPage = null; });
// A page that is kept for "back" would keep one of the six connections that a browser has for all.
addEventListener("pagehide", deafen);
addEventListener("pageshow", (event) => { if (event.persisted) route(); });
route();
