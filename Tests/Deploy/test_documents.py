"""The documents: links lead somewhere, and both languages have the same commands."""

import re
import unicodedata

from support import ROOT, TestCase

DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "deploy/README.md"]
TWINS = sorted((ROOT / "docs").glob("*.ja.md"))


def blocks(text):
    """The blocks of commands, without their margins and comments."""
    for block in re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        # (A drawing has words in it.)
        if "─▶" not in block:
            yield [re.sub(r"\s+# .*", "", line).strip() for line in block.splitlines()]


def tables(text):
    """How many rows each table has."""
    return [len(rows.splitlines()) for rows in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]


def anchors(text):
    """What a link may name after its #: headings as GitHub makes them, and explicit ones."""
    text = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    found = set(re.findall(r'<a id="([^"]+)">', text))
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        kept = (c for c in heading if c in " -_" or unicodedata.category(c)[0] in "LNM")
        found.add("".join(kept).replace(" ", "-"))
    return found


class DocumentTests(TestCase):
    def test_links_inside_the_project_lead_to_a_file_and_a_heading(self):
        for document in DOCUMENTS:
            text = document.read_text()
            for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
                with self.subTest(document.name, target=target):
                    name, _, anchor = target.partition("#")
                    file = (document.parent / name).resolve() if name else document
                    self.assertTrue(file.exists())
                    if anchor and file.suffix == ".md":
                        self.assertIn(anchor, anchors(file.read_text()))

    def test_both_languages_have_the_same_commands_and_tables(self):
        self.assertIn("migrating.ja.md", [twin.name for twin in TWINS])
        for twin in TWINS:
            with self.subTest(twin.name):
                japanese = twin.read_text()
                english = twin.with_name(twin.name.replace(".ja.md", ".md")).read_text()
                self.assertEqual(list(blocks(japanese)), list(blocks(english)))
                self.assertEqual(tables(japanese), tables(english))

    def test_each_document_names_its_twin(self):
        for twin in TWINS:
            english = twin.with_name(twin.name.replace(".ja.md", ".md"))
            self.assertIn(f"({english.name})", twin.read_text())
            self.assertIn(f"({twin.name})", english.read_text())
