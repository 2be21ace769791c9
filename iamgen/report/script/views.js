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
