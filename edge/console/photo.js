// Sends a chosen photo to this box and shows it under the boxes that the page draws. The photo stays in this browser:
// it is shown from memory, and forgotten with the page or the next photo.
(() => {
  let shown = "";
  const words = (panel) => JSON.parse(panel.dataset.words);

  function say(panel, state, text) {
    panel.dataset.state = state;
    panel.querySelector(".photo-said").textContent = text;
  }

  function show(panel, file) {
    if (shown) URL.revokeObjectURL(shown);
    shown = URL.createObjectURL(file);
    panel.querySelector(".photo-shot").src = shown;
  }

  async function send(panel, file) {
    const place = panel.querySelector(".photo-place").value;
    const age = Math.max(0, Date.now() - (file.lastModified || Date.now()));
    const query = new URLSearchParams({ place, age_ms: String(Math.round(age)) });
    const answer = await fetch(`/api/readings?${query}`, {
      method: "POST", body: file, headers: { "Content-Type": file.type || "application/octet-stream" },
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      if (answer.status === 401) window.location.assign("/sign-in");
      throw new Error(words(panel)[told.reason] || told.detail || words(panel).other);
    }
    return told;
  }

  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.matches || !input.matches(".photo-input") || !input.files.length) return;
    const panel = input.closest(".photo-panel"), file = input.files[0];
    input.value = "";
    panel.querySelector(".photo-stage").hidden = false;
    say(panel, "reading", words(panel).reading);
    emitEvent("photo-begun");
    show(panel, file);
    try {
      const told = await send(panel, file);
      say(panel, "read", "");
      emitEvent("photo-read", told.look);
    } catch (error) {
      say(panel, "failed", error instanceof TypeError ? words(panel).offline : error.message);
    }
  });
})();
