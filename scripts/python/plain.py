"""Turns a rendered kustomization into plain manifests: deployment.yaml and ingress.yaml.

usage: kubectl kustomize FOLDER | .tools/push/bin/python3 scripts/python/plain.py DESTINATION

The manifests have no namespace, so `kubectl apply -f` puts them into the current one, and the
settings of the generated ConfigMap become variables of the container: a changed setting changes
the Deployment, which rolls the pods. Otherwise they say the same.
"""

import pathlib
import sys

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

HEADER = """\
# Written by `make plain` from deploy/plain/kustomize, where changes belong. See docs/migrating.md.
#
#   kubectl apply -f deploy/plain/deployment.yaml -f deploy/plain/ingress.yaml
"""
# What a reader looks for first; the other fields follow in alphabetical order.
FIRST = ["apiVersion", "kind", "metadata", "name", "image", "type", "replicas", "selector"]
RANK = {name: rank for rank, name in enumerate(FIRST)}


def ordered(value):
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (RANK.get(key, len(RANK)), key))
        return {key: ordered(value[key]) for key in keys}
    return [ordered(one) for one in value] if isinstance(value, list) else value


def with_variables(container, settings):
    """The container with its ConfigMaps' settings as variables."""
    container = dict(container)
    variables = [
        # (Quoted, since YAML 1.1 reads a plain `on` as a truth value.)
        {"name": name, "value": DoubleQuotedScalarString(value)}
        for source in container.pop("envFrom")
        for name, value in settings[source["configMapRef"]["name"]].items()
    ]
    return container | {"env": variables}


def plain(documents):
    """The documents by file name."""
    settings = {d["metadata"]["name"]: d["data"] for d in documents if d["kind"] == "ConfigMap"}
    files = {"deployment.yaml": [], "ingress.yaml": []}
    for document in documents:
        if document["kind"] == "ConfigMap":
            continue
        document["metadata"].pop("namespace", None)
        if document["kind"] == "Deployment":
            pod = document["spec"]["template"]["spec"]
            pod["containers"] = [with_variables(one, settings) for one in pod["containers"]]
        name = "ingress.yaml" if document["kind"] == "Ingress" else "deployment.yaml"
        files[name].append(ordered(document))
    # The Deployment first: its file is named after it.
    files["deployment.yaml"].sort(key=lambda document: document["kind"] != "Deployment")
    return files


def main(destination):
    documents = list(YAML(typ="safe").load_all(sys.stdin))
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 1000
    for name, content in plain(documents).items():
        with open(pathlib.Path(destination) / name, "w") as file:
            file.write(HEADER)
            for document in content:
                file.write("---\n" if document is not content[0] else "")
                yaml.dump(document, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
