// Everything that is shown is set as text: headlines are what others sent.
"use strict";

const main = document.getElementById("main");
const nav = document.getElementById("channels");
const state = document.getElementById("state");
let source = null;
let turn = 0;

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function say(text, kind) {
  state.textContent = text;
  state.className = "state" + (kind ? " " + kind : "");
}

async function ask(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail || response.status + " " + response.statusText);
  return body;
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
    story.killed ? el("span", { class: "tag killed" }, "withdrawn") : null,
    story.disputed ? el("span", { class: "tag disputed" }, "disputed") : null,
  ];
}

const HELD = "Under embargo";

function summary(story) {
  const lead = story.lead.headline || HELD;
  const latest = story.latest.headline;
  return el("article", { class: "story", "data-id": story.id },
    el("h3", {}, tags(story), el("a", { href: "#/story/" + story.id }, lead)),
    latest && latest !== lead ? el("p", { class: "latest" }, "Latest: " + latest) : null,
    el("p", { class: "meta" }, when(story.updated),
      " · " + count(story.items, "report", "reports") +
      " · " + count(story.publishers, "publisher", "publishers"),
      story.lead.publisher ? " · first from " + story.lead.publisher : null));
}

async function channels(current) {
  const { channels: list } = await ask("/v1/channels");
  nav.replaceChildren(...list.map((channel) =>
    el("a", { href: "#/channel/" + channel.name, "aria-current": channel.name === current ? "page" : null },
      channel.title, el("span", { class: "count" }, channel.stories || channel.deliveries))));
  return list;
}

async function showChannel(name, mine) {
  const list = await channels(name);
  const channel = list.find((known) => known.name === name) || list[0];
  if (!channel) {
    main.replaceChildren(el("p", { class: "quiet" }, "There is no channel that this token may read."));
    return;
  }
  if (channel.name !== name) await channels(channel.name);
  const path = "/v1/channels/" + encodeURIComponent(channel.name);
  const page = await ask(path + "/stories?limit=50");
  if (mine !== turn) return;
  document.title = channel.title + " – wirefold";
  const feeds = el("p", { class: "meta" }, "As a feed: ",
    el("a", { href: channel.links.atom }, "Atom"), " · ",
    el("a", { href: channel.links.rss }, "RSS"), " · ",
    el("a", { href: channel.links.json }, "JSON"));
  const shown = el("div", {}, page.stories.map(summary));
  const empty = el("p", { class: "quiet" }, channel.name === "rejected"
    ? count(channel.deliveries, "record", "records") + " could not be read. They are told live, and each has its reason under /v1/items/SEQ."
    : "Nothing yet. What comes is shown at once.");
  empty.hidden = page.stories.length > 0;
  const more = el("button", { type: "button" }, "Earlier stories");
  more.hidden = !page.older;
  let older = page.older;
  more.addEventListener("click", async () => {
    const next = await ask(path + "/stories?limit=50&before=" + older);
    older = next.older;
    more.hidden = !older;
    for (const story of next.stories) {
      if (!shown.querySelector('[data-id="' + story.id + '"]')) shown.append(summary(story));
    }
  });
  main.replaceChildren(el("h1", {}, channel.title), feeds, empty, shown, more);
  listen(path, channel, page.newer, shown, empty, mine);
}

function listen(path, channel, newer, shown, empty, mine) {
  let pending = false;
  // However many come at once, the page asks once for all of them.
  const refresh = async () => {
    if (pending) return;
    pending = true;
    try {
      const page = await ask(path + "/stories?limit=50&after=" + newer);
      if (mine !== turn) return;
      newer = page.newer;
      for (const story of page.stories.reverse()) {
        const old = shown.querySelector('[data-id="' + story.id + '"]');
        if (old) old.remove();
        const node = summary(story);
        node.classList.add("new");
        shown.prepend(node);
      }
      while (shown.children.length > 500) shown.lastChild.remove();
      empty.hidden = shown.children.length > 0;
    } catch (error) {
      say(error.message, "bad");
    } finally {
      setTimeout(() => { pending = false; if (again) { again = false; refresh(); } }, 500);
    }
  };
  let again = false;
  source = new EventSource(path + "/events" + (channel.last_id ? "?after=" + encodeURIComponent(channel.last_id) : ""));
  source.addEventListener("open", () => say("live", "live"));
  source.addEventListener("error", () => say("not connected", "bad"));
  source.addEventListener("story", () => { if (pending) again = true; else refresh(); });
  source.addEventListener("gap", () => say("live, after a gap", "live"));
}

