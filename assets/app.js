// Everything here is a comfort: each page works without it.
"use strict";
(() => {
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const one = (query, from = document) => from.querySelector(query);
  const store = {
    get: key => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full, or refused */ } },
    drop: key => { try { localStorage.removeItem(key); } catch { /* refused */ } },
    keys: () => { try { return Object.keys(localStorage).filter(key => key.startsWith("draft:")); } catch { return []; } },
  };

  // A number as typed: point or comma, `<` for below detection. Nothing when it is not one.
  const read = text => {
    const match = /^\s*(<)?\s*([+-]?(?:\d+[.,]?\d*|[.,]\d+))\s*$/.exec(text);
    return match && { below: Boolean(match[1]), value: Number(match[2].replace(",", ".")) };
  };

  // Where a number stands in `act_low,ok_low,ok_high,act_high`.
  const words = { ok: "OK", watch: "Watch", act: "Act" };
  const judge = ({ value, below }, bands) => {
    const [actLow, okLow, okHigh, actHigh] = bands.split(",").map(part => part === "" ? null : Number(part));
    if (below && okLow === null) return "ok";
    if (actLow !== null && value < actLow || actHigh !== null && value > actHigh) return "act";
    if (okLow !== null && value < okLow || okHigh !== null && value > okHigh) {
      return okLow !== null && value < okLow && actLow === null || okHigh !== null && value > okHigh && actHigh === null ? "act" : "watch";
    }
    return "ok";
  };
  const mark = (place, state) => {
    if (place.dataset.state === state) return;
    place.dataset.state = state;
    place.replaceChildren();
    if (!state) return;
    const ns = "http://www.w3.org/2000/svg";
    const [badge, svg, use] = [document.createElement("span"), document.createElementNS(ns, "svg"), document.createElementNS(ns, "use")];
    badge.className = `state is-${state}`;
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#m-${state}`);
    svg.append(use);
    badge.append(svg, words[state]);
    place.append(badge);
  };

  // ── a form that came back with errors: begin there ──
  one("[data-focus]")?.focus();

  // ── drafts: what was typed survives bad Wi-Fi, a closed tab and a dead battery ──
  // The draft keeps the form's id too: sent twice, it is still saved once.
  const saved = new URLSearchParams(location.search).get("saved");
  if (saved) {
    for (const key of store.keys()) if (store.get(key)?.form_id === saved) store.drop(key);
    const url = new URL(location);
    url.searchParams.delete("saved");
    history.replaceState(null, "", url);
  }
  const week = 7 * 864e5;
  for (const key of store.keys()) if (!(store.get(key)?.at > Date.now() - week)) store.drop(key);
  for (const form of all("form[data-forget]")) {
    form.addEventListener("submit", () => store.keys().forEach(store.drop));
  }
  for (const form of all("form[data-draft]")) {
    const key = `draft:${form.getAttribute("action")}`;
    const fields = () => all("input, select, textarea", form).filter(field => field.name && field.name !== "confirmed" && field.type !== "password");
    const draft = store.get(key);
    const fresh = !one("[aria-invalid], [role=alert]");
    if (draft && fresh) {
      for (const field of fields()) {
        const value = draft.values[field.name];
        if (value === undefined) continue;
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else field.value = value;
      }
      const note = document.createElement("p");
      note.className = "notice is-new";
      note.setAttribute("role", "status");
      const clear = document.createElement("button");
      clear.type = "button";
      clear.className = "button";
      clear.textContent = "Start afresh";
      clear.addEventListener("click", () => { store.drop(key); location.reload(); });
      note.append("This is what you had typed before.", clear);
      form.before(note);
    }
    let typed = Boolean(draft && fresh);
    const keep = () => {
      const values = {};
      for (const field of fields()) {
        if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
        values[field.name] = field.value;
      }
      store.set(key, { at: Date.now(), form_id: values.form_id, values });
    };
    form.addEventListener("input", () => { typed = true; keep(); });
    // A page left open since morning: the time follows the clock until something is typed.
    const at = one("input[data-zone]", form);
    const now = () => {
      if (!at || typed || document.hidden || !fresh) return;
      try {
        const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: at.dataset.zone, dateStyle: "short", timeStyle: "short" });
        at.value = parts.format(new Date()).replace(" ", "T");
      } catch { /* an old browser: the server's time stays */ }
    };
    document.addEventListener("visibilitychange", now);
    now();
  }

  // ── a new tank most likely stands where the browser is ──
  for (const zone of all("input[data-here]")) {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // Not when somebody typed one before: then it differs from what the page came with.
    if (here && zone.value === zone.defaultValue) zone.value = here;
  }

  // ── the batch form: enter goes on, the range while one types, how many will be saved ──
  const batch = form => {
    const boxes = all(".entry", form).map(entry => {
      const unit = one("select, .suffix", entry);
      return { input: one(".box > input", entry), live: one(".live", entry), unit, bands: () => (unit?.selectedOptions?.[0] ?? unit)?.dataset.bands };
    });
    const button = one("[data-count]", form);
    const idle = button.textContent;
    const show = () => {
      let count = 0;
      for (const { input, live, bands } of boxes) {
        const number = read(input.value);
        if (input.value.trim()) count += 1;
        // A value that was refused says why below; its band would only add noise.
        const refused = input.matches("[aria-invalid]") && input.value === input.defaultValue;
        mark(live, number && bands() && !refused ? judge(number, bands()) : "");
      }
      button.textContent = count === 0 ? idle : count === 1 ? "Save 1 reading" : `Save ${count} readings`;
    };
    form.addEventListener("input", show);
    form.addEventListener("keydown", event => {
      const at = boxes.findIndex(({ input }) => input === event.target);
      if (event.key !== "Enter" || event.isComposing || at < 0) return;
      event.preventDefault();
      (boxes[at + 1]?.input ?? button).focus();
      boxes[at + 1]?.input.select();
    });
    form.addEventListener("submit", () => {
      // A second press while the first is under way would only wait longer.
      button.setAttribute("aria-busy", "true");
      button.textContent = "Saving …";
    });
    window.addEventListener("pageshow", () => { button.removeAttribute("aria-busy"); show(); });
    show();
  };
  all("form[data-batch]").forEach(batch);

  // ── quick entry: another tank or value brings its units, range and time at once ──
  let wanted = 0;
  const follow = form => {
    one("button", form).hidden = true;
    form.addEventListener("change", async event => {
      const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
      const turn = wanted += 1;
      try {
        const answer = await fetch(url);
        if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
        const text = await answer.text();
        // Only the last choice counts, whichever answer comes last.
        if (turn !== wanted) return;
        const fresh = one("#quick", new DOMParser().parseFromString(text, "text/html"));
        one("#quick").replaceWith(fresh);
        history.replaceState(null, "", url);
        all("form[data-batch]", fresh).forEach(batch);
        all("form[data-follow]", fresh).forEach(follow);
        document.getElementById(event.target.id)?.focus();
      } catch { location.assign(url); }
    });
  };
  all("form[data-follow]").forEach(follow);

  // ── a chart on paper ──
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // ── the chosen parameter is in view ──
  for (const chosen of all(".picks [aria-current]")) {
    const row = chosen.parentElement;
    row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }

  // ── the keeper's menu closes when one looks elsewhere ──
  document.addEventListener("click", event => {
    for (const menu of all("details.who[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    for (const menu of all("details.who[open]")) { menu.open = false; one("summary", menu).focus(); }
  });
})();
