// Judges the page as WCAG 2.2 AA and a thumb would. Returns a list of faults.
const { phone } = arguments[0];
const faults = [];
const all = (css, from = document) => [...from.querySelectorAll(css)];
const words = text => (text ?? "").replace(/\s+/g, " ").trim();
const called = element => `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}` +
  `${element.getAttribute("class") ? "." + element.getAttribute("class").split(" ").join(".") : ""} "${words(element.textContent).slice(0, 40)}"`;
const hidden = element => {
  for (let node = element; node instanceof Element; node = node.parentElement) {
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden" || style.clipPath === "inset(50%)") return true;
    if (node.tagName === "DETAILS" && !node.open && !element.closest("summary")) return true;
  }
  return element.getClientRects().length === 0;
};

// ── structure ──
if (!document.documentElement.lang) faults.push("no lang");
if (!/.+ · .+/.test(document.title)) faults.push(`title: ${document.title}`);
const ids = new Map();
for (const element of all("[id]")) ids.set(element.id, (ids.get(element.id) ?? 0) + 1);
for (const [id, count] of ids) if (count > 1) faults.push(`id ${id} ${count} times`);
for (const attribute of ["for", "aria-describedby", "aria-labelledby", "aria-controls", "list"]) {
  for (const element of all(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).trim().split(/\s+/)) {
      if (!ids.has(id)) faults.push(`${attribute} of ${called(element)} leads nowhere: ${id}`);
    }
  }
}
for (const link of all('a[href^="#"], use[href^="#"]')) {
  if (!ids.has(link.getAttribute("href").slice(1))) faults.push(`leads nowhere: ${link.getAttribute("href")}`);
}
if (all("h1").filter(heading => !hidden(heading)).length !== 1) faults.push(`${all("h1").length} h1`);
let level = 0;
for (const heading of all("h1, h2, h3, h4, h5, h6")) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) faults.push(`h${level} is followed by ${called(heading)}`);
  if (!words(heading.textContent)) faults.push(`empty heading ${called(heading)}`);
  level = next;
}
if (all("main").length !== 1) faults.push("not one main");
if (all("body > header").length !== 1) faults.push("not one header");
const regions = all("nav, section[aria-label], section[aria-labelledby]").filter(region => !hidden(region));
const label = element => words(element.getAttribute("aria-label")) ||
  words((element.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id)?.textContent ?? "").join(" "));
for (const region of regions) if (!label(region)) faults.push(`no name: ${called(region)}`);
const navs = regions.filter(region => region.tagName === "NAV").map(label);
if (new Set(navs).size !== navs.length) faults.push(`navs of the same name: ${navs}`);
const skip = document.querySelector("a");
if (!skip?.matches('.skip[href="#main"]')) faults.push("the first link is not the skip link");
const stray = [...document.body.children].filter(child => !child.matches("header, main, nav, footer, .skip, svg[hidden], script"));
for (const element of stray) faults.push(`outside the landmarks: ${called(element)}`);
for (const list of all("ul, ol")) for (const child of list.children) if (!child.matches("li, template")) faults.push(`${called(child)} in a list`);
for (const list of all("dl")) for (const child of list.children) if (!child.matches("div, dt, dd")) faults.push(`${called(child)} in a dl`);

// ── names ──
const name = element => {
  const labelled = label(element);
  if (labelled) return labelled;
  if (element.labels?.length) return words([...element.labels].map(one => one.textContent).join(" "));
  if (element.matches("input, select, textarea")) return "";
  const pictures = all("img[alt]", element).map(picture => picture.alt).join(" ");
  return words(element.textContent) || words(pictures) || words(element.getAttribute("title"));
};
const controls = all("input:not([type=hidden]), select, textarea, button, a[href], summary, [tabindex='0']");
for (const control of controls) if (!name(control)) faults.push(`no name: ${called(control)}`);
for (const image of all("img")) if (!image.hasAttribute("alt")) faults.push(`no alt: ${image.src}`);
for (const drawing of all("svg")) {
  const decorative = drawing.closest("[aria-hidden=true], [hidden]");
  if (!decorative && !(drawing.getAttribute("role") === "img" && (label(drawing) || words(drawing.querySelector("title")?.textContent)))) {
    faults.push(`a drawing without words: ${called(drawing)}`);
  }
  if (decorative?.querySelector("a, button, [tabindex='0']")) faults.push(`focusable but hidden: ${called(drawing)}`);
}
for (const group of all("fieldset")) if (!words(group.querySelector("legend")?.textContent)) faults.push("a fieldset without a legend");
for (const table of all("table")) {
  if (!words(table.caption?.textContent)) faults.push("a table without a caption");
  if (all("th", table).some(cell => !cell.scope)) faults.push("a th without a scope");
}
for (const field of all("[aria-invalid=true]")) {
  const texts = (field.getAttribute("aria-describedby") ?? "").split(" ").map(id => document.getElementById(id));
  if (!texts.some(text => text?.matches(".error") && words(text.textContent))) faults.push(`no words for the error at ${called(field)}`);
}
for (const mark of all(".state")) if (!words(mark.textContent) || !mark.querySelector("svg")) faults.push("a state without mark and word");

