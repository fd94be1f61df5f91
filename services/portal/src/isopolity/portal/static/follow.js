/* Events as they come: the page asks for what is newer, which the server holds for ten seconds at most, and puts it on
   top of the list. Without this script the link “Newer” does it. */
"use strict";
{
  const most = 200; // events on the page
  const pause = 5000; // milliseconds after a failure
  const list = document.getElementById("events");
  const link = document.getElementById("newer");
  const told = document.getElementById("told");
  const say = (words) => {
    if (told && words && told.textContent !== words) told.textContent = words;
  };

  const follow = async () => {
    let wait = 0;
    try {
      const answer = await fetch(link.href + "&wait=1");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const newer = page.getElementById("newer");
      if (answer.ok && newer) {
        link.href = newer.getAttribute("href");
        list.prepend(...[...page.querySelectorAll("#events > li")].map((event) => document.adoptNode(event)));
        if (list.children.length > 0) document.getElementById("none")?.remove();
        while (list.children.length > most) list.lastElementChild.remove();
        say(page.getElementById("told")?.textContent);
      } else {
        const problem = page.querySelector(".problem, .fault");
        say(problem?.textContent);
        wait = pause;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // TypeError: no connection
      wait = pause;
    }
    setTimeout(follow, wait);
  };
  if (list && link) follow();
}
