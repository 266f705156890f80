"""Settings of Sphinx for `make site`.

The sources are the pages as they lie in the repository: README.md is the landing page,
and a link from one page to another is the same here and in a checkout. A page that is
missing in NAVIGATION, a link or an anchor that leads nowhere, and a name in a docstring
that does not exist are warnings, and `make site` takes every warning for an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pmruntime import __version__, import_paddle

from docs.site import commands, index, names, navigation, schemas, sources

# The reference of pmruntime imports it all; Paddle's warnings are none of the site's.
import_paddle()

project = "pmgen"
author = "the authors of pmgen"
version = release = __version__
root_doc = "README"

_ROOT = Path(__file__).resolve().parents[2]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
include_patterns = [f"{page}.*" for page in navigation.pages()]
include_patterns += ["README.md", "docs/*.md", "docs/*.rst"]
# Folders without pages: to look through an environment would take longer than the site.
exclude_patterns = [
    path.name
    for path in _ROOT.iterdir()
    if path.is_dir() and path.name not in ("docs", "bench")
]

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4

nitpicky = True
# What other packages document is no page of this site, and no network is asked for it.
nitpick_ignore_regex = [
    ("py:.*", rf"(?:{package})(?:\..*)?")
    for package in ("collections", "contextlib", "numpy", "paddle", "pathlib", "rich")
]
# Paddle's names for what its layers take.
nitpick_ignore = [
    ("py:class", name) for name in ("DTypeLike", "ParamAttr", "PlaceLike")
]
# One page shows a spec whose mistake is a tab.
suppress_warnings = ["misc.highlighting_failure"]

default_role = "named"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 72
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "pmgen"
html_favicon = "static/icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_search_scorer = str(Path(__file__).with_name("scorer.js"))
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_domain_indices = False
html_use_index = True


def setup(app: Any) -> dict[str, bool]:
    """Connect what this folder adds to Sphinx."""
    for part in (commands, navigation, index, names, schemas, sources):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
