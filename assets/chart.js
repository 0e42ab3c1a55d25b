"use strict";
/* Charts: the pointer (or the arrow keys) reads a point. The server has written every text. */
for (const plot of document.querySelectorAll("svg.plot")) {
  const make = (tag, name, parent) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    node.setAttribute("class", name);
    parent.append(node);
    return node;
  };
  const set = (node, values) => { for (const name in values) node.setAttribute(name, values[name]); };
  const panels = [...plot.querySelectorAll(".plot-panel[data-x]")].map(panel => {
    let day = "";
    const texts = [];
    for (const text of panel.dataset.text.split("|")) {
      if (text[0] === "@") day = text.slice(1);
      else {
        const [, time, value] = /^(\S+(?: [AP]M)?) (.*)$/.exec(text);
        texts.push([value + panel.dataset.unit, day + " " + time]);
      }
    }
    const list = name => panel.dataset[name].split(" ").map(Number);
    const spans = [panel.querySelector(".plot-value"), panel.querySelector(".plot-when")];
    return { panel, texts, x: list("x"), y: list("y"), spans, rest: spans.map(span => span.textContent) };
  });
  if (!panels.length) continue;
  /* The name moves to where it is not a tooltip that covers the chart. */
  const title = plot.querySelector("title");
  plot.setAttribute("aria-label", title.textContent);
  title.remove();
  plot.setAttribute("tabindex", "0");
  let at = 0;
  const hide = () => {
    for (const node of plot.querySelectorAll(".plot-at, .plot-here")) node.remove();
    for (const { spans, rest } of panels) spans.forEach((span, i) => { span.textContent = rest[i]; });
  };
  const show = x => {
    hide();
    at = x;
    for (const { panel, x: xs, y: ys, texts, spans } of panels) {
      let i = 0;
      xs.forEach((one, j) => { if (Math.abs(one - x) < Math.abs(xs[i] - x)) i = j; });
      spans.forEach((span, j) => { span.textContent = texts[i][j]; });
      const { y, height } = panel.querySelector(".plot-grid").getBBox();
      set(make("path", "plot-at", panel), { d: `M${xs[i]} ${y}v${height}` });
      set(make("circle", "plot-here", panel), { cx: xs[i], cy: ys[i], r: 6 });
    }
  };
  const { x, width } = plot.viewBox.baseVal;
  const place = event => {
    const box = plot.getBoundingClientRect();
    show(x + (event.clientX - box.left) * width / box.width);
  };
  plot.addEventListener("pointermove", place);
  plot.addEventListener("pointerdown", place);
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const xs = panels[0].x, next = step < 0 ? xs.filter(one => one < at - .05).pop() : xs.find(one => one > at + .05);
    if (next !== undefined) show(next);
  });
}
