// A browser does not let a page from a file read others, which the search does for the
// lines below each result.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// Files, commands and programs can be copied; outputs are only read.
document.addEventListener("DOMContentLoaded", () => {
  if (!navigator.clipboard) {
    return;
  }
  const copied = "yaml yml sh bash zsh fish python json".split(" ");
  for (const language of copied) {
    for (const block of document.querySelectorAll(`.highlight-${language}`)) {
      const button = document.createElement("button");
      button.className = "copy";
      button.type = "button";
      button.textContent = "copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.querySelector("pre").textContent);
        button.textContent = "copied";
        setTimeout(() => (button.textContent = "copy"), 1500);
      });
      block.append(button);
    }
  }
});

// A result that is an entry of the index shows its page alone: several of one page look
// the same. The place in the page tells them apart.
document.addEventListener("DOMContentLoaded", () => {
  const results = document.querySelector("#search-results");
  if (!results) {
    return;
  }
  new MutationObserver(() => {
    for (const link of results.querySelectorAll("li.kind-index > a:not([data-place])")) {
      link.dataset.place = decodeURIComponent(link.hash.slice(1)).replaceAll("-", " ");
    }
  }).observe(results, { childList: true, subtree: true });
});
