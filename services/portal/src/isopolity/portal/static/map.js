/* Maps are enlarged and moved: by buttons, by the wheel with the control key, by two fingers, and by pulling once they
   are larger. The library is fetched when a map is first used. Dots and names keep their size. Without this script a
   dot of several cities leads to a larger map of its part all the same. */
"use strict";
{
  const largest = 8;
  const larger = 1.01; // scale from which the map is moved
  const step = 1.6;
  const pulled = 5; // pixels from which a press is no click
  const library = document.currentScript.src.replace("map.js", "panzoom.min.js");
  const started = new WeakMap();

  const start = async (map) => {
    const svg = map.querySelector("svg");
    await import(library);
    const picture = globalThis.Panzoom(svg, {
      contain: "outside", overflow: "clip", cursor: "", maxScale: largest, minScale: 1, panOnlyWhenZoomed: true,
      touchAction: "pan-x pan-y", handleStartEvent: () => {},
    });
    let from = null;
    svg.addEventListener("panzoomchange", ({ detail }) => {
      svg.style.setProperty("--zoom", detail.scale);
      const touchAction = detail.scale > larger ? "none" : "pan-x pan-y";
      if (svg.style.touchAction !== touchAction) picture.setOptions({ touchAction, cursor: detail.scale > larger ? "grab" : "" });
    });
    svg.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; });
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    svg.addEventListener("click", (event) => {
      const way = from ? Math.hypot(event.clientX - from[0], event.clientY - from[1]) : 0;
      if (way > pulled && picture.getScale() > larger) event.preventDefault();
    }, true);
    const pane = svg.parentElement; // Chromium gives the focus to a picture that listens to it itself
    pane.addEventListener("wheel", (event) => { if (event.ctrlKey) picture.zoomWithWheel(event); }, { passive: false });
    const see = () => { // what has the focus stays in sight
      const dot = svg.querySelector("a:focus .point")?.getBoundingClientRect();
      const seen = pane.getBoundingClientRect();
      const isOut = dot && (dot.left < seen.left || dot.right > seen.right || dot.top < seen.top || dot.bottom > seen.bottom);
      if (isOut) picture.reset({ animate: false });
    };
    pane.addEventListener("focusin", () => requestAnimationFrame(see));
    await new Promise((done) => { setTimeout(done); }); // the library begins with a step of its own
    return picture;
  };

  const picture = (map) => {
    if (!started.has(map)) started.set(map, start(map));
    return started.get(map);
  };

  /* About the dot that has the focus, or else the middle of the map. */
  const enlarge = async (map, key) => {
    const it = await picture(map);
    const { left, top, width, height } = (map.querySelector("a:focus .point") ?? map.querySelector(".map-window")).getBoundingClientRect();
    const scale = key === "0" ? 1 : it.getScale() * (key === "+" ? step : 1 / step);
    it.zoomToPoint(scale, { clientX: left + width / 2, clientY: top + height / 2 });
  };

  const mapOf = (event) => event.target.closest?.(".map:not(.small)");

  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const map = mapOf(event);
      if (map) picture(map);
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-zoom]");
    if (button) enlarge(mapOf(event), button.dataset.zoom);
  });
  document.addEventListener("keydown", (event) => {
    const map = mapOf(event);
    if (!map || event.ctrlKey || event.metaKey || event.altKey || !["+", "-", "0"].includes(event.key)) return;
    event.preventDefault();
    enlarge(map, event.key);
  });
  document.documentElement.classList.add("scripted");
}
