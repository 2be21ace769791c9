"use strict";
/* Shows the tables of the report. Whatever comes from them is put into the page as text, and never as markup. */
const report = JSON.parse(document.getElementById("data").textContent);
const PEOPLE_SHOWN = 50, ACCOUNTS_SHOWN = 12, LISTED = 12, PRINTED = 2000, MATCHES = 40, NONE = -1;
const view = document.getElementById("view"), written = document.getElementById("written");
const found = document.getElementById("found"), printed = document.getElementById("printed");

const actors = report.actors.map(([kind, name, account, place], number) => ({
  number, kind, name, account, place, held: [],
  label: (kind === "user" && account !== NONE) ? `${name} in ${report.accounts[account][0]}` : name,
  key: ["holder", kind, name, account === NONE ? "" : report.accounts[account][0]],
}));
const identities = report.identities.map(([isRole, label, account, power, arn, logicalId, place], number) => ({
  number, isRole: isRole === 1, label, account, power, arn, logicalId, place, held: [], further: [], unknown: [],
  key: ["role", arn],
}));
const accounts = report.accounts.map(([name, id], number) => ({
  number, name, id, identities: [], held: [], findings: [], key: ["account", name],
}));
for (const [actor, identity, certain, end, reason, steps] of report.held) {
  const row = {
    actor: actors[actor], identity: identities[identity], certain: certain === 1, steps,
    end: end === NONE ? "" : report.ends[end], reason: reason === NONE ? "" : report.reasons[reason],
  };
  row.actor.held.push(row);
  row.identity.held.push(row);
  accounts[row.identity.account].held.push(row);
}
for (const [from, to, certain] of report.further) {
  identities[from].further.push({identity: identities[to], certain: certain === 1});
}
for (const identity of identities) if (identity.isRole) accounts[identity.account].identities.push(identity);
for (const [name, numbers] of report.unknown) for (const number of numbers) identities[number].unknown.push(name);
for (const [level, rule, message, cause, owner, numbers] of report.findings) {
  for (const number of numbers) accounts[number].findings.push({level, rule, message, cause, owner});
}
const questions = report.questions.map(([key, title, explanation, actions], number) => (
  {number, title, explanation, actions, key: ["question", key]}
));
const byAddress = new Map([...actors, ...identities, ...accounts, ...questions].map((item) => [address(item.key), item]));

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

/* ----- what is said about a way, a class of power, an answer ----- */

function path(row) {
  const listed = row.steps.map((number) => {
    const [kind, name, account, place] = report.steps[number];
    const where = account === NONE ? "" : ` in ${report.accounts[account][0]}`;
    return element("li", {}, `${kind} ${name}${where} `, element("span", {class: "place"}, place));
  });
  const first = element("li", {}, `${row.actor.kind} ${row.actor.label} `, element("span", {class: "place"}, row.actor.place));
  return element("ol", {}, first, listed);
}

function services(power, limit) {
  const [groups] = report.classes[power];
  if (!groups.length) return element("p", {}, "Nothing of what is in the list of AWS's actions.");
  return element("dl", {class: "services"}, groups.map(([words, names]) => {
    const short = names.slice(0, limit).join(", ");
    const rest = names.slice(limit);
    const more = rest.length ? folded(`and ${rest.length} more services`, () => rest.join(", ")) : null;
    return [element("dt", {}, words), element("dd", {}, short, more)];
  }));
}

function turns(power) {
  const moments = report.classes[power][2];
  if (!moments.length) return null;
  return element("p", {}, `This is as of now. Conditions of its policies on the time change it at ${moments.map(spoken).join(", ")}.`);
}

/* Returns the prepared questions to which the answer about a class of power is yes, or that it depends. */
function powers(power, certain) {
  return questions.flatMap((question) => {
    const [level] = report.classes[power][1][question.number];
    if (level === "n") return [];
    const isSure = level === "y" && certain;
    return [link(question, badge(isSure ? question.title : `perhaps, or in part: ${question.title}`, isSure ? "alert" : "warn")), " "];
  });
}

function terms(row) {
  const words = [...until(row.end)];
  if (!row.certain) words.push(words.length ? ", " : "", badge("perhaps", "warn"));
  if (row.reason) words.push(words.length ? ": " : "", row.reason);
  return words;
}

