/* Work in the background, such as a round or an import: the page asks every two seconds how far it is, and shows itself anew once it is over.
   Without this script a link does it. */
"use strict";
{
  const pause = 2000; // milliseconds
  const follow = async () => {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("progress");
      if (answer.ok && now && now.dataset.waiting === undefined) return location.reload();
      const told = now && now.querySelector("[role=status]");
      if (answer.ok && told) document.querySelector("#progress [role=status]").textContent = told.textContent;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // TypeError: no connection
    }
    setTimeout(follow, pause);
  };
  setTimeout(follow, pause);
}
