/* A passkey signs in, or is made: what the server asks for is handed to the device, and its answer is sent by the form.
   Without this script, the page says how to go on otherwise. */
"use strict";
const form = document.querySelector("form[data-passkey]");
if (form) {
  const said = form.querySelector("[role=status]");
  const again = form.querySelector("button");
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const each of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) each.id = bytes(each.id);

  const ask = async () => {
    again.hidden = true;
    said.textContent = form.dataset.asking;
    try {
      const asked = { publicKey: options };
      const answer = await (form.dataset.passkey === "make"
        ? navigator.credentials.create(asked)
        : navigator.credentials.get(asked));
      const response = {};
      for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (answer.response[name]) response[name] = text(answer.response[name]);
      }
      form.elements.credential.value = JSON.stringify({
        id: answer.id, rawId: text(answer.rawId), type: answer.type, response, clientExtensionResults: {},
      });
      form.submit();
    } catch (error) { // refused, or left alone for too long; a device that has a passkey of this account makes no other
      said.textContent = error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed;
      again.hidden = false;
    }
  };

  if (window.PublicKeyCredential) {
    again.addEventListener("click", ask);
    if (form.dataset.waits) { // what the device signed just now did not count
      said.textContent = "";
      again.hidden = false;
    } else {
      ask();
    }
  } else {
    said.textContent = form.dataset.unable;
  }
}
