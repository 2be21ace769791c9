function address(parts) {
  return "#" + parts.map(encodeURIComponent).join("/");
}

/* Returns an element with this class, these attributes and these children; texts become text nodes. */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function link(item, text, className) {
  return element("a", {href: address(item.key), class: className || null}, text);
}

function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many || one + "s"}`;
}

/* Returns an end as people write it: the day that ends then, where it is midnight. */
function spoken(end) {
  if (!end.endsWith("T00:00:00Z")) return end.replace("T", " ").replace("Z", " UTC");
  const day = new Date(Date.parse(end) - 86400000);
  return `the end of ${day.toISOString().slice(0, 10)} (UTC)`;
}

function until(end) {
  return end ? ["until ", element("time", {datetime: end}, spoken(end))] : [];
}

function badge(text, kind) {
  return element("span", {class: `badge ${kind || ""}`}, text);
}

function joined(parts, separator) {
  return parts.flatMap((part, number) => number ? [separator, part] : [part]);
}

/* Returns a list of the first rows, with a button that adds the next ones. */
function growing(rows, make, size, tag) {
  const list = element(tag || "div", {});
  let shown = 0;
  const more = element("button", {type: "button", on: {click: () => add()}});
  const add = () => {
    const next = rows.slice(shown, shown + size);
    list.append(...next.map(make));
    shown += next.length;
    more.textContent = `Show ${Math.min(size, rows.length - shown).toLocaleString("en")} more of ${rows.length.toLocaleString("en")}`;
    more.hidden = shown >= rows.length;
  };
  add();
  return [list, element("p", {}, more)];
}

/* Returns what is shown only once somebody opens it. */
function folded(summary, make) {
  const details = element("details", {}, element("summary", {}, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(element("div", {}, make()));
  });
  return details;
}