async function showStory(id, mine) {
  await channels(null);
  const story = await ask("/v1/stories/" + encodeURIComponent(id));
  if (mine !== turn) return;
  const lead = story.members[0];
  document.title = (lead && lead.headline || id) + " – wirefold";
  const members = story.members.map((member) => {
    const link = web(member.link);
    const head = member.headline || HELD;
    const detail = el("details", {}, el("summary", {}, "Why"));
    detail.addEventListener("toggle", () => { if (detail.open) evidence(member.item, detail); }, { once: true });
    return el("div", { class: "card" },
      el("p", {}, el("strong", {}, member.verdict), " ",
        member.disputes ? el("span", { class: "tag disputed" }, "makes it disputed") : null,
        link ? el("a", { href: link, rel: "noreferrer noopener" }, head) : head),
      el("p", { class: "meta" }, when(member.event), " · " + (member.publisher || member.source),
        " · item " + member.item,
        member.of ? " · matched with item " + member.of + (member.score === null ? "" : " at " + member.score.toFixed(3)) : null,
        member.markers.length ? " · " + member.markers.join(", ") : null),
      el("p", { class: "meta" }, member.reason), detail);
  });
  main.replaceChildren(
    el("h1", {}, tags(story), lead && lead.headline || id),
    el("p", { class: "meta" }, id + " · " + count(story.items, "report", "reports") + " · ",
      when(story.first), " to ", when(story.last)),
    el("p", { class: "meta" }, "On " + (story.channels.map((c) => c.channel).join(", ") || "no channel") +
      " · reported by " + (story.publishers.map((p) => p.family).join(", ") || "nobody named")),
    el("h2", {}, "Reports"), ...members,
    ...(story.omitted ? [el("p", { class: "quiet" }, story.omitted + " records are left out.")] : []),
    el("h2", {}, "What happened"),
    el("div", { class: "wide" }, table(["When", "What", "Item", "Delivered to", "Why"], story.timeline.map((moment) =>
      [when(moment.at), moment.verdict || moment.kind, moment.item, moment.channels.join(", ") || "–", moment.reason]))));
}

async function evidence(seq, into) {
  try {
    const { decision } = await ask("/v1/items/" + seq);
    if (!decision) return;
    into.append(
      el("p", { class: "meta" }, decision.score === null ? "Nothing was near enough to be compared." :
        "Probability " + decision.score.toFixed(3) + ", threshold " + decision.threshold.toFixed(3) + ", model " + decision.model),
      el("p", { class: "meta" }, "Rules: " + (decision.rules.join(", ") || "none")));
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
  await channels(null);
  const { sinks } = await ask("/v1/sinks");
  if (mine !== turn) return;
  document.title = "Sinks – wirefold";
  main.replaceChildren(el("h1", {}, "Sinks"),
    sinks.length === 0 ? el("p", { class: "quiet" }, "There is no sink.") :
    el("div", { class: "wide" }, table(["Sink", "Kind", "State", "Lag", "Delivered", "Given up", "Last trouble"], sinks.map((sink) =>
      [sink.name, sink.kind, sink.reason ? sink.state + ": " + sink.reason : sink.state, sink.lag,
        sink.delivered === null ? "–" : sink.delivered, sink.dead_letters, sink.error || "–"]))));
  setTimeout(() => { if (mine === turn) showSinks(mine).catch(failed); }, 3000);
}

function failed(error) {
  say("trouble", "bad");
  main.replaceChildren(el("p", { class: "error" }, error.message));
}

function route() {
  const mine = ++turn;
  if (source) { source.close(); source = null; }
  say("", "");
  const [, kind, name] = location.hash.split("/").map(decodeURIComponent);
  const show = kind === "story" ? showStory(name, mine)
    : kind === "sinks" ? showSinks(mine)
    : showChannel(name, mine);
  show.catch(failed);
}

addEventListener("hashchange", () => { route(); main.focus(); });
route();
