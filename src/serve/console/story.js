// The page of a story: its reports, what became of it and why.
"use strict";

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
  const lead = story.members.find((member) => member.headline);
  const head = lead ? lead.headline : story.members.length ? HELD : story.id;
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
  const head = member.headline || (member.headline === "" ? "Without text" : HELD);
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
