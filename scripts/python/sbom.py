"""Writes the bill of materials of an image: SPDX 2.3 in JSON, the same for the same image.

usage: python3 scripts/python/sbom.py LAYOUT VERSION CREATED
"""

import dataclasses
import fnmatch
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile

import oci

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Component:
    """Something with a name, a version and a licence of its own: files of the image, or a part
    that has been linked into such a file (`inside` is whose)."""

    name: str
    licence: str
    files: list = dataclasses.field(default_factory=list)
    inside: list = dataclasses.field(default_factory=list)
    version: str | None = None
    debian: str | None = None

    def read_version(self):
        if self.debian and (found := output("dpkg-query", "-W", "-f", "${Version}", self.debian)):
            self.version = found
        return self


def output(*command):
    """What a program has written; nothing where there is no such program, or it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def found(pattern, text):
    match = re.search(pattern, text or "")
    return match and match.group(1)


def known_components(version):
    engine = found(r"wasmtime ([^)]*)", output(ROOT / "dist/wasm-serve", "--version"))
    swift = found(r"Swift version (\S+)", output("swiftc", "--version"))
    log = found(r'swift-log", exact: "([^"]*)"', (ROOT / "Package.swift").read_text())
    swift_licence = "Apache-2.0 WITH Swift-exception"
    gcc_licence = "GPL-3.0-or-later WITH GCC-exception-3.1"
    return [
        Component(
            "wasm-serve", "Apache-2.0", ["usr/bin/wasm-serve", "usr/share/doc/*"], [], version
        ),
        Component("http_server", "Apache-2.0", ["*/http_server.*", "http_server.*"], [], version),
        Component("wasmtime", "Apache-2.0 WITH LLVM-exception", ["*/libwasmtime.so"], [], engine),
        Component("libgcc", gcc_licence, ["*/libgcc_s.so.1"], debian="libgcc-s1").read_version(),
        Component("glibc", "LGPL-2.1-or-later", ["lib*/*"], debian="libc6").read_version(),
        Component("swift", swift_licence, [], ["wasm-serve", "http_server"], swift),
        Component("swift-log", "Apache-2.0", [], ["wasm-serve"], log),
        Component("libstdc++", gcc_licence, [], ["wasm-serve"], debian="libstdc++6").read_version(),
        Component(
            "wasi-libc", "CC0-1.0 AND BSD-2-Clause AND MIT", [], ["http_server"], debian="wasi-libc"
        ).read_version(),
    ]


def files_of(layout, manifest):
    """Path and content of each file of the image, or of the one layer that is a module as it is."""
    for layer in manifest["layers"]:
        content = oci.read_blob(layout, layer)
        if layer["mediaType"] == "application/wasm":
            yield layer["annotations"]["org.opencontainers.image.title"], content
            continue
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                if member.isfile():
                    yield member.name, archive.extractfile(member).read()


def identifier(kind, name):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.]+", "-", name)


def package(component, files):
    """The package of a component. Where its files are listed, a code over their digests is too
    (SPDX 2.3, 7.9)."""
    described = {
        "SPDXID": identifier("Package", component.name),
        "name": component.name,
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": component.licence,
        "licenseDeclared": component.licence,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": bool(files),
    }
    if component.version:
        described["versionInfo"] = component.version
    if component.debian and component.version:
        described["externalRefs"] = [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:deb/debian/"
                + component.debian.replace("+", "%2B")
                + "@"
                + component.version.replace(":", "%3A").replace("+", "%2B"),
            }
        ]
    if files:
        digests = sorted(file["checksums"][0]["checksumValue"] for file in files)
        code = hashlib.sha1("".join(digests).encode()).hexdigest()
        described["packageVerificationCode"] = {"packageVerificationCodeValue": code}
    return described


def file(path, content):
    return {
        "SPDXID": identifier("File", path),
        "fileName": f"./{path}",
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
            {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()},
        ],
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    }


def document(layout, version, created):
    layout = pathlib.Path(layout)
    manifest_descriptor, manifest = oci.read_manifest(layout)
    digest = manifest_descriptor["digest"].removeprefix("sha256:")
    components = known_components(version)
    owned = {component.name: [] for component in components}
    # (A base image that somebody else has made brings files of which nothing is known here.)
    others = Component("base", "NOASSERTION")
    for path, content in sorted(files_of(layout, manifest)):
        owners = (c for c in components if any(fnmatch.fnmatch(path, p) for p in c.files))
        owner = next(owners, others)
        owned.setdefault(owner.name, []).append(file(path, content))
    present = [c for c in [*components, others] if owned.get(c.name)]
    names = {component.name for component in present}
    linked = [c for c in components if not c.files and names.intersection(c.inside)]

    image = package(Component(layout.name, "NOASSERTION", version=version), [])
    licences = dict.fromkeys(c.licence for c in present + linked)
    image["licenseDeclared"] = " AND ".join(f"({x})" if " AND " in x else x for x in licences)
    if "NOASSERTION" in licences:
        image["licenseDeclared"] = "NOASSERTION"
    image["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
    image["primaryPackagePurpose"] = "CONTAINER"

    def relation(one, kind, other):
        return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}

    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", image["SPDXID"])]
    for component in present:
        owner = identifier("Package", component.name)
        relations.append(relation(image["SPDXID"], "CONTAINS", owner))
        for one in owned[component.name]:
            relations.append(relation(owner, "CONTAINS", one["SPDXID"]))
    for component in linked:
        for owner in sorted(names.intersection(component.inside)):
            part = identifier("Package", component.name)
            relations.append(relation(identifier("Package", owner), "STATIC_LINK", part))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{layout.name}-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{layout.name}-{version}-{digest}",
        "creationInfo": {"created": created, "creators": ["Tool: wasm-http-server-sbom"]},
        "packages": [image]
        + [package(c, owned[c.name]) for c in present]
        + [package(c, []) for c in linked],
        "files": [one for component in present for one in owned[component.name]],
        "relationships": relations,
    }


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(json.dumps(document(*sys.argv[1:]), indent=2))
