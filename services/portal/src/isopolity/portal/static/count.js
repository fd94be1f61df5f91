/* While criteria are changed, the counter follows: the form's own page counts what is typed, and its `#count` takes the
   place of ours. Nothing is saved by it. Without this script, or where the server does not answer, the button counts. */
"use strict";
{
  const form = document.getElementById("programme");
  const patience = 400; // milliseconds without a change
  let timer = 0;
  let asking = new AbortController();

  const count = async () => {
    asking.abort();
    asking = new AbortController();
    const typed = new URLSearchParams(new FormData(form));
    typed.set("do", "count");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: typed, signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("count");
      if (found) document.getElementById("count").innerHTML = found.innerHTML; // it stays the same live region
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // TypeError: no connection
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, patience);
  });
}
