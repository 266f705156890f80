// A browser does not let a page from a file read others, which the search does for the
// lines below each result.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
