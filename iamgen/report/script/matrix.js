/* ----- the matrix ----- */

const matrix = {people: "", places: "", role: "", kind: "", ending: false, row: 0, column: 0};

function matrixView() {
  const body = element("div", {});
  const change = (name, value) => { matrix[name] = value; matrix.row = matrix.column = 0; fill(); };
  const text = (label, name) => element("label", {}, label, element("input", {type: "search", autocomplete: "off", value: matrix[name], on: {input: (event) => change(name, event.target.value)}}));
  const choice = (label, name, values) => element("label", {}, label, element("select", {on: {change: (event) => change(name, event.target.value)}},
    element("option", {value: ""}, "all"), values.map((value) => element("option", {value, selected: value === matrix[name]}, value))));
  const box = element("input", {type: "checkbox", checked: matrix.ending, on: {change: (event) => change("ending", event.target.checked)}});
  const fill = () => body.replaceChildren(...matrixPart(fill));
  fill();
  const labels = [...new Set(identities.filter((item) => item.isRole).map((item) => item.label))].sort();
  return [
    element("h1", {}, "Who has which role where"),
    element("div", {class: "filters"}, text("People and machines", "people"), text("Accounts", "places"),
      choice("Role", "role", labels), choice("What they are", "kind", [...new Set(actors.map((actor) => actor.kind))]),
      element("label", {}, "Only what ends", box)),
    body,
  ];
}

/* Returns the part of the matrix that the filters leave, with those accounts alone in which its people have a role. */
function matrixPart(fill) {
  const words = (typed) => typed.toLowerCase().split(/\s+/).filter(Boolean);
  const names = words(matrix.people), places = words(matrix.places);
  const fits = (row) => row.identity.isRole && (!matrix.role || row.identity.label === matrix.role) && (!matrix.ending || row.end);
  const isPlace = accounts.map((account) => places.every((word) => `${account.name} ${account.id}`.toLowerCase().includes(word)));
  const narrowed = matrix.role || matrix.ending || places.length;
  const rows = [];
  for (const actor of actors) {
    if (matrix.kind && actor.kind !== matrix.kind) continue;
    if (!names.every((word) => `${actor.label} ${actor.kind}`.toLowerCase().includes(word))) continue;
    const held = actor.held.filter((row) => fits(row) && isPlace[row.identity.account]);
    if (held.length || !narrowed) rows.push({actor, held});
  }
  const page = rows.slice(matrix.row, matrix.row + PEOPLE_SHOWN);
  const used = new Set(page.flatMap(({held}) => held.map((row) => row.identity.account)));
  const columns = accounts.filter((account) => used.has(account.number));
  const part = columns.slice(matrix.column, matrix.column + ACCOUNTS_SHOWN);
  const body = page.map(({actor, held}) => element("tr", {}, element("th", {scope: "row"}, link(actor, actor.label)),
    part.map((account) => element("td", {}, chips(held.filter((row) => row.identity.account === account.number))))));
  const heads = ["who", ...part.map((account) => link(account, account.name))];
  return [
    element("p", {role: "status", class: "quiet"}, `${rows.length.toLocaleString("en")} of ${actors.length.toLocaleString("en")} people and machines. The columns are the accounts in which those who are shown have a role.`),
    pager("people and machines", rows.length, "row", PEOPLE_SHOWN, fill), pager("accounts", columns.length, "column", ACCOUNTS_SHOWN, fill),
    body.length ? tableOf("Who has which role where", heads, body, "matrix") : element("p", {class: "notice"}, "Nobody is left by these filters."),
  ];
}

function pager(words, total, name, size, fill) {
  if (total <= size) return element("div", {class: "pages"}, `${words}: all ${total.toLocaleString("en")}`);
  const last = Math.min(total, matrix[name] + size);
  const button = (text, label, step, isOff) => element("button", {type: "button", "aria-label": label, disabled: isOff, on: {click: () => {
    matrix[name] += step;
    if (name === "row") matrix.column = 0;
    fill();
  }}}, text);
  return element("div", {class: "pages"},
    button("←", `earlier ${words}`, -size, matrix[name] === 0), button("→", `further ${words}`, size, last === total),
    `${words}: ${(matrix[name] + 1).toLocaleString("en")} to ${last.toLocaleString("en")} of ${total.toLocaleString("en")}`);
}
