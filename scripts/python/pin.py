"""Writes the digests of pushed images into an overlay, as `kustomize edit set image` does; comments
and order stay as they are.

usage: .tools/push/bin/python3 scripts/python/pin.py OVERLAY [NAME=REPOSITORY@DIGEST...]

Without images it only tells whether the overlay can be changed.
"""

import io
import os
import pathlib
import sys

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent


def read(path):
    """The kustomization, and what writes it as it was written."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1000
    try:
        text = path.read_text()
        _, indent, offset = load_yaml_guess_indent(text)
        yaml.indent(mapping=2, sequence=indent or 2, offset=offset or 0)
        value = yaml.load(text)
    except OSError as error:
        raise SystemExit(f"cannot read {path}: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError):
        raise SystemExit(f"{path} is not YAML") from None
    if not isinstance(value, dict) or value.get("kind", "Kustomization") != "Kustomization":
        raise SystemExit(f"{path} is not a Kustomization")
    images = value.get("images")
    if images is None:
        images = value["images"] = []
    if not isinstance(images, list) or not all(isinstance(one, dict) for one in images):
        raise SystemExit(f"images in {path} is not a list of images")
    return value, yaml


def pin(value, name, repository, digest):
    entry = next((one for one in value["images"] if one.get("name") == name), None)
    if entry is None:
        value["images"].append(entry := {"name": name})
    entry["newName"] = repository
    entry["digest"] = digest
    # A tag next to the digest would have no effect, and mislead.
    entry.pop("newTag", None)


def main(overlay, *pins):
    path = pathlib.Path(overlay) / "kustomization.yaml"
    value, yaml = read(path)
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise SystemExit(f"cannot write to {path}")
    if not pins:
        return
    for one in pins:
        name, _, reference = one.partition("=")
        repository, _, digest = reference.partition("@")
        pin(value, name, repository, digest)
    text = io.StringIO()
    yaml.dump(value, text)
    # Atomically, so that no reader finds half a file.
    new = path.with_name(".kustomization.yaml.new")
    new.write_text(text.getvalue())
    new.replace(path)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
