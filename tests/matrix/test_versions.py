"""The README's table of clients against the files that pin them."""

import re

from programs import pinned_versions
from rivulet_server import ROOT


def test_the_readme_names_the_version_of_every_client_that_is_run():
    readme = (ROOT / "README.md").read_text()
    section = readme[readme.index("## Clients\n"):]
    section = section[:section.index("\n## ")]
    listed = dict(re.findall(r"^\| [^|]*\(`([^`]+)`\) \| ([\d.]+) \|", section, re.MULTILINE))
    assert listed == pinned_versions()
