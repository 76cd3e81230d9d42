"""Renders deploy/ as its users do, and validates what comes out."""

import functools
import itertools
import json
import pathlib
import shutil
import subprocess
import tempfile

import jsonschema
import kubernetes_validate
import yaml
from support import ROOT

DEPLOY = ROOT / "deploy"
SCHEMAS = pathlib.Path(__file__).parent / "schemas"

# The first one that has, without a feature gate, all that we use: matchLabelKeys of topology spread
# and unhealthyPodEvictionPolicy. The last one is the newest there are schemas of.
OLDEST, NEWEST = "1.27", "1.37"

# Components that say what runs the module: one at a time.
RUNTIMES = {"crun", "wasmedge"}

WORKLOADS = {"Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job"}


def kustomizations(kind="Kustomization"):
    """The folders of deploy/ that kustomize can render, or its components."""
    files = sorted(DEPLOY.rglob("kustomization.yaml"))
    return [file.parent for file in files if yaml.safe_load(file.read_text())["kind"] == kind]


def overlays():
    return [folder for folder in kustomizations() if folder.parent.name == "overlays"]


def render(folder):
    """The documents of a kustomization."""
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"kubectl kustomize {folder}: {done.stderr}")
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def render_with(overlay, field, more, deploy=DEPLOY):
    """The documents of an overlay with one thing more in a field of its kustomization.yaml."""
    with tempfile.TemporaryDirectory(prefix="wasm-http-server-") as folder:
        copy = pathlib.Path(folder) / "deploy"
        shutil.copytree(deploy, copy)
        file = copy / "overlays" / overlay / "kustomization.yaml"
        content = yaml.safe_load(file.read_text())
        content.setdefault(field, []).append(more)
        file.write_text(yaml.safe_dump(content))
        return render(file.parent)


@functools.cache
def variants():
    """All overlays, alone and with each component that they do not have: documents by name."""
    rendered = {overlay.name: render(overlay) for overlay in overlays()}
    components = [component.name for component in kustomizations("Component")]
    for overlay, component in itertools.product(overlays(), components):
        content = yaml.safe_load((overlay / "kustomization.yaml").read_text())
        present = {pathlib.Path(path).name for path in content.get("components", [])}
        if component not in present and not (component in RUNTIMES and present & RUNTIMES):
            rendered[f"{overlay.name} with {component}"] = render_with(
                overlay.name, "components", f"../../components/{component}"
            )
    return rendered


@functools.cache
def roots():
    """All that is there to be applied, also what is no overlay of the service."""
    others = [f for f in kustomizations() if f not in [DEPLOY / "base", *overlays()]]
    rendered = variants() | {str(f.relative_to(DEPLOY)): render(f) for f in others}
    return rendered | {"plain": plain()}


def plain():
    """The documents of deploy/plain, for `kubectl apply -f`."""
    files = sorted((DEPLOY / "plain").glob("*.yaml"))
    return [document for file in files for document in yaml.safe_load_all(file.read_text())]


def named(documents, kind, name="wasm-http-server"):
    """The one document of this kind and name."""
    found = [d for d in documents if d["kind"] == kind and d["metadata"]["name"] == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} documents are {kind} {name}")
    return found[0]


def of_kind(documents, kind):
    return [document for document in documents if document["kind"] == kind]


def pod_templates(documents):
    """The pods that there will be, with the name of what makes them."""
    for document in documents:
        name = f"{document['kind']} {document['metadata']['name']}"
        if document["kind"] == "Pod":
            yield name, document
        elif document["kind"] in WORKLOADS:
            yield name, document["spec"]["template"]
        elif document["kind"] == "CronJob":
            yield name, document["spec"]["jobTemplate"]["spec"]["template"]


def containers(pod):
    spec = pod["spec"]
    kinds = "containers", "initContainers", "ephemeralContainers"
    return [container for kind in kinds for container in spec.get(kind, [])]


def server_pod(documents):
    return named(documents, "Deployment")["spec"]["template"]["spec"]


def server_container(documents):
    return server_pod(documents)["containers"][0]


def settings(documents):
    """What the pods of the server get as their environment."""
    names = [source["configMapRef"]["name"] for source in server_container(documents)["envFrom"]]
    maps = [named(documents, "ConfigMap", name)["data"] for name in names]
    return functools.reduce(lambda all, more: all | more, maps)


def seconds(text):
    """A time as the server takes it: 5, 5s, 500ms."""
    return float(text[:-2]) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))


@functools.cache
def own_schemas():
    """Of resources that a cluster has from elsewhere; only the fields that we use."""
    schemas = [yaml.safe_load(file.read_text()) for file in sorted(SCHEMAS.glob("*.yaml"))]
    return {(s["apiVersion"], s["kind"]): s["schema"] for s in schemas}


def validate(document, version):
    """Raises when the document is not what this version of Kubernetes takes, field by field."""
    _validate(json.dumps(document), version)


# (Many variants have the same documents.)
@functools.cache
def _validate(text, version):
    document = json.loads(text)
    own = own_schemas().get((document["apiVersion"], document["kind"]))
    if own:
        jsonschema.Draft202012Validator(own).validate(document)
    else:
        kubernetes_validate.validate(document, version, strict=True)
