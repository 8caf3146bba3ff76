/* Passkeys: the device asks its owner, the browser answers, the page's form takes the answer along.
   A form marked data-passkey says what for: create, get (sign in, confirm) or sign (the challenge is the hash of what is
   signed). Its button is shown only where the browser can do it; without scripts everything else works. */
"use strict";
(() => {
  const forms = document.querySelectorAll("form[data-passkey]");
  const able = window.isSecureContext && typeof window.PublicKeyCredential === "function";

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => {
    const raw = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  const hex = (array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  function create(asked) {
    const publicKey = {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: known(asked.excludeCredentials),
    };
    return navigator.credentials.create({ publicKey });
  }

  function get(asked) {
    const { names, ...rest } = asked;
    const publicKey = { ...rest, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) };
    return navigator.credentials.get({ publicKey });
  }

  function answer(credential) {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  /* How a signature by a passkey stands in the record: three parts, each after its length in two bytes. */
  function signature(response) {
    const parts = [response.authenticatorData, response.clientDataJSON, response.signature];
    return parts.map((part) => hex([part.byteLength >> 8, part.byteLength & 255]) + hex(new Uint8Array(part))).join("");
  }

  async function options(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const reply = await fetch(form.dataset.optionsUrl, {
      headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin",
    });
    return (await reply.json()).request_options.publicKey;
  }

  async function go(form) {
    const asked = await options(form);
    if (form.dataset.passkey === "create") {
      form.elements.credential.value = answer(await create(asked));
      return;
    }
    const credential = await get(asked);
    if (form.dataset.passkey === "sign") {
      form.elements.credential.value = asked.names[credential.id];
      form.elements.value.value = signature(credential.response);
    } else {
      form.elements.credential.value = answer(credential);
    }
  }

  function say(form, words) {
    const place = form.querySelector("[data-passkey-error]");
    place.querySelector("span").textContent = words;
    place.hidden = !words;
  }

  for (const form of forms) {
    const button = form.querySelector("[data-passkey-go]");
    if (!able) {
      form.querySelector("[data-passkey-unable]")?.removeAttribute("hidden");
      continue;
    }
    button.hidden = false;
    if (button.hasAttribute("data-passkey-first")) button.focus();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      say(form, "");
      button.disabled = true; // one question at a time
      try {
        await go(form);
        HTMLFormElement.prototype.submit.call(form);
      } catch (error) {
        button.disabled = false;
        say(form, error.name === "InvalidStateError" ? form.dataset.again : form.dataset.failed);
      }
    });
  }
})();
