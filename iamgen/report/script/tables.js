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
