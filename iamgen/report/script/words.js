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
