(() => {
  const every = 15000, $ = (q) => document.querySelector(q), rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  let at = -1;
  const mark = (next) => {
    const all = rows();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, next));
    all.forEach((row, i) => row.classList.toggle("at", i === at));
    all[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (e) => {
    if (e.target.matches("input,select,textarea")) { if (e.key === "Escape") e.target.blur(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "/") { e.preventDefault(); const box = $("#q"); if (box) { box.focus(); box.select(); } }
    else if (e.key === "j") mark(at + 1);
    else if (e.key === "k") mark(at - 1);
    else if (e.key === "n" && $("[data-new]")) location.href = $("[data-new]").href;
    else if (e.key === "u" && $("[data-up]")) location.href = $("[data-up]").href;
    else if (e.key === "Enter" && at >= 0 && e.target === document.body) { const link = rows()[at]?.querySelector("a"); if (link) link.click(); }
  });
  document.addEventListener("submit", (e) => e.target.querySelectorAll("button").forEach((b) => setTimeout(() => (b.disabled = true))));
  const busy = () => document.hidden || $("main details[open]") || document.activeElement?.matches("main input,main select,main button");
  const refresh = async () => {
    const live = $(".live");
    if (!live || busy()) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = page.querySelector("main");
      if (!fresh || busy()) return;
      fresh.querySelectorAll(".said").forEach((said) => said.remove());
      $("main").replaceWith(fresh);
      if (at >= 0) mark(at);
    } catch { live.classList.add("late"); live.querySelector("span").textContent = "not refreshed; trying again"; }
  };
  const taking = $("form[data-live]");
  if (taking) {
    let timer = 0, going = null, again = false;
    const look = async () => {
      const body = new URLSearchParams(new FormData(taking));
      body.set("live", "1");
      const answer = await fetch(taking.action, { method: "POST", body, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"), sum = page.querySelector("#part-sum");
      if (!sum) throw new Error(answer.status);
      page.querySelectorAll("[data-part]").forEach((part) => { if (!part.contains(document.activeElement)) document.getElementById(part.id)?.replaceWith(part); });
      if (!answer.ok) return;
      taking.action = sum.dataset.action;
      taking.elements.seen.value = sum.dataset.seen;
      history.replaceState(null, "", sum.dataset.action);
    };
    const live = () => {
      if (going) { again = true; return; }
      going = look().catch(() => {}).finally(() => { going = null; if (again) { again = false; live(); } });
    };
    taking.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(live, 400); });
    taking.addEventListener("submit", (e) => {
      clearTimeout(timer);
      again = false;
      if (!going) return;
      e.preventDefault();
      e.stopPropagation();
      going.finally(() => taking.requestSubmit(e.submitter));
    });
  }
  setInterval(refresh, every);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
})();
