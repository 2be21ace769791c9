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
