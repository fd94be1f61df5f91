/* Maps are enlarged and moved: by buttons, by the wheel with the control key, by two fingers, and by pulling once they
   are larger. The library is fetched when a map is first used. Dots and names keep their size. Without this script a
   dot of several cities leads to a larger map of its part all the same. */
"use strict";
{
  const largest = 8;
  const pulled = 5; // pixels from which a press is no click
  const library = document.currentScript.src.replace("map.js", "panzoom.min.js");
  const started = new WeakMap();

  const start = async (map) => {
    const svg = map.querySelector("svg");
    await import(library);
    const picture = globalThis.Panzoom(svg, {
      contain: "outside", cursor: "", maxScale: largest, minScale: 1, panOnlyWhenZoomed: true, step: 0.5,
      touchAction: "pan-x pan-y", handleStartEvent: () => {},
    });
    let from = null;
    svg.addEventListener("panzoomchange", ({ detail }) => {
      svg.style.setProperty("--zoom", detail.scale);
      const touchAction = detail.scale > 1 ? "none" : "pan-x pan-y";
      if (svg.style.touchAction !== touchAction) picture.setOptions({ touchAction, cursor: detail.scale > 1 ? "grab" : "" });
    });
    svg.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; });
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    svg.addEventListener("click", (event) => {
      const way = from ? Math.hypot(event.clientX - from[0], event.clientY - from[1]) : 0;
      if (way > pulled && picture.getScale() > 1) event.preventDefault();
    }, true);
    svg.parentNode.addEventListener("wheel", (event) => { if (event.ctrlKey) picture.zoomWithWheel(event); }, { passive: false });
    svg.addEventListener("focusin", ({ target }) => { // what has the focus is seen
      const pane = svg.parentNode;
      pane.scrollTo(0, 0);
      const [dot, seen] = [target.querySelector(".point"), pane].map((each) => each.getBoundingClientRect());
      if (dot.left < seen.left || dot.right > seen.right || dot.top < seen.top || dot.bottom > seen.bottom) picture.reset();
    });
    return picture;
  };

  const picture = (map) => {
    if (!started.has(map)) started.set(map, start(map));
    return started.get(map);
  };

  const keys = { "+": (it) => it.zoomIn(), "-": (it) => it.zoomOut(), 0: (it) => it.reset() };

  const mapOf = (event) => event.target.closest?.(".map:not(.small)");

  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const map = mapOf(event);
      if (map) picture(map);
    });
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-zoom]");
    if (button) keys[button.dataset.zoom]?.(await picture(mapOf(event)));
  });
  document.addEventListener("keydown", async (event) => {
    const map = mapOf(event);
    if (!map || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key](await picture(map));
  });
  document.documentElement.classList.add("scripted");
}
