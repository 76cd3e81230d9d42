"""Writes and reads OCI image layouts (image-spec, image-layout.md).

usage: python3 scripts/python/oci.py artifact FOLDER VERSION CREATED REVISION MODULE
       python3 scripts/python/oci.py list FOLDER...
       python3 scripts/python/oci.py reference FOLDER
       python3 scripts/python/oci.py digest FOLDER
       python3 scripts/python/oci.py index FOLDER LAYOUT...
"""

import hashlib
import json
import pathlib
import sys

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
REFERENCE = "org.opencontainers.image.ref.name"


def serialize(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def descriptor(folder, media_type, content, annotations=None):
    """Writes content as a blob; gives what stands for it elsewhere."""
    digest = hashlib.sha256(content).hexdigest()
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    (blobs / digest).write_bytes(content)
    described = {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}
    return described | ({"annotations": annotations} if annotations else {})


def write_artifact(folder, version, created, revision, module):
    """A wasm OCI artifact, as the CNCF's working group for WebAssembly has described it: a config
    of its own media type, one layer with the module as it is
    (https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact)."""
    folder, module = pathlib.Path(folder), pathlib.Path(module)
    layer = descriptor(
        folder,
        "application/wasm",
        module.read_bytes(),
        {"org.opencontainers.image.title": module.name},
    )
    # The layers' digests make the config, and so its digest, unique to this module.
    config = {
        "created": created,
        "architecture": "wasm",
        "os": "wasip1",
        "layerDigests": [layer["digest"]],
    }
    annotations = {
        "org.opencontainers.image.title": "wasm-http-server-module",
        "org.opencontainers.image.description": "An HTTP/1.1 server that is a WebAssembly module "
        "with WasmEdge's sockets",
        "org.opencontainers.image.licenses": "Apache-2.0 AND Apache-2.0 WITH Swift-exception "
        "AND CC0-1.0 AND BSD-2-Clause AND MIT",
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.created": created,
    }
    if revision:
        annotations["org.opencontainers.image.revision"] = revision
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(folder, "application/vnd.wasm.config.v0+json", serialize(config)),
        "layers": [layer],
        "annotations": annotations,
    }
    described = descriptor(folder, MANIFEST, serialize(manifest), {REFERENCE: version})
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [described]}
    (folder / "index.json").write_bytes(serialize(index))
    (folder / "oci-layout").write_bytes(serialize({"imageLayoutVersion": "1.0.0"}))


def read_manifest(folder):
    """The descriptor and the manifest of a layout's one image."""
    folder = pathlib.Path(folder)
    (described,) = json.loads((folder / "index.json").read_text())["manifests"]
    return described, json.loads(read_blob(folder, described))


def write_index(folder, layouts):
    """A layout with an index (a manifest list) of the images of other layouts, one for each
    platform; its tag is that of the first."""
    folder = pathlib.Path(folder)
    manifests = []
    for layout in map(pathlib.Path, layouts):
        described, manifest = read_manifest(layout)
        config = json.loads(read_blob(layout, manifest["config"]))
        tag = described["annotations"][REFERENCE]
        for part in [described, manifest["config"], *manifest["layers"]]:
            descriptor(folder, part["mediaType"], read_blob(layout, part))
        plain = {key: described[key] for key in ("mediaType", "digest", "size")}
        platform = {"architecture": config["architecture"], "os": config["os"]}
        manifests.append((tag, plain | {"platform": platform}))
    platforms = [json.dumps(one["platform"]) for _, one in manifests]
    if len(set(platforms)) < len(platforms):
        raise SystemExit(f"two images are for the same platform: {' '.join(platforms)}")
    if len({tag for tag, _ in manifests}) > 1:
        raise SystemExit(f"the images have several versions: {' '.join(t for t, _ in manifests)}")
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [one for _, one in manifests]}
    described = descriptor(folder, INDEX, serialize(index), {REFERENCE: manifests[0][0]})
    top = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [described]}
    (folder / "index.json").write_bytes(serialize(top))
    (folder / "oci-layout").write_bytes(serialize({"imageLayoutVersion": "1.0.0"}))


def read_blob(folder, described):
    return (pathlib.Path(folder) / "blobs" / described["digest"].replace(":", "/")).read_bytes()


def list_layouts(folders):
    for folder in folders:
        described, manifest = read_manifest(folder)
        parts = [described, manifest["config"], *manifest["layers"]]
        size = sum(part["size"] for part in parts)
        shown = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
        print(f"{pathlib.Path(folder).name:26} {shown:>8} compressed  {described['digest']}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["artifact", folder, version, created, revision, module]:
            write_artifact(folder, version, created, revision, module)
        case ["list", *folders] if folders:
            list_layouts(folders)
        case ["reference", folder]:
            described, _ = read_manifest(folder)
            print(described["annotations"][REFERENCE], described["digest"])
        case ["digest", folder]:
            (described,) = json.loads((pathlib.Path(folder) / "index.json").read_text())[
                "manifests"
            ]
            print(described["digest"])
        case ["index", folder, *layouts] if layouts:
            write_index(folder, layouts)
        case _:
            sys.exit(__doc__)
