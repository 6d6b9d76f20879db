// Says when the sign-in has run out, without touching what somebody is typing.
(() => {
  const EVERY = 20000;
  let who = null, bar = null;

  const say = (text) => {
    if (bar) return;
    bar = document.createElement("div");
    bar.setAttribute("role", "alert");
    bar.style.cssText = "position:fixed;z-index:2147483647;left:0;right:0;bottom:0;" +
      "padding:12px 16px;background:#7F4F0B;color:#fff;font:600 15px/1.6 sans-serif;" +
      "display:flex;gap:16px;justify-content:center;align-items:center;flex-wrap:wrap";
    const words = document.createElement("span");
    words.textContent = text.words;
    const link = document.createElement("a");
    link.textContent = text.link;
    link.href = "/signin?next=" + encodeURIComponent("/signin/done");
    link.target = "_blank";
    link.rel = "opener";
    link.style.cssText = "color:#7F4F0B;background:#fff;padding:6px 14px;border-radius:8px";
    bar.append(words, link);
    document.body.append(bar);
  };
  const quiet = () => { bar?.remove(); bar = null; };

  const look = async () => {
    let state;
    try {
      const answer = await fetch("/signin/state", { cache: "no-store" });
      if (!answer.ok) return;
      state = await answer.json();
    } catch { return; }
    if (state.standing === "timed out") { say(state); return; }
    if (state.standing === "ended" || (who && state.who !== who)) { location.reload(); return; }
    who = state.who;
    quiet();
  };
  look();
  setInterval(look, EVERY);
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
})();
