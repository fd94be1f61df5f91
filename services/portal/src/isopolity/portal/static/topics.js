/* Topics are found as they are typed: the form's own page finds them, unticked, and they take the place of those found
   before; what is ticked stays. Nothing is saved by it. Without this script, or where the server does not answer, the
   button finds them. */
"use strict";
{
  const patience = 400; // milliseconds without a change
  let timer = 0;
  let asking = new AbortController();

  const find = async (field, card) => {
    asking.abort();
    asking = new AbortController();
    const typed = new URLSearchParams(new FormData(field.form));
    typed.set("topics-of", card);
    try {
      const answer = await fetch(field.form.getAttribute("action"), { method: "POST", body: typed, signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const theirs = page.getElementById(card + "-found");
      const ours = document.getElementById(card + "-found");
      if (!theirs || !ours) return;
      for (const box of ours.querySelectorAll("input:checked")) ours.before(box.parentElement);
      ours.innerHTML = theirs.innerHTML; // it stays the same live region
      for (const box of ours.querySelectorAll("input")) {
        if (document.getElementById(box.id) !== box) box.parentElement.remove(); // it was ticked meanwhile
      }
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // TypeError: no connection
    }
  };

  document.addEventListener("input", (event) => {
    const card = event.target.name && event.target.name.endsWith("-topics-text") && event.target.name.slice(0, -12);
    if (!card) return;
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(() => find(event.target, card), patience);
  });
}
