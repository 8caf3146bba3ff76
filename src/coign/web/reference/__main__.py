"""`python -m coign.web.reference`: write the generated reference pages of the checkout in the current folder."""

from pathlib import Path

from coign.web.reference import writing

root = Path.cwd()
for file in writing.write(root, root.parent / "shared" / "requirements.md"):
    print(file.relative_to(root))
