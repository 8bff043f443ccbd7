// What is shown stays true: a channel is listened to for as long as its page is shown.
"use strict";

const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
let listener = null;

// Listens to a channel from after the event `last` on. `heard` is given each event; `back` is
// called when the connection was lost and is there again.
function listen(channel, last, heard, back) {
  const path = location.origin + "/v1/channels/" + encodeURIComponent(channel) + "/events";
  const own = { live: false, open, close };
  let source = null;
  let timer = null;
  let lost = false;
  let pause = SHORTEST_PAUSE;

  function open() {
    source = new EventSource(path + (last ? "?after=" + encodeURIComponent(last) : ""));
    source.addEventListener("open", () => {
      pause = SHORTEST_PAUSE;
      own.live = true;
      tell();
      if (lost) back();
      lost = false;
    });
    source.addEventListener("error", () => {
      own.live = false;
      lost = true;
      tell();
      // A browser comes back to a stream that has ended, but not after a proxy's 502.
      if (source.readyState !== EventSource.CLOSED) return;
      // What is wrong, a stream cannot say.
      ask("/v1/channels").catch((error) => { if (listener === own) say(error.message, "bad"); });
      // Not all at once, where many have lost the same daemon.
      timer = setTimeout(open, pause * (0.75 + Math.random() / 4));
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    });
    for (const kind of ["story", "digest", "rejected", "gap"]) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId || last;
        heard(JSON.parse(event.data));
      });
    }
  }

  function close() {
    clearTimeout(timer);
    if (source) source.close();
    own.live = false;
    lost = true;
  }

  listener = own;
  if (!document.hidden) open();
}

// A browser has six connections for all its pages: one that nobody sees keeps none.
document.addEventListener("visibilitychange", () => {
  if (!listener) return;
  listener.close();
  say("", "");
  if (!document.hidden) listener.open();
});

function tell() {
  if (!listener) say("", "");
  else if (listener.live) say("live", "live");
  else say("not connected, trying again", "bad");
}

function deafen() {
  if (listener) listener.close();
  listener = null;
}

// The deliveries that an event is made of.
function deliveries(event) {
  return event.type === "story" ? [event] : event.stories || [];
}

// However often it is asked for, `work` is done once for all who asked, and not again for `pause`.
// What fails is tried again.
function calm(mine, pause, work) {
  const PATIENCE = 5000;
  let busy = false;
  let again = false;
  let failed = false;
  return async function ask() {
    again = busy;
    if (busy || mine !== turn) return;
    busy = true;
    try {
      await work();
      if (failed && mine === turn) tell();
      failed = false;
    } catch (error) {
      if (mine === turn) say(error.message, "bad");
      failed = again = true;
    }
    setTimeout(() => { busy = false; if (again) ask(); }, failed ? PATIENCE : pause);
  };
}

// For what no event of the page's channel tells.
function nowAndThen(mine, work) {
  const EVERY = 30000;
  setTimeout(() => { if (mine === turn) { work(); nowAndThen(mine, work); } }, EVERY);
}
