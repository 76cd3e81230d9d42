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
import urllib.parse

import oci

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = pathlib.Path("/etc/os-release")


@dataclasses.dataclass
class Component:
    """Something with a name, a version and a licence of its own: files of the image, or a part
    that has been linked into such a file (`inside` is whose)."""

    name: str
    licence: str
    files: list = dataclasses.field(default_factory=list)
    inside: list = dataclasses.field(default_factory=list)
    version: str | None = None
    # Identifiers for scanners: advisories are filed under the first one.
    purls: list = dataclasses.field(default_factory=list)
    cpe: str | None = None
    location: str = "NOASSERTION"


def purl(kind, path, version, **qualifiers):
    """A package URL (github.com/package-url/purl-spec); none without a version."""
    if not version:
        return []
    path = "/".join(urllib.parse.quote(part, safe="") for part in path.split("/"))
    text = f"pkg:{kind}/{path}@{urllib.parse.quote(version, safe='')}"
    known = "&".join(
        f"{name}={urllib.parse.quote(value, safe='')}"
        for name, value in sorted(qualifiers.items())
        if value
    )
    return [f"{text}?{known}" if known else text]


def debian(name, licence, files, inside, package):
    """A component that is of one of the distribution's packages.

    Advisories are about source packages of one release of it.
    """
    form = "${Version} ${Architecture} ${source:Package}"
    words = (output("dpkg-query", "-W", "-f", form, package) or "").split()
    if len(words) != 3:
        return Component(name, licence, files, inside)
    version, architecture, source = words
    system = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', RELEASE.read_text(), re.MULTILINE))
    family = system.get("ID", "debian")
    url = purl(
        *("deb", f"{family}/{package}", version),
        arch=architecture,
        distro=f"{family}-{system['VERSION_ID']}" if "VERSION_ID" in system else None,
        upstream=source if source != package else None,
    )
    return Component(name, licence, files, inside, version, url)


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


def pinned(identity):
    """Version and location of a Swift package, by Package.resolved: the location names a commit."""
    pins = json.loads((ROOT / "Package.resolved").read_text())["pins"]
    (one,) = (pin for pin in pins if pin["identity"] == identity)
    return one["state"]["version"], f"git+{one['location']}@{one['state']['revision']}"


def known_components(version):
    engine = found(r"wasmtime ([^)]*)", output(ROOT / "dist/wasm-serve", "--version"))
    swift = found(r"Swift version (\d+(?:\.\d+)*)", output("swiftc", "--version"))
    log, log_location = pinned("swift-log")
    swift_licence = "Apache-2.0 WITH Swift-exception"
    gcc_licence = "GPL-3.0-or-later WITH GCC-exception-3.1"
    return [
        Component(
            *("wasm-serve", "Apache-2.0", ["usr/bin/wasm-serve", "usr/share/doc/*"], [], version),
            purl("generic", "wasm-serve", version),
        ),
        Component(
            *("http_server", "Apache-2.0", ["*/http_server.*", "http_server.*"], [], version),
            purl("generic", "http_server", version),
        ),
        # Advisories name the crate; the library itself comes from the wheel.
        Component(
            *("wasmtime", "Apache-2.0 WITH LLVM-exception", ["*/libwasmtime.so"], [], engine),
            purl("cargo", "wasmtime", engine)
            + purl("pypi", "wasmtime", engine)
            + purl("github", "bytecodealliance/wasmtime", engine and f"v{engine}"),
            engine and f"cpe:2.3:a:bytecodealliance:wasmtime:{engine}:*:*:*:*:rust:*:*",
            f"https://pypi.org/project/wasmtime/{engine}/" if engine else "NOASSERTION",
        ),
        debian("libgcc", gcc_licence, ["*/libgcc_s.so.1"], [], "libgcc-s1"),
        debian("glibc", "LGPL-2.1-or-later", ["lib*/*"], [], "libc6"),
        Component(
            *("swift", swift_licence, [], ["wasm-serve", "http_server"], swift),
            purl("github", "swiftlang/swift", swift and f"swift-{swift}-RELEASE"),
            swift and f"cpe:2.3:a:apple:swift:{swift}:*:*:*:*:*:*:*",
        ),
        Component(
            *("swift-log", "Apache-2.0", [], ["wasm-serve"], log),
            purl("swift", "github.com/apple/swift-log", log),
            location=log_location,
        ),
        debian("libstdc++", gcc_licence, [], ["wasm-serve"], "libstdc++6"),
        debian("wasi-libc", "CC0-1.0 AND BSD-2-Clause AND MIT", [], ["http_server"], "wasi-libc"),
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
        "downloadLocation": component.location,
        "licenseConcluded": component.licence,
        "licenseDeclared": component.licence,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": bool(files),
    }
    if component.version:
        described["versionInfo"] = component.version
    references = [("PACKAGE-MANAGER", "purl", one) for one in component.purls]
    if component.cpe:
        references.append(("SECURITY", "cpe23Type", component.cpe))
    if references:
        names = ("referenceCategory", "referenceType", "referenceLocator")
        described["externalRefs"] = [dict(zip(names, one, strict=True)) for one in references]
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
    # (What else is in the page's image is its base's.)
    page = [Component("react-client", "Apache-2.0 AND MIT", ["usr/share/nginx/html/page/*"])]
    components = page if layout.name == "wasm-http-page" else known_components(version)
    owned = {component.name: [] for component in components}
    # (A third-party base image brings files that are unknown here.)
    others = Component("base", "NOASSERTION")
    for path, content in sorted(files_of(layout, manifest)):
        owners = (c for c in components if any(fnmatch.fnmatch(path, p) for p in c.files))
        owner = next(owners, others)
        owned.setdefault(owner.name, []).append(file(path, content))
    present = [c for c in [*components, others] if owned.get(c.name)]
    names = {component.name for component in present}
    linked = [c for c in components if not c.files and names.intersection(c.inside)]

    names_of_image = purl("oci", layout.name, manifest_descriptor["digest"])
    image = package(
        Component(layout.name, "NOASSERTION", version=version, purls=names_of_image), []
    )
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
