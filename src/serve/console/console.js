// Everything that is shown is set as text: headlines are what others sent.
"use strict";

const main = document.getElementById("main");
const nav = document.getElementById("channels");
const state = document.getElementById("state");
let turn = 0;
const SOON = 500;
const SOME_SECONDS = 3000;

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
  const response = await fetch(path, { headers: { Accept: "application/json" } })
    .catch(() => { throw new Error("wirefold does not answer. It is asked again."); });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const error = new Error(body.detail || response.status + " " + response.statusText);
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
  const lead = story.lead.headline || HELD;
  const latest = story.latest.headline;
  return el("article", { class: "story", "data-id": story.id, "data-at": story.delivery.split("/").pop() },
    el("h3", { dir: "auto" }, tags(story), el("a", { href: "#/story/" + story.id }, lead)),
    latest && latest !== lead
      ? el("p", { class: "latest", dir: "auto" }, el("span", { dir: "ltr" }, "Latest: "), latest) : null,
    el("p", { class: "meta" }, when(story.updated),
      " · " + count(story.items, "report", "reports") +
      " · " + count(story.publishers, "publisher", "publishers"),
      story.lead.publisher ? [" · first from ", theirs(story.lead.publisher)] : null));
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
        theirs(channel.title), el("span", { class: "count" }))));
  }
  list.forEach((channel, at) => {
    const link = nav.children[at];
    link.querySelector(".count").textContent = channel.stories || channel.deliveries;
    if (channel.name !== current) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });
}

function nothing(channel) {
  return channel.name === "rejected"
    ? count(channel.deliveries, "record", "records") + " could not be read. They are told live, and each has its reason under /v1/items/SEQ."
    : "Nothing yet. What comes is shown at once.";
}

