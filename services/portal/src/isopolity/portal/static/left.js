/* How much may still be written in a text of bounded length: said as it is typed. Spaces and lines count as the server
   counts them, as one space between words. Without this script, the page says it as of when it was shown. */
"use strict";
for (const field of document.querySelectorAll("textarea[data-told]")) {
  const told = document.getElementById(field.dataset.told);
  let timer = 0;

  const tell = () => {
    const left = Number(told.dataset.most) - [...field.value.trim().replace(/\s+/g, " ")].length;
    told.textContent = (left < 0 ? told.dataset.over : told.dataset.fits).replace("#", Math.abs(left));
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, 300); // a screen reader is not told of each letter
  });
}
