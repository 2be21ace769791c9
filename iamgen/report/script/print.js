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
