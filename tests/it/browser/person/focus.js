// What has the focus after a tab: is that visible? A list of faults, or ["end"] when the page is through.
const at = document.activeElement;
if (at === document.body || at === document.documentElement) return ["end"];
const name = `${at.tagName.toLowerCase()}${at.id ? "#" + at.id : ""} "${(at.innerText || at.getAttribute("aria-label") || at.name || "").trim().slice(0, 30)}"`;
if (window.focusSeen === undefined) window.focusSeen = new Set();
if (focusSeen.has(at)) { delete window.focusSeen; return ["end"]; }
focusSeen.add(at);
const faults = [];
const shows = element => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
};
// A field may show it on the box that it sits in.
const ringed = [at, at.closest(".box"), at.closest(".choice")].filter(Boolean).find(shows);
if (!ringed) faults.push(`focus does not show: ${name}`);
const box = (ringed ?? at).getBoundingClientRect();
if (box.width && (box.bottom < 1 || box.top > innerHeight - 1)) faults.push(`focus is outside the window: ${name} ${Math.round(box.top)}`);
const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
const top = document.elementFromPoint(x, y);
if (top && ringed && !ringed.contains(top) && !top.contains(ringed) && !top.closest("label")?.contains(at)) {
  faults.push(`focus is hidden: ${name} by ${top.tagName}.${top.className}`);
}
return faults;
