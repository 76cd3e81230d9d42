"""What the documents promise: every public symbol has a comment, and Swift in a document compiles.

usage: documents.py symbols GRAPH.json...     the symbol graphs of what is public
       documents.py snippets OPTION...        options of the compiler, for the libraries

A snippet is a block that is marked as Swift (three backticks and "swift"), in Markdown or in the
comment of a public symbol of a library. (Examples of what is not public cannot compile in a
client's module.) How a snippet is compiled depends on how it begins:

- "// swift-tools-version" makes it a package's manifest;
- with an import in it, it is a whole file, as it stands (but for `import App`, which stands for the
  module of a service that has `makeRoutes`);
- all else is a fragment: it is put into a function that throws HTTPError, as a handler does, with
  `routes`, a `context`, a `request`, a `response` and a `client` for tests.

The files of a tutorial's steps (Swift in a .docc folder) are snippets as a whole.

A snippet with a line "// error: TEXT" must not compile, and TEXT must be among the errors.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = [
    ROOT / "Sources" / name
    for name in ("Encodings", "HTTPCodec", "JSON", "HTTPService", "HTTPServer", "HTTPServerTesting")
]
# What a service's package has in App.
APP = "import HTTPServer; func makeRoutes() -> Routes { Routes() }"
FENCE = re.compile(r"^(?P<margin>\s*(?:///?)?\s*)```(?P<language>\S*)\s*$")


@dataclass
class Snippet:
    file: str
    line: int  # of its first line of Swift, from 1
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    @property
    def expected_errors(self) -> list[str]:
        return re.findall(r"^\s*// error: (.+)$", self.text, re.MULTILINE)

    def source(self) -> str:
        place = f'#sourceLocation(file: "{self.file}", line: {self.line})\n'
        if re.search(r"^\s*(@\w+ )?import ", self.text, re.MULTILINE):
            return place + re.sub(r"^import App$", APP, self.text, flags=re.MULTILINE)
        return (
            "import HTTPServer\nimport HTTPServerTesting\n"
            "func fragment(routes: Routes, context: Context, request: Request,"
            " response: inout Response, client: TestClient) throws(HTTPError) {\n"
            f"do {{\n{place}{self.text}#sourceLocation()\n}}\n}}\n"
        )


def is_of_public(lines: list[str]) -> bool:
    """Whether the symbol that follows these lines, the rest of its comment, is public."""
    for line in map(str.strip, lines):
        if not line.startswith(("///", "@")) or re.search(r"\bpublic\b", line):
            return re.search(r"\bpublic\b", line) is not None
    return False


def snippets_of(text: str, file: str) -> list[Snippet]:
    """The blocks of Swift in Markdown, which may stand in comments of Swift."""
    found = []
    lines = text.splitlines()
    snippet = None
    margin = 0
    inside = False
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if not fence:
            if snippet:
                snippet.lines.append(line[margin:])
        elif inside:
            inside, snippet = False, None
        else:
            inside, margin = True, len(fence["margin"])
            if fence["language"] == "swift" and (
                file.endswith(".md") or is_of_public(lines[number:])
            ):
                snippet = Snippet(file, number + 1, [])
                found.append(snippet)
    return found


def documents() -> list[Path]:
    """All Markdown, and the libraries' sources for their comments; not what was built."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "dist"]
        of_library = any(Path(folder).is_relative_to(library) for library in LIBRARIES)
        found += [
            Path(folder, name)
            for name in files
            if name.endswith(".md") or (of_library and name.endswith(".swift"))
        ]
    return sorted(found)


def compile_snippet(snippet: Snippet, options: list[str], work: Path) -> str:
    """What is wrong with it; nothing if it is as it should be."""
    file = work / f"{snippet.file.replace('/', '_')}_{snippet.line}.swift"
    file.write_text(snippet.source())
    command = ["swiftc", "-swift-version", "6", "-parse-as-library", "-module-name", "Snippet"]
    if snippet.text.startswith("// swift-tools-version"):
        resources = json.loads(
            subprocess.run(
                ["swiftc", "-print-target-info"], check=True, capture_output=True, text=True
            ).stdout
        )["paths"]["runtimeResourcePath"]
        version = re.match(r"// swift-tools-version:\s*([\d.]+)", snippet.text)[1]
        command += ["-I", f"{resources}/pm/ManifestAPI", "-package-description-version", version]
        command.remove("-parse-as-library")
    else:
        command += options
    # (The check for escaping values runs only in the intermediate language.)
    command += ["-emit-sil", "-o", os.devnull, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not snippet.expected_errors:
        return "" if done.returncode == 0 else done.stderr
    if done.returncode == 0:
        return f"{snippet.file}:{snippet.line}: compiles, but must not\n"
    # (The compiler also quotes the snippet, where the comment has the text.)
    errors = "\n".join(re.findall(r"^\S+:\d+:\d+: error: .*$", done.stderr, re.MULTILINE))
    missing = [text for text in snippet.expected_errors if text not in errors]
    return "".join(
        f"{snippet.file}:{snippet.line}: has no error '{text}', but:\n{done.stderr}"
        for text in missing
    )


def check_snippets(options: list[str]) -> int:
    snippets = []
    for path in documents():
        file = str(path.relative_to(ROOT))
        if ".docc/" in file and file.endswith(".swift"):
            snippets.append(Snippet(file, 1, path.read_text().splitlines()))
        else:
            snippets += snippets_of(path.read_text(), file)
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = list(pool.map(lambda it: compile_snippet(it, options, Path(work)), snippets))
    sys.stderr.write("".join(faults))
    if not snippets:
        print("no Swift was found in the documents", file=sys.stderr)
        return 1
    if not any(faults):
        print(f"{len(snippets)} snippets of Swift are as they should be", file=sys.stderr)
    return 1 if any(faults) else 0


def check_symbols(graphs: list[str]) -> int:
    """Lists the public symbols that have no comment."""
    count = 0
    missing = []
    for graph in graphs:
        for symbol in json.loads(Path(graph).read_text())["symbols"]:
            # Symbols that the compiler adds (to an enumeration, say) have no place.
            if "location" not in symbol:
                continue
            count += 1
            if symbol.get("docComment"):
                continue
            file = symbol["location"]["uri"].removeprefix("file://")
            line = symbol["location"]["position"]["line"] + 1
            name = ".".join(symbol["pathComponents"])
            missing.append((os.path.relpath(file, ROOT), line, name))
    for file, line, name in sorted(missing):
        print(f"{file}:{line}: {name} has no comment", file=sys.stderr)
    if missing:
        print(f"{len(missing)} of {count} public symbols have no comment", file=sys.stderr)
    return 1 if missing or count == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("symbols", "snippets"):
        sys.exit(__doc__)
    check = check_symbols if sys.argv[1] == "symbols" else check_snippets
    sys.exit(check(sys.argv[2:]))
