// A button that copies the text of the element its `data-copy` names. Without a script it stays hidden: one marks and copies.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  const said = button.querySelector("[data-said]");
  const before = said.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      source.focus();
      source.select?.();
      document.execCommand("copy");
    }
    said.textContent = "Copied";
    setTimeout(() => (said.textContent = before), 4000);
  });
}
