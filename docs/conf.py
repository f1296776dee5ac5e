"""How Sphinx builds the documentation."""

from importlib.metadata import version as installed_version

project = "vidiom"
author = "The vidiom authors"
copyright = author  # noqa: A001 - the name that Sphinx wants
version = release = installed_version("vidiom")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"vidiom {release}"
html_show_sphinx = False