/* Returns rows in groups of the same role on the same terms and with the same power, in different accounts. */
function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.identity.isRole, row.identity.label, row.end, row.reason, row.certain, row.identity.power]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  return [...groups.values()];
}

function inAccounts(rows) {
  const names = rows.map((row) => accounts[row.identity.account].name);
  const all = rows.length === accounts.length && rows.length > 6;
  if (all) return `all ${rows.length.toLocaleString("en")} accounts`;
  return names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${(names.length - 5).toLocaleString("en")} more accounts`;
}

function heldCard(rows) {
  const [first] = rows;
  const isOwn = !first.identity.isRole;
  const title = isOwn ? `Own user ${first.identity.label} in ${inAccounts(rows)}` : `${first.identity.label} in ${inAccounts(rows)}`;
  const ways = isOwn ? [] : growing(rows, (row) => folded(
    ["The way to ", row.identity.label, " in ", accounts[row.identity.account].name],
    () => [path(row), element("p", {}, link(row.identity, `All about ${row.identity.label} in ${accounts[row.identity.account].name}`))],
  ), LISTED);
  return element("div", {class: "card"},
    element("h3", {}, title),
    element("p", {}, terms(first)),
    element("p", {}, powers(first.identity.power, first.certain)),
    folded("What it can do, by service and access level", () => [services(first.identity.power, LISTED), turns(first.identity.power)]),
    ways);
}

/* ----- the views ----- */

function holderView(actor) {
  const where = actor.account === NONE ? "" : ` in ${report.accounts[actor.account][0]}`;
  return [
    element("h1", {}, actor.name),
    element("p", {class: "lead"}, `${actor.kind}${where} `, element("span", {class: "place"}, actor.place)),
    actor.held.length ? null : element("p", {class: "notice"}, "Can act as nothing, as far as is known from what was read."),
    growing(grouped(actor.held), heldCard, PEOPLE_SHOWN),
  ];
}

function holderRow(row) {
  return element("tr", {},
    element("th", {scope: "row"}, link(row.actor, row.actor.label)),
    element("td", {}, row.actor.kind),
    element("td", {}, row.end ? "" : "without an end", row.end || !(row.reason || !row.certain) ? "" : ", ", terms(row)),
    element("td", {}, folded("The way", () => path(row))));
}

function findingItem(finding) {
  const kind = {error: "alert", warning: "warn"}[finding.level];
  return element("li", {}, badge(finding.level, kind), " ", element("strong", {}, finding.rule), `: ${finding.message} `,
    element("span", {class: "place"}, finding.cause));
}

function findingsPart(findings, nothing) {
  if (!report.has_checks) return element("p", {}, "The checks were not run: they are about a declaration.");
  return findings.length ? growing(findings, findingItem, PEOPLE_SHOWN, "ul") : element("p", {}, nothing);
}

function roleView(role) {
  const account = accounts[role.account];
  const own = account.findings.filter((finding) => finding.owner === role.logicalId);
  return [
    element("h1", {}, `${role.label} in ${account.name}`),
    element("p", {class: "lead"}, link(account, account.name), ` ${role.arn} `, element("span", {class: "place"}, role.place)),
    element("p", {}, powers(role.power, true)),
    element("h2", {}, "Who can act as it"),
    role.held.length ? wide("Who can act as it", ["who", "what it is", "until when, and why", "how"], role.held, holderRow) : element("p", {}, "Nobody, as far as is known from what was read."),
    role.unknown.length ? element("p", {}, `Its trust policy also names ${role.unknown.join(", ")}, of which nothing is known.`) : null,
    element("h2", {}, "What it can do"),
    services(role.power, LISTED * 2), turns(role.power),
    element("h2", {}, "Ways to more"),
    role.further.length ? element("ul", {}, role.further.map(({identity, certain}) => element("li", {},
      certain ? "" : "perhaps ", "by assuming ", link(identity, `${identity.label} in ${accounts[identity.account].name}`), " ", powers(identity.power, certain))))
      : element("p", {}, "It can assume no further role of these accounts."),
    element("h3", {}, "Findings about it"),
    findingsPart(own, "No rule found anything about the role itself; those about its policies are with the account."),
  ];
}

function accountView(account) {
  const rows = account.identities.map((role) => element("tr", {},
    element("th", {scope: "row"}, link(role, role.label)),
    element("td", {class: "right"}, role.held.length.toLocaleString("en")),
    element("td", {}, powers(role.power, true))));
  const people = [...new Set(account.held.map((row) => row.actor))];
  return [
    element("h1", {}, account.name),
    element("p", {class: "lead"}, account.id),
    element("h2", {}, "Roles"),
    rows.length ? tableOf("Roles", ["role", "holders", "what it means"], rows) : element("p", {}, "It has no roles."),
    element("h2", {}, `Who can act here: ${people.length.toLocaleString("en")}`),
    growing(people, (actor) => element("p", {}, link(actor, actor.label), ` (${actor.kind}) `, chips(actor.held.filter((row) => row.identity.account === account.number))), PEOPLE_SHOWN),
    element("h2", {}, "Findings"),
    findingsPart(account.findings, "No rule found anything in its template that users.py does not ignore."),
  ];
}

function chips(rows) {
  return joined(rows.map(chip), " ");
}

function chip(row) {
  return element("a", {class: "chip", href: address(row.identity.isRole ? row.identity.key : row.actor.key)},
    `${row.certain ? "" : "perhaps "}${row.identity.isRole ? row.identity.label : "own user"}`,
    row.end ? element("small", {}, `until ${spoken(row.end).replace("the end of ", "").replace(" (UTC)", "")}`) : null);
}

function tableOf(label, heads, rows, className) {
  return element("div", {class: "wide", tabindex: "0", role: "region", "aria-label": label},
    element("table", {class: className || null},
      element("thead", {}, element("tr", {}, heads.map((head) => element("th", {scope: "col"}, head)))),
      element("tbody", {}, rows)));
}

function wide(label, heads, rows, make) {
  const [list, more] = growing(rows, make, PEOPLE_SHOWN, "tbody");
  return [element("div", {class: "wide", tabindex: "0", role: "region", "aria-label": label}, element("table", {},
    element("thead", {}, element("tr", {}, heads.map((head) => element("th", {scope: "col"}, head)))), list)), more];
}

function questionsView() {
  return [element("h1", {}, "Questions"), questions.map((question) => {
    const answers = answersTo(question);
    const sure = answers.filter((answer) => answer.sure).length;
    return element("div", {class: "card"}, element("h2", {}, link(question, question.title)), element("p", {}, question.explanation),
      element("p", {}, `${sure.toLocaleString("en")} may for certain, ${(answers.length - sure).toLocaleString("en")} perhaps or in part.`));
  })];
}

/* Returns everybody who may do one of a question's actions, each with the ways, those that are certain first. */
function answersTo(question) {
  const answers = [];
  for (const actor of actors) {
    const ways = actor.held.flatMap((row) => {
      const answer = report.classes[row.identity.power][1][question.number];
      if (answer[0] === "n") return [];
      const [level, end, certain, depending, steps, conditions] = answer;
      const ends = [row.end, end || ""].filter(Boolean).sort();
      return [{row, sure: level === "y" && row.certain, end: ends[0] || "", certain, depending, steps, conditions}];
    });
    ways.sort((left, right) => right.sure - left.sure);
    if (ways.length) answers.push({actor, ways, sure: ways[0].sure});
  }
  return answers.sort((left, right) => right.sure - left.sure);
}

/* Returns the ways of somebody to do what a question asks: those on the same terms in one fold. */
function waysOf(ways) {
  const groups = new Map();
  for (const way of ways) {
    const {row, sure, end} = way;
    const key = JSON.stringify([row.identity.isRole, row.identity.label, row.identity.power, sure, end, row.reason]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(way);
  }
  return growing([...groups.values()], foldedWays, LISTED);
}

function foldedWays(ways) {
  const [{row, sure, end, certain, depending, steps, conditions}] = ways;
  const role = row.identity.isRole ? `as ${row.identity.label} in ${inAccounts(ways.map((way) => way.row))}` : "as their own user";
  const head = [sure ? "" : "perhaps, or in part, ", role, end ? " " : "", ...until(end), row.reason ? `: ${row.reason}` : ""];
  return folded(head, () => [
    element("ul", {},
      steps.length ? element("li", {}, `allowed by ${steps.join(", ")}`) : null,
      certain.length ? element("li", {}, `on every resource: ${certain.join(", ")}`) : null,
      depending.length ? element("li", {}, `on some resources, or under conditions: ${depending.join(", ")}`) : null,
      conditions.map((text) => element("li", {}, text))),
    ways.length === 1 ? path(row) : growing(ways, (way) => folded(`The way in ${accounts[way.row.identity.account].name}`, () => path(way.row)), LISTED),
  ]);
}

function questionView(question) {
  const answers = answersTo(question);
  const unheld = identities.filter((role) => role.isRole && !role.held.length && report.classes[role.power][1][question.number][0] !== "n");
  return [
    element("h1", {}, question.title),
    element("p", {}, question.explanation),
    folded(`One of ${count(question.actions.length, "action")} is enough`, () => question.actions.join(", ")),
    element("p", {}, `As asked of everybody on every resource: `, element("code", {}, "iamgen who-can ACTION --on ARN"), " answers it for one resource."),
    answers.length ? null : element("p", {class: "notice"}, "Nobody, as far as is known from what was read."),
    growing(answers, ({actor, ways, sure}) => element("div", {class: "card"},
      element("h2", {}, link(actor, actor.label), " ", badge(actor.kind), " ", sure ? badge("yes", "alert") : badge("perhaps, or in part", "warn")),
      waysOf(ways)), PEOPLE_SHOWN),
    unheld.length ? [element("h2", {}, "Roles that may, although nobody can act as them"),
      growing(unheld, (role) => element("li", {}, link(role, `${role.label} in ${accounts[role.account].name}`)), PEOPLE_SHOWN, "ul")] : null,
  ];
}

/* A list of things with a filter: the words have to be in the text of each that is shown. */
function filtered(title, items, textOf, make) {
  const list = element("div", {}), status = element("p", {role: "status", class: "quiet"});
  const texts = items.map((item) => textOf(item).toLowerCase());
  const show = (typed) => {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = items.filter((_, number) => words.every((word) => texts[number].includes(word)));
    status.textContent = `${matching.length.toLocaleString("en")} of ${items.length.toLocaleString("en")}`;
    list.replaceChildren(...growing(matching, (item) => element("li", {}, make(item)), PEOPLE_SHOWN * 4, "ul"));
    list.querySelector("ul").className = "names";
  };
  const input = element("input", {type: "search", autocomplete: "off", on: {input: (event) => show(event.target.value)}});
  show("");
  return [element("h1", {}, title), element("div", {class: "filters"}, element("label", {}, "Show only", input)), status, list];
}

const peopleView = () => filtered("People and machines", actors, (actor) => `${actor.label} ${actor.kind}`,
  (actor) => [link(actor, actor.label), ` ${actor.kind === "person" ? "" : `(${actor.kind})`}`]);
const rolesView = () => filtered("Roles", identities.filter((item) => item.isRole), (role) => `${role.label} ${accounts[role.account].name} ${role.arn}`,
  (role) => [link(role, `${role.label} in ${accounts[role.account].name}`), ` (${role.held.length.toLocaleString("en")})`]);
const accountsView = () => filtered("Accounts", accounts, (account) => `${account.name} ${account.id}`,
  (account) => [link(account, account.name), ` ${account.id}`]);

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

/* ----- finding something, and going there ----- */

const listed = [...actors, ...accounts, ...identities.filter((item) => item.isRole)].map((item) => {
  const text = item.kind ? `${item.label} (${item.kind})` : item.id ? `account ${item.name} ${item.id}` : `${item.label} in ${accounts[item.account].name}`;
  return {item, text, lower: text.toLowerCase()};
});

function find(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  found.hidden = !words.length;
  if (!words.length) return found.replaceChildren();
  const matching = [];
  let total = 0;
  for (const entry of listed) {
    if (words.every((word) => entry.lower.includes(word)) && ++total <= MATCHES) matching.push(entry);
  }
  const head = total > MATCHES ? `${total.toLocaleString("en")} match; the first ${MATCHES}:` : total ? `${count(total, "match", "matches")}:` : "Nothing has all of these words in its name.";
  found.replaceChildren(element("p", {}, head), element("ul", {}, matching.map(({item, text}) => element("li", {}, link(item, text)))));
}

const VIEWS = {"#matrix": matrixView, "#people": peopleView, "#roles": rolesView, "#accounts": accountsView, "#questions": questionsView};
const VIEW_OF = {holder: holderView, role: roleView, account: accountView, question: questionView};

function contentOf(hash) {
  if (VIEWS[hash]) return VIEWS[hash]();
  const item = byAddress.get(hash);
  if (item) return VIEW_OF[item.key[0]](item);
  const isWritten = hash === "" || hash === "#" || hash === "#content" || written.querySelector(`[id="${CSS.escape(hash.slice(1))}"]`);
  return isWritten ? null : [element("h1", {}, "Not in this report"), element("p", {}, "The address names something that this report does not have: another report may have had it.")];
}

function go(event) {
  if (location.hash === "#content") return;
  const content = contentOf(location.hash);
  view.hidden = content === null;
  written.hidden = content !== null;
  view.replaceChildren(...(content || []).flat(Infinity).filter(Boolean));
  const heading = (content ? view : written).querySelector("h1");
  document.title = `${heading.textContent}: who can do what`;
  for (const item of document.querySelectorAll("nav a")) {
    if (item.getAttribute("href") === (location.hash || "#overview")) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
  if (!event) return;
  document.getElementById("search").value = "";
  find("");
  if (content) window.scrollTo(0, 0);
  else document.getElementById(location.hash.slice(1) || "overview").scrollIntoView();
  document.getElementById("content").focus({preventScroll: true});
}

/* ----- all of it, for paper ----- */

function printAll() {
  const people = actors.slice(0, PRINTED), roles = grouped(identities.filter((item) => item.isRole).map((identity) => ({identity, end: "", reason: "", certain: true})));
  const cut = actors.length > PRINTED ? element("p", {}, `The first ${PRINTED.toLocaleString("en")} of ${actors.length.toLocaleString("en")} are printed; the page itself has all of them.`) : null;
  printed.replaceChildren(
    element("h2", {}, "People and machines"), cut || "",
    ...people.map((actor) => element("section", {}, element("h3", {}, `${actor.label} (${actor.kind})`),
      element("ul", {}, grouped(actor.held).map((rows) => element("li", {}, rows[0].identity.isRole ? rows[0].identity.label : "own user", ` in ${inAccounts(rows)} `, terms(rows[0])))))),
    element("h2", {}, "Roles, those of equal power together"),
    ...roles.slice(0, PRINTED).map((rows) => element("section", {}, element("h3", {}, `${rows[0].identity.label} in ${inAccounts(rows)}`),
      element("dl", {class: "services"}, report.classes[rows[0].identity.power][0].map(([words, names]) => [element("dt", {}, words), element("dd", {}, names.length > 60 ? `${names.slice(0, 60).join(", ")} and ${names.length - 60} more services` : names.join(", "))])))),
    element("h2", {}, "Accounts"),
    element("ul", {}, accounts.map((account) => element("li", {}, `${account.name} ${account.id}: ${joined(account.identities.map((role) => `${role.label} (${role.held.length.toLocaleString("en")})`), ", ").join("") || "no roles"}`))),
    ...questions.flatMap((question) => {
      const answers = answersTo(question), shown = answers.slice(0, PRINTED);
      return [element("h2", {}, question.title), element("p", {}, question.explanation),
        answers.length ? "" : element("p", {}, "Nobody, as far as is known from what was read."),
        element("ul", {}, shown.map(({actor, ways, sure}) => element("li", {}, `${actor.label} (${actor.kind}), ${sure ? "yes" : "perhaps, or in part"}: `,
          grouped(ways.map((way) => way.row)).map((rows) => `${rows[0].identity.isRole ? rows[0].identity.label : "own user"} in ${inAccounts(rows)}`).join("; ")))),
        answers.length > PRINTED ? element("p", {}, `and ${(answers.length - PRINTED).toLocaleString("en")} more`) : ""];
    }));
  printed.hidden = false;
}

window.addEventListener("beforeprint", printAll);
window.addEventListener("afterprint", () => { printed.hidden = true; printed.replaceChildren(); });
document.getElementById("search").addEventListener("input", (event) => find(event.target.value));
document.querySelector("form.search").addEventListener("submit", (event) => {
  event.preventDefault();
  const first = found.querySelector("a");
  if (first) location.hash = first.getAttribute("href");
});
document.getElementById("needs-script").hidden = true;
for (const item of document.querySelectorAll(".scripted")) item.hidden = false;
window.addEventListener("hashchange", go);
go();
