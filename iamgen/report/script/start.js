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