// ── colours ──
const colour = text => {
  const match = /^(?:rgba?\(|color\(srgb )([^)]+)\)$/.exec(text);
  if (!match) return null;
  const parts = match[1].split(/[\s,/]+/).map(Number);
  const scale = text.startsWith("color") ? 255 : 1;
  return { rgb: parts.slice(0, 3).map(part => part * scale), alpha: parts[3] ?? 1 };
};
const over = (top, under, alpha) => top.map((part, i) => part * alpha + under[i] * (1 - alpha));
const behind = element => {
  const layers = [];
  for (let node = element; node instanceof Element; node = node.parentElement) {
    const found = colour(getComputedStyle(node).backgroundColor);
    if (found?.alpha > 0) layers.push(found);
    if (found?.alpha === 1) break;
  }
  return layers.reverse().reduce((under, layer) => over(layer.rgb, under, layer.alpha), [255, 255, 255]);
};
const luminance = rgb => {
  const [r, g, b] = rgb.map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const opacity = element => {
  let all = 1;
  for (let node = element; node instanceof Element; node = node.parentElement) all *= Number(getComputedStyle(node).opacity);
  return all;
};
const readable = (element, text, paint, backs) => {
  const style = getComputedStyle(element);
  const drawing = element.closest("svg"), drawn = drawing ? drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width : 1;
  const size = parseFloat(style.fontSize) * drawn;
  const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
  if (size < (innerWidth < 360 ? 9 : 11)) faults.push(`text of ${size.toFixed(1)}px: ${text}`);
  for (const back of backs) {
    const found = contrast(over(paint.rgb, back, paint.alpha * opacity(element)), back);
    if (found < (large ? 3 : 4.5)) faults.push(`contrast ${found.toFixed(2)}: "${text}" ${called(element)}`);
  }
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement, text = words(node.data);
  if (!text || element.closest("title, script, option, datalist, template") || hidden(element)) continue;
  const drawing = element.closest("svg");
  if (!drawing) {
    readable(element, text, colour(getComputedStyle(element).color), [behind(element)]);
    continue;
  }
  const box = element.getBoundingClientRect(), base = behind(drawing.parentElement);
  const zones = all(".plot-ok, .plot-watch", drawing).filter(zone => {
    const area = zone.getBoundingClientRect();
    return area.left < box.right && area.right > box.left && area.top < box.bottom && area.bottom > box.top;
  });
  const backs = [base, ...zones.map(zone => over(colour(getComputedStyle(zone).fill).rgb, base, opacity(zone)))];
  readable(element, text, colour(getComputedStyle(element).fill), backs);
}
for (const field of all("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) {
  if (hidden(field)) continue;
  readable(field, field.value, colour(getComputedStyle(field).color), [behind(field)]);
  const edged = field.closest(".box") ?? field;
  const edge = contrast(colour(getComputedStyle(edged).borderTopColor).rgb, behind(edged.parentElement));
  if (edge < 3) faults.push(`edge ${edge.toFixed(2)}: ${called(edged)}`);
}

// ── room ──
if (document.documentElement.scrollWidth > innerWidth) faults.push(`scrolls sideways: ${document.documentElement.scrollWidth}`);
const scrolls = element => {
  for (let node = element.parentElement; node; node = node.parentElement) {
    if (/auto|scroll|hidden/.test(getComputedStyle(node).overflowX)) return true;
  }
  return false;
};
for (const element of all("body *")) {
  if (hidden(element) || element.closest("svg svg, .skip")) continue;
  const box = element.getBoundingClientRect();
  if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(element)) faults.push(`over the edge: ${called(element)}`);
}
for (const field of all("select")) {
  if (hidden(field)) continue;
  const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const text = field.selectedOptions[0]?.text ?? "";
  if (pen.measureText(text).width > room + 1) faults.push(`cut off: ${text} in ${room}px`);
}

// ── headings have room ──
for (const head of all("h1, h2, h3")) {
  const [box, size] = [head.getBoundingClientRect(), parseFloat(getComputedStyle(head).fontSize)];
  if (!hidden(head) && !head.matches(".seen-by-none") && head.textContent.trim().length > 5 && box.width < 4 * size && box.height > 4 * size) {
    faults.push(`squeezed: ${called(head)}`);
  }
}

// ── thumbs ──
if (phone) {
  for (const control of all("button, input:not([type=hidden]), select, textarea, summary, nav a, a.button, .readout a, .tank a, .todo a")) {
    if (hidden(control) || control.closest(".skip")) continue;
    const target = control.matches("[type=radio], [type=checkbox]") ? control.closest("label") : control;
    const boxes = [target.getBoundingClientRect()];
    // A link may reach over its whole card.
    if (getComputedStyle(target, "::after").position === "absolute") boxes.push(target.closest("li").getBoundingClientRect());
    const inner = target.matches(".box > *") ? 43 : 44;
    if (!boxes.some(box => box.width >= 44 && box.height >= inner - .5)) {
      faults.push(`${Math.round(boxes[0].width)}×${Math.round(boxes[0].height)} to tap: ${called(target)}`);
    }
  }
  for (const link of all("a[href]")) {
    const box = link.getBoundingClientRect();
    if (!hidden(link) && !link.matches(".skip") && box.height < 23.5 && !link.closest("p, li, td, th, h2, h3, dd")) {
      faults.push(`${Math.round(box.height)} high: ${called(link)}`);
    }
  }
}
return faults;
