/* Lists follow what is typed or chosen: `#found` of the page becomes that of the server's page for the form.
   Focus stays where it is, the address holds the choices, and how many fit is read out. Without this script, or
   where the server does not answer, the form's button does it. What is refused is shown where `#found` says why. */
"use strict";
{
  const form = document.querySelector("form[role=search]");
  const told = document.getElementById("told");
  const patience = 250; // milliseconds without a keystroke
  let timer = 0;
  let asking = new AbortController();

  const address = () => {
    const chosen = [...new FormData(form)].filter(([, value]) => value.trim() !== "");
    const query = new URLSearchParams(chosen).toString();
    return form.getAttribute("action") + (query && "?" + query);
  };

  const follow = async () => {
    const wanted = address();
    asking.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(wanted, { signal: asking.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("found");
      if (!found || wanted !== address() || (!answer.ok && !found.querySelector("[role=alert]"))) return;
      document.getElementById("found").replaceWith(document.adoptNode(found));
      history.replaceState(null, "", wanted);
      const count = found.querySelector(".count");
      told.textContent = count ? count.textContent : found.textContent.trim();
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // TypeError: no connection
    }
  };

  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(follow, patience);
  });
  form.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(follow, patience);
  });
}