async function showChannel(name, mine) {
  const { channels: list } = await ask("/v1/channels");
  if (mine !== turn) return;
  const channel = list.find((known) => known.name === name) || list[0];
  if (!channel) {
    main.replaceChildren(el("p", { class: "quiet" }, "There is no channel that this token may read."));
    return;
  }
  mark(list, channel.name);
  const path = "/v1/channels/" + encodeURIComponent(channel.name);
  const page = await ask(path + "/stories?limit=50");
  if (mine !== turn) return;
  document.title = channel.title + " – wirefold";
  const feeds = el("p", { class: "meta" }, "As a feed: ",
    el("a", { href: channel.links.atom }, "Atom"), " · ",
    el("a", { href: channel.links.rss }, "RSS"), " · ",
    el("a", { href: channel.links.json }, "JSON"));
  const shown = el("div", {}, page.stories.map(summary));
  const empty = el("p", { class: "quiet" }, nothing(channel));
  empty.hidden = page.stories.length > 0;
  const more = el("button", { type: "button" }, "Earlier stories");
  more.hidden = !page.older;
  let older = page.older;
  more.addEventListener("click", async () => {
    const next = await ask(path + "/stories?limit=50&before=" + older);
    older = next.older;
    more.hidden = !older;
    for (const story of next.stories) {
      if (!find(shown, story.id)) shown.append(summary(story));
    }
  });
  main.replaceChildren(el("h1", { dir: "auto" }, channel.title), feeds, empty, shown, more);
  follow(path, channel, page.newer, shown, empty, mine);
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

// Keeps the page of a channel as the channel is.
function follow(path, channel, newer, shown, empty, mine) {
  const merged = [];
  const changed = () => { empty.hidden = shown.children.length > 0; };
  const refresh = calm(mine, SOON, async () => {
    const others = merged.slice();
    let page;
    do {
      page = await ask(path + "/stories?limit=50&after=" + newer);
      if (mine !== turn) return;
      newer = page.newer;
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
    refresh();
    counts();
  };
  const all = () => { refresh(); counts(); tidy(); };
  listen(channel.name, channel.last_id, heard, all);
  nowAndThen(mine, all);
}

async function showStory(id, mine) {
  const list = await channels(null, mine);
  const cards = new Map();
  let story = null;
  const draw = async () => {
    const now = await ask("/v1/stories/" + encodeURIComponent(id));
    if (mine !== turn) return;
    story = now;
    drawStory(story, cards);
  };
  await draw();
  if (mine !== turn) return;
  const refresh = calm(mine, SOON, draw);
  const counts = calm(mine, SOME_SECONDS, () => channels(null, mine));
  const about = (delivery) => delivery.story === story.id || delivery.merged.includes(story.id);
  const heard = (event) => {
    if (event.type === "gap" || deliveries(event).some(about)) refresh();
    counts();
  };
  const all = () => { refresh(); counts(); };
  // A browser has six connections for all its pages, so that each page can have but one.
  const [first] = story.channels.slice().sort((a, b) => b.deliveries - a.deliveries);
  const channel = first && list.find((known) => known.name === first.channel);
  if (channel) listen(channel.name, channel.last_id, heard, all);
  nowAndThen(mine, all);
}

// Cards of reports that are as they were stay, opened or not.
function drawStory(story, cards) {
  const lead = story.members[0];
  const head = lead && lead.headline || story.id;
  document.title = head + " – wirefold";
  const members = story.members.map((member) => {
    const text = JSON.stringify(member);
    const known = cards.get(member.item);
    const node = known && known.text === text ? known.node : card(member);
    cards.set(member.item, { text, node });
    return node;
  });
  const focused = document.activeElement;
  main.replaceChildren(
    el("h1", { dir: "auto" }, tags(story), head),
    el("p", { class: "meta" }, story.id + " · " + count(story.items, "report", "reports") + " · ",
      when(story.first), " to ", when(story.last)),
    el("p", { class: "meta" }, "On ", listed(story.channels.map((c) => c.channel), "no channel"),
      " · reported by ", listed(story.publishers.map((p) => p.family), "nobody named")),
    el("h2", {}, "Reports"), ...members,
    ...(story.omitted ? [el("p", { class: "quiet" }, story.omitted + " records are left out.")] : []),
    el("h2", {}, "What happened"),
    el("div", { class: "wide" }, table(["When", "What", "Item", "Delivered to", "Why"], story.timeline.map((moment) =>
      [when(moment.at), moment.verdict || moment.kind, moment.item, moment.channels.join(", ") || "–", theirs(moment.reason)]))));
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

function card(member) {
  const link = web(member.link);
  const head = member.headline || HELD;
  const detail = el("details", {}, el("summary", {}, "Why"));
  detail.addEventListener("toggle", () => { if (detail.open) evidence(member.item, detail); }, { once: true });
  return el("div", { class: "card" },
    el("p", { dir: "auto" }, el("strong", { dir: "ltr" }, member.verdict), " ",
      member.disputes ? el("span", { class: "tag disputed", dir: "ltr" }, "makes it disputed") : null,
      link ? el("a", { href: link, rel: "noreferrer noopener" }, head) : head),
    el("p", { class: "meta" }, when(member.event), " · ", theirs(member.publisher || member.source),
      " · item " + member.item,
      member.of ? " · matched with item " + member.of + (member.score === null ? "" : " at " + member.score.toFixed(3)) : null,
      member.markers.length ? [" · ", listed(member.markers, "")] : null),
    el("p", { class: "meta" }, theirs(member.reason)), detail);
}

async function evidence(seq, into) {
  try {
    const { decision } = await ask("/v1/items/" + seq);
    if (!decision) return;
    into.append(
      el("p", { class: "meta" }, decision.score === null ? "Nothing was near enough to be compared." :
        "Probability " + decision.score.toFixed(3) + ", threshold " + decision.threshold.toFixed(3) + ", model " + decision.model),
      el("p", { class: "meta" }, "Rules: ", listed(decision.rules, "none")));
    if (decision.shares.length) {
      into.append(table(["Feature", "Value", "Share"], decision.shares.map((part) =>
        [part.feature, part.value === null ? "missing" : part.value.toFixed(3), (part.share < 0 ? "−" : "+") + Math.abs(part.share).toFixed(2)])));
    }
  } catch (error) {
    into.append(el("p", { class: "error" }, error.message));
  }
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
  main.replaceChildren(el("p", { class: "error" }, error.message));
  // A daemon that is not there may be back soon.
  if (!error.stays) later(mine, route);
}

function route() {
  const mine = ++turn;
  deafen();
  say("", "");
  const [, kind, name] = location.hash.split("/").map(decodeURIComponent);
  const show = kind === "story" ? showStory(name, mine)
    : kind === "sinks" ? showSinks(mine)
    : showChannel(name, mine);
  show.catch((error) => failed(error, mine));
}

addEventListener("hashchange", () => { route(); main.focus(); });
// A page that is kept for "back" would keep one of the six connections that a browser has for all.
addEventListener("pagehide", deafen);
addEventListener("pageshow", (event) => { if (event.persisted) route(); });
route();
