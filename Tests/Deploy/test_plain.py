"""deploy/plain: manifests for `kubectl apply -f`, with the names that earlier setups have."""

import shutil

from manifests import DEPLOY, named, plain, pod_templates, render
from node import Node
from support import DIST, ROOT, TOOLS, TestCase, wait_until

DEPLOYMENT = "wasm-http-deployment"


def without(document, *fields):
    return {key: value for key, value in document.items() if key not in fields}


class PlainTests(TestCase):
    def test_they_are_what_their_source_renders_to(self):
        self.run_program(ROOT / "scripts/plain", "check")

    def copy(self):
        """A copy of what the script uses, which it takes for its own tree."""
        copy = self.folder()
        for name in ("scripts", "deploy"):
            shutil.copytree(ROOT / name, copy / name)
        (copy / ".tools").symlink_to(TOOLS)
        return copy

    def test_a_file_that_differs_from_its_source_is_found_and_can_be_written_again(self):
        copy = self.copy()
        file = copy / "deploy/plain/deployment.yaml"
        text = file.read_text()
        file.write_text(text.replace("replicas: 3", "replicas: 4"))
        done = self.run_program(copy / "scripts/plain", "check", status=1)
        self.assertIn("+  replicas: 3", done.stderr)
        self.assertIn("'make plain' writes it again", done.stderr.splitlines()[-1])
        self.run_program(copy / "scripts/plain")
        self.assertEqual(file.read_text(), text)

    def test_the_names_are_those_of_earlier_setups(self):
        names = {document["kind"]: document["metadata"]["name"] for document in plain()}
        self.assertEqual(names["Deployment"], "wasm-http-deployment")
        self.assertEqual(names["Service"], "wasm-http-service")
        self.assertEqual(names["Ingress"], "wasm-http-ingress")
        pod = named(plain(), "Deployment", DEPLOYMENT)["spec"]["template"]["spec"]
        self.assertEqual(pod["imagePullSecrets"], [{"name": "ecr-secret"}])

    def test_every_selector_is_the_label_app_which_is_all_that_earlier_pods_have(self):
        label = {"app": "wasm-http-server"}
        spec = {document["kind"]: document.get("spec") for document in plain()}
        self.assertEqual(spec["Deployment"]["selector"], {"matchLabels": label})
        self.assertEqual(spec["Service"]["selector"], label)
        self.assertEqual(spec["PodDisruptionBudget"]["selector"], {"matchLabels": label})
        self.assertEqual(spec["NetworkPolicy"]["podSelector"], {"matchLabels": label})
        ((_, pod),) = pod_templates(plain())
        self.assertLessEqual(label.items(), pod["metadata"]["labels"].items())

    def test_nothing_says_a_namespace_or_needs_more_than_kubernetes_itself(self):
        kinds = {"Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy", "Ingress"}
        self.assertEqual({document["kind"] for document in plain()}, kinds)
        for document in plain():
            self.assertNotIn("namespace", document["metadata"])

    def test_the_way_is_plain_http_from_port_80_to_1234(self):
        ingress = named(plain(), "Ingress", "wasm-http-ingress")
        entrypoints = "traefik.ingress.kubernetes.io/router.entrypoints"
        self.assertEqual(ingress["metadata"]["annotations"], {entrypoints: "web"})
        self.assertNotIn("tls", ingress["spec"])
        (rule,) = ingress["spec"]["rules"]
        (path,) = rule["http"]["paths"]
        self.assertEqual(path["backend"]["service"]["name"], "wasm-http-service")
        (port,) = named(plain(), "Service", "wasm-http-service")["spec"]["ports"]
        self.assertEqual(path["backend"]["service"]["port"]["name"], port["name"])
        self.assertEqual((port["port"], port["targetPort"]), (80, 1234))

    def test_the_container_is_that_of_the_overlays_with_its_settings_as_variables(self):
        base = render(DEPLOY / "base")
        (expected,) = named(base, "Deployment")["spec"]["template"]["spec"]["containers"]
        (config,) = (d for d in base if d["kind"] == "ConfigMap")
        pod = named(plain(), "Deployment", DEPLOYMENT)["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        self.assertEqual(without(container, "image", "env"), without(expected, "image", "envFrom"))
        variables = {one["name"]: one["value"] for one in container["env"]}
        self.assertEqual(variables, config["data"])

    def test_the_digest_that_push_writes_into_the_source_gets_into_the_deployment(self):
        copy = self.copy()
        image = f"registry.example/web/wasm-http-server@sha256:{'0' * 64}"
        pin = (TOOLS / "push/bin/python3", copy / "scripts/python/pin.py")
        self.run_program(*pin, copy / "deploy/plain/kustomize", f"wasm-http-server={image}")
        self.run_program(copy / "scripts/plain")
        self.assertIn(f"image: {image}\n", (copy / "deploy/plain/deployment.yaml").read_text())


class RenewalTests(TestCase):
    """deploy/plain/ecr: the job of deploy/ecr, for the secret of these manifests."""

    def test_it_renews_the_secret_that_the_pods_pull_with_and_may_change_no_other(self):
        documents = render(DEPLOY / "plain/ecr")
        pod = named(plain(), "Deployment", DEPLOYMENT)["spec"]["template"]["spec"]
        (secret,) = pod["imagePullSecrets"]
        (config,) = (d for d in documents if d["kind"] == "ConfigMap")
        self.assertEqual(config["data"]["SECRET"], secret["name"])
        (rule,) = named(documents, "Role", "ecr-pull-secret")["rules"]
        self.assertEqual(rule["resourceNames"], [secret["name"]])
        self.assertEqual({d["metadata"]["namespace"] for d in documents}, {"default"})

    def test_its_pod_is_that_of_the_overlays(self):
        ((_, job),) = pod_templates(render(DEPLOY / "plain/ecr"))
        ((_, other),) = pod_templates(render(DEPLOY / "ecr"))
        for each in job, other:
            each["spec"]["containers"][0]["envFrom"].pop(0)
        self.assertEqual(job["spec"], other["spec"])


class RunningTests(TestCase):
    def test_its_pod_serves_and_drains(self):
        with Node() as node:
            ((_, template),) = pod_templates(plain())
            node.load(DIST / "images/wasm-http-server", template["spec"]["containers"][0]["image"])
            pod = node.start(plain(), DEPLOYMENT)
            pod.wait_until_ready()
            self.assertEqual(pod.request({}).status, 200)
            wait_until(lambda: pod.probe("livenessProbe"), "the probe succeeds")
            self.assertEqual(pod.delete(), 0)
