// What a text field does beyond typing: a plain toolbar for Markdown, lists that go on by themselves, formatted text that is
// pasted as Markdown, and a preview that the server draws. Everything can be undone by the browser's own Undo.

/** Replace what stands from `start` to `end`, as if it were typed, and select what is asked for. */
export function put(area, start, end, text, from = start + text.length, to = from) {
  area.focus();
  area.setSelectionRange(start, end);
  const isTyped = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
  if (!isTyped) {
    area.setRangeText(text, start, end);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(from, to);
}

/** The same of the whole text when somebody else wrote it: only what differs is replaced, the cursor stays in its words. */
export function renew(area, text) {
  const old = area.value;
  let head = 0;
  while (head < Math.min(old.length, text.length) && old[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, text.length) - head && old.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  const { selectionStart, selectionEnd } = area;
  const grown = text.length - old.length;
  const moved = (place) => (place <= head ? place : place >= old.length - tail ? place + grown : head);
  area.setRangeText(text.slice(head, text.length - tail), head, old.length - tail);
  if (area === document.activeElement) area.setSelectionRange(moved(selectionStart), moved(selectionEnd));
}

/** Set marks around the words, or take them away where they stand already. */
function around(area, mark) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const inner = value.slice(start, end);
  const size = mark.length;
  if (value.slice(start - size, start) === mark && value.slice(end, end + size) === mark) {
    put(area, start - size, end + size, inner, start - size, end - size);
  } else {
    put(area, start, end, mark + inner + mark, start + size, end + size);
  }
}

/** Begin each of the lines with a mark, or without it where all have it. */
function lines(area, mark) {
  const { value } = area;
  const start = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const last = value.indexOf("\n", area.selectionEnd);
  const end = last < 0 ? value.length : last;
  const old = value.slice(start, end).split("\n");
  const plain = old.map((line) => line.replace(/^(?:#{1,3} |> |[-*] |\d+\. )/, ""));
  const marked = plain.map((line, number) => (typeof mark === "function" ? mark(number) : mark) + line);
  const text = (marked.join("\n") === old.join("\n") ? plain : marked).join("\n");
  put(area, start, end, text, start, start + text.length);
  if (old.length === 1) area.setSelectionRange(start + text.length, start + text.length);
}

function link(area) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const words = value.slice(start, end) || "words";
  const isAddress = /^https?:\/\/\S+$/.test(words);
  const text = isAddress ? `[words](${words})` : `[${words}](https://)`;
  const from = isAddress ? start + 1 : start + words.length + 3;
  put(area, start, end, text, from, isAddress ? from + 5 : from + 8);
}

const MARKS = {
  bold: (area) => around(area, "**"),
  italic: (area) => around(area, "*"),
  heading: (area) => lines(area, "# "),
  list: (area) => lines(area, "- "),
  numbered: (area) => lines(area, (number) => `${number + 1}. `),
  quote: (area) => lines(area, "> "),
  link,
};
const KEYS = { b: "bold", i: "italic", k: "link" };

/** Enter in a list begins the next item; in an empty item it ends the list. */
function goOn(event, area) {
  if (event.shiftKey || event.isComposing || area.selectionStart !== area.selectionEnd) return;
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const line = area.value.slice(start, area.selectionStart);
  const item = /^(?<mark>[-*] |> |(?<number>\d+)\. )(?<words>.*)$/.exec(line)?.groups;
  if (!item) return;
  event.preventDefault();
  if (!item.words.trim()) put(area, start, area.selectionStart, "");
  else put(area, area.selectionStart, area.selectionStart, `\n${item.number ? `${Number(item.number) + 1}. ` : item.mark}`);
}

/* Pasting */

const AROUND = { B: "**", STRONG: "**", I: "*", EM: "*" };
const BLOCKS = /^(?:P|DIV|LI|UL|OL|H[1-6]|BLOCKQUOTE|TR|SECTION|ARTICLE|TABLE)$/;

/** Formatted text as Markdown: bold, italic, links, lists, quotes and headings; of everything else its words. */
export function markdown(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const gone of body.querySelectorAll("script, style, head, title, meta")) gone.remove();
  return within(body, "").replace(/[^\S\n]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function within(node, mark) {
  return [...node.childNodes].map((child) => said(child, mark)).join("");
}

function said(node, mark) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\s+/g, " ");
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const { tagName: tag, style } = node;
  if (tag === "BR") return "\n";
  if (tag === "UL" || tag === "OL") {
    const items = [...node.children].filter((item) => item.tagName === "LI");
    const each = items.map((item, number) => `${tag === "OL" ? `${number + 1}.` : "-"} ${within(item, mark).trim().replace(/\n+/g, "\n  ")}`);
    return `\n\n${each.join("\n")}\n\n`;
  }
  const words = within(node, mark);
  if (!words.trim()) return words ? " " : "";
  if (/^H[1-6]$/.test(tag)) return `\n\n# ${words.trim()}\n\n`;
  if (tag === "BLOCKQUOTE") return `\n\n${words.trim().replace(/^/gm, "> ")}\n\n`;
  const address = tag === "A" ? node.getAttribute("href") ?? "" : "";
  if (/^(?:https?|mailto):/.test(address)) return words.trim() === address ? address : `[${words.trim()}](${address})`;
  if (BLOCKS.test(tag)) return `\n\n${words.trim()}\n\n`;
  const isPlain = /^(?:normal|400)$/.test(style.fontWeight); // a word processor wraps everything in such a <b>
  const sign = (isPlain ? "" : AROUND[tag]) || (/^(?:bold|[6-9]00)$/.test(style.fontWeight) ? "**" : style.fontStyle === "italic" ? "*" : "");
  if (!sign || mark.includes(sign)) return words;
  const [, before, core, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(words);
  return `${before}${sign}${core}${sign}${after}`;
}

function paste(event, area) {
  const html = event.clipboardData?.getData("text/html");
  if (!html) return;
  const text = markdown(html);
  const plain = event.clipboardData.getData("text/plain");
  if (!text || text === plain.trim()) return;
  event.preventDefault();
  put(area, area.selectionStart, area.selectionEnd, text);
}

/* Preview */

let drawing = 0;

function draw(preview) {
  clearTimeout(drawing);
  drawing = setTimeout(() => preview.dispatchEvent(new Event("preview")), 350);
}

/** Give a text its toolbar, keys, and preview. */
export function equip(toolbar) {
  const area = document.getElementById(toolbar.getAttribute("aria-controls"));
  const tools = [...toolbar.querySelectorAll("button")];
  const button = toolbar.querySelector("[data-preview]");
  const preview = document.getElementById(button.dataset.preview);
  toolbar.hidden = false;
  tools.forEach((tool, number) => (tool.tabIndex = number ? -1 : 0));
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tools[(tools.indexOf(document.activeElement) + step + tools.length) % tools.length];
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
    next.focus();
  });
  toolbar.addEventListener("click", (event) => {
    const tool = event.target.closest("button");
    if (tool === button) {
      preview.hidden = !preview.hidden;
      button.setAttribute("aria-pressed", String(!preview.hidden));
      if (!preview.hidden) draw(preview);
    } else if (tool) MARKS[tool.dataset.mark](area);
  });
  area.addEventListener("keydown", (event) => {
    const kind = KEYS[event.key.toLowerCase()];
    if (kind && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      MARKS[kind](area);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) goOn(event, area);
  });
  area.addEventListener("paste", (event) => paste(event, area));
  area.addEventListener("input", () => {
    if (!preview.hidden) draw(preview);
  });
}
