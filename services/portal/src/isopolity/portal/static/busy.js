/* A form whose work may take minutes: once it is sent, it says so and counts the time, and its buttons rest. Without this
   script the browser alone shows that it waits; sent twice, the form acts once all the same. */
"use strict";
for (const form of document.querySelectorAll("form[data-busy]")) {
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  form.append(told);
  const buttons = form.querySelectorAll("button");
  let timer = 0;

  form.addEventListener("submit", () => {
    const began = Date.now();
    const minutes = () => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      told.dataset.time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    told.className = "waiting";
    told.textContent = form.dataset.busy;
    minutes();
    timer = setInterval(minutes, 1000); // the time is shown by the style, so that no screen reader counts along
    setTimeout(() => buttons.forEach((button) => (button.disabled = true))); // after the pressed one is sent
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // the browser went back to a page that had been left
    clearInterval(timer);
    told.className = told.textContent = "";
    buttons.forEach((button) => (button.disabled = false));
  });
}
