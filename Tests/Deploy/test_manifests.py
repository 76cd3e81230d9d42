"""What must be true of the manifests of deploy/, whichever overlay and component is taken."""

import copy
import functools
import re
import shutil
import unittest

import jsonschema
import kubernetes_validate
import pod_security
from manifests import (
    DEPLOY,
    NEWEST,
    OLDEST,
    containers,
    named,
    of_kind,
    overlays,
    pod_templates,
    render,
    render_with,
    roots,
    seconds,
    server_container,
    server_pod,
    settings,
    validate,
    variants,
)  # fmt: skip
from support import ROOT, TOOLS, TestCase

INVALID = (
    jsonschema.ValidationError,
    kubernetes_validate.ValidationError,
    kubernetes_validate.SchemaNotFoundError,
)
QUANTITIES = {"m": 0.001, "Mi": 2**20, "Gi": 2**30, "": 1}


def quantity(text):
    number, unit = re.fullmatch(r"(\d+)(m|Mi|Gi|)", str(text)).groups()
    return int(number) * QUANTITIES[unit]


def for_each_variant(test):
    """Runs a test with the documents of each overlay and component."""

    @functools.wraps(test)
    def run(self):
        for name, documents in variants().items():
            with self.subTest(name):
                test(self, documents)

    return run


def for_each_pod(test):
    """Runs a test with each pod of everything in deploy/, not only of the service."""

    @functools.wraps(test)
    def run(self):
        for name, documents in roots().items():
            for maker, pod in pod_templates(documents):
                with self.subTest(name, of=maker):
                    test(self, pod)

    return run


class SchemaTests(TestCase):
    def test_everything_is_valid_in_the_oldest_and_the_newest_kubernetes(self):
        for name, documents in roots().items():
            for version in OLDEST, NEWEST:
                for document in documents:
                    about = f"{document['kind']} {document['metadata']['name']}"
                    with self.subTest(name, document=about, version=version):
                        validate(document, version)

    def test_these_are_versions_that_schemas_are_here_of(self):
        known = kubernetes_validate.utils.all_versions()
        for version in OLDEST, NEWEST:
            self.assertIn(f"{version}.0", known)

    def test_a_misspelt_field_a_wrong_type_and_an_unknown_kind_are_found(self):
        for document in variants()["local"]:
            wrong = [document | {"specs": {}}, document | {"kind": "No" + document["kind"]}]
            if "ports" in document.get("spec", {}):
                wrong.append(copy.deepcopy(document))
                wrong[-1]["spec"]["ports"][0]["port"] = "eighty"
            for each in wrong:
                with self.assertRaises(INVALID):
                    validate(each, NEWEST)

    def test_yamllint_has_nothing_to_say(self):
        self.run_program("yamllint", "--strict", "--config-file", DEPLOY / ".yamllint.yaml", DEPLOY)


class PodTests(TestCase):
    @for_each_pod
    def test_every_pod_keeps_the_restricted_pod_security_standard(self, pod):
        self.assertEqual(pod_security.violations(pod), [])

    @for_each_variant
    def test_the_namespace_enforces_that_standard(self, documents):
        labels = named(documents, "Namespace")["metadata"]["labels"]
        for mode in "enforce", "audit", "warn":
            self.assertEqual(labels[f"pod-security.kubernetes.io/{mode}"], "restricted")

    def test_the_rules_of_the_standard_find_what_breaks_them(self):
        good = named(variants()["local"], "Deployment")["spec"]["template"]
        breaks = {
            "privileged": lambda p, c: c["securityContext"].update(privileged=True),
            "may get more": lambda p, c: c["securityContext"].pop("allowPrivilegeEscalation"),
            "keeps cap": lambda p, c: c["securityContext"].pop("capabilities"),
            "adds cap": lambda p, c: c["securityContext"]["capabilities"].update(add=["SYS_TIME"]),
            "may run as root": lambda p, c: p["securityContext"].pop("runAsNonRoot"),
            "runs as root": lambda p, c: p["securityContext"].update(runAsUser=0),
            "no seccomp": lambda p, c: p["securityContext"].pop("seccompProfile"),
            "hostPort": lambda p, c: c["ports"][0].update(hostPort=80),
            "hostNetwork": lambda p, c: p.update(hostNetwork=True),
            "a volume": lambda p, c: p.update(volumes=[{"name": "a", "hostPath": {"path": "/"}}]),
        }
        for broken, change in breaks.items():
            bad = copy.deepcopy(good)
            change(bad["spec"], bad["spec"]["containers"][0])
            with self.subTest(broken):
                found = pod_security.violations(bad)
                self.assertTrue(found and all(broken in each for each in found), found)

    @for_each_pod
    def test_every_container_has_a_root_file_system_that_it_cannot_write_to(self, pod):
        for container in containers(pod):
            self.assertIs(container["securityContext"].get("readOnlyRootFilesystem"), True)

    @for_each_pod
    def test_every_container_says_what_it_needs_and_what_it_gets_at_the_most(self, pod):
        for container in containers(pod):
            requests, limits = (container["resources"][kind] for kind in ("requests", "limits"))
            self.assertLessEqual({"memory", "cpu"}, requests.keys())
            # (Time can be shared without an end, memory cannot.)
            self.assertIn("memory", limits)
            for name in limits:
                self.assertLessEqual(quantity(requests[name]), quantity(limits[name]))

    @for_each_pod
    def test_an_image_has_a_digest_or_a_tag_that_is_not_latest(self, pod):
        for container in containers(pod):
            image = container["image"]
            tagged = re.search(r":([\w.-]+)$", image.rpartition("/")[2])
            pinned = re.search(r"@sha256:[0-9a-f]{64}$", image)
            self.assertTrue(pinned or tagged and tagged[1] != "latest", image)

    def test_after_a_push_every_image_of_the_service_is_named_by_its_digest(self):
        """(And that of the ECR job after `make pin`, which test_supply.py has tests of.)"""
        names = "wasm-http-server", "wasm-http-server-wasm", "wasm-http-page"
        pins = [f"{name}=registry.example/{name}@sha256:{'0' * 64}" for name in names]
        deploy = self.folder() / "deploy"
        shutil.copytree(DEPLOY, deploy)
        for folder in [*(f"overlays/{each.name}" for each in overlays()), "plain/kustomize"]:
            with self.subTest(folder):
                place = deploy / folder
                pin = (TOOLS / "push/bin/python3", ROOT / "scripts/python/pin.py", place, *pins)
                self.run_program(*pin)
                page = "components", "../../components/page"
                overlay = folder.startswith("overlays/")
                documents = render_with(place.name, *page, deploy) if overlay else render(place)
                images = {
                    c["image"] for _, pod in pod_templates(documents) for c in containers(pod)
                }
                self.assertTrue(images)
                for image in images:
                    self.assertRegex(image, r"^registry\.example/[a-z-]+@sha256:0{64}$")

    @for_each_variant
    def test_the_server_has_no_token_of_the_cluster(self, documents):
        pod = server_pod(documents)
        account = named(documents, "ServiceAccount", pod["serviceAccountName"])
        self.assertIs(account["automountServiceAccountToken"], False)
        self.assertIs(pod["automountServiceAccountToken"], False)


class LifecycleTests(TestCase):
    @for_each_variant
    def test_probes_and_hooks_are_httpget_on_the_admin_port(self, documents):
        server = server_container(documents)
        expected = {
            "/livez": server["livenessProbe"],
            "/readyz": server["readinessProbe"],
            "/drain": server["lifecycle"]["preStop"],
        }
        for path, handler in expected.items():
            # What a web page cannot have a browser send to another origin.
            own = {"httpHeaders": [{"name": "Drain", "value": "now"}]} if path == "/drain" else {}
            self.assertEqual(handler["httpGet"], {"path": path, "port": "admin"} | own)
        self.assertEqual(server["startupProbe"]["httpGet"], server["readinessProbe"]["httpGet"])
        self.assertNotIn("exec", str(server))

    @for_each_variant
    def test_the_grace_period_is_longer_than_a_drain_can_take(self, documents):
        pod = server_pod(documents)
        readme = (ROOT / "README.md").read_text()
        host = int(re.search(r"`--drain-timeout SECONDS` \| (\d+)", readme)[1])
        data = settings(documents)
        drain = seconds(data["DRAIN_DELAY"]) + seconds(data["DRAIN_TIMEOUT"])
        self.assertGreater(pod["terminationGracePeriodSeconds"], max(drain, host))

    @for_each_variant
    def test_a_drain_goes_on_accepting_for_longer_than_readiness_needs_to_fail(self, documents):
        server = server_container(documents)
        probe = server["readinessProbe"]
        notices = probe["periodSeconds"] * probe["failureThreshold"]
        self.assertGreater(seconds(settings(documents)["DRAIN_DELAY"]), notices)

    @for_each_variant
    def test_a_rolling_update_never_has_less_than_all_pods(self, documents):
        deployment = named(documents, "Deployment")["spec"]
        update = deployment["strategy"]["rollingUpdate"]
        self.assertEqual(deployment["strategy"].get("type", "RollingUpdate"), "RollingUpdate")
        self.assertEqual(update["maxUnavailable"], 0)
        self.assertGreater(update["maxSurge"], 0)

    @for_each_variant
    def test_there_are_three_pods_and_the_autoscaler_leaves_no_fewer(self, documents):
        self.assertEqual(named(documents, "Deployment")["spec"]["replicas"], 3)
        for scaler in of_kind(documents, "HorizontalPodAutoscaler"):
            self.assertEqual(scaler["spec"]["minReplicas"], 3)

    @for_each_variant
    def test_the_autoscaler_scales_this_deployment_by_what_a_pod_can_use(self, documents):
        server = server_container(documents)
        for scaler in of_kind(documents, "HorizontalPodAutoscaler"):
            target = scaler["spec"]["scaleTargetRef"]
            named(documents, target["kind"], target["name"])
            self.assertGreater(scaler["spec"]["maxReplicas"], scaler["spec"]["minReplicas"])
            for metric in scaler["spec"]["metrics"]:
                value = quantity(metric["resource"]["target"]["averageValue"])
                self.assertLess(value, quantity(server["resources"]["limits"]["cpu"]))

    @for_each_variant
    def test_the_disruption_budget_allows_an_eviction_at_any_time(self, documents):
        budget = named(documents, "PodDisruptionBudget")["spec"]
        self.assertGreater(budget["maxUnavailable"], 0)
        self.assertNotIn("minAvailable", budget)
        self.assertEqual(budget["unhealthyPodEvictionPolicy"], "AlwaysAllow")


class LabelTests(TestCase):
    RECOMMENDED = {
        f"app.kubernetes.io/{name}"
        for name in ("name", "version", "component", "part-of", "managed-by")
    }

    def test_everything_has_the_recommended_labels(self):
        version = self.run_program(ROOT / "scripts/version").stdout.strip()
        for name, documents in roots().items():
            objects = [*((d["kind"], d) for d in documents), *pod_templates(documents)]
            for what, each in objects:
                with self.subTest(name, of=what):
                    labels = each["metadata"].get("labels", {})
                    # (What is not the service itself has no version.)
                    missing = self.RECOMMENDED - labels.keys() - {"app.kubernetes.io/version"}
                    self.assertEqual(missing, set())
                    self.assertEqual(labels["app.kubernetes.io/part-of"], "wasm-http-server")
                    self.assertEqual(labels.get("app.kubernetes.io/version", version), version)
            for deployment in of_kind(documents, "Deployment"):
                labels = deployment["spec"]["template"]["metadata"]["labels"]
                self.assertIn("app.kubernetes.io/version", labels)

    def test_selectors_have_only_the_label_that_never_changes(self):
        """(A Deployment's is immutable: with the version in it no update could be applied.)"""
        for name, documents in roots().items():
            for selector in self.selectors(documents):
                with self.subTest(name):
                    stable = {"app.kubernetes.io/name"}, {"app"}
                    self.assertIn(set(selector), stable)

    @staticmethod
    def selectors(documents):
        for document in documents:
            spec = document.get("spec", {})
            if document["kind"] == "Service":
                yield spec["selector"]
            elif document["kind"] in ("Deployment", "PodDisruptionBudget"):
                yield spec["selector"]["matchLabels"]
            elif document["kind"] == "NetworkPolicy":
                yield spec["podSelector"]["matchLabels"]


class SchedulingTests(TestCase):
    @for_each_variant
    def test_a_priority_class_that_pods_name_is_there(self, documents):
        for _, pod in pod_templates(documents):
            if name := pod["spec"].get("priorityClassName"):
                named(documents, "PriorityClass", name)

    def test_a_priority_is_for_the_server_alone_and_below_those_of_the_system(self):
        documents = variants()["local with priority"]
        self.assertEqual(server_pod(documents)["priorityClassName"], "wasm-http-server")
        priority = named(documents, "PriorityClass")
        self.assertIs(priority["globalDefault"], False)
        self.assertLess(priority["value"], 1_000_000_000)

    def test_anti_affinity_is_a_preference_so_that_a_rolling_update_needs_no_further_node(self):
        documents = variants()["local with anti-affinity"]
        affinity = server_pod(documents)["affinity"]["podAntiAffinity"]
        (kind,) = affinity
        self.assertTrue(kind.startswith("preferred"))
        labels = named(documents, "Deployment")["spec"]["template"]["metadata"]["labels"]
        terms = [each["podAffinityTerm"] for each in affinity[kind]]
        for term in terms:
            self.assertLessEqual(term["labelSelector"]["matchLabels"].items(), labels.items())
        self.assertEqual(terms[0]["topologyKey"], "kubernetes.io/hostname")


class NetworkTests(TestCase):
    @for_each_variant
    def test_all_selectors_are_of_the_labels_that_the_pods_have(self, documents):
        deployment = named(documents, "Deployment")["spec"]
        labels = deployment["template"]["metadata"]["labels"].items()
        spread = deployment["template"]["spec"]["topologySpreadConstraints"]
        selectors = [
            deployment["selector"]["matchLabels"],
            named(documents, "Service")["spec"]["selector"],
            named(documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            named(documents, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            *(constraint["labelSelector"]["matchLabels"] for constraint in spread),
        ]
        for selector in selectors:
            self.assertTrue(selector)
            self.assertLessEqual(selector.items(), labels)

    @for_each_variant
    def test_the_ports_are_the_ones_that_the_server_listens_on(self, documents):
        server = server_container(documents)
        ports = {port["name"]: port["containerPort"] for port in server["ports"]}
        data = settings(documents)
        expected = {"http": int(data["PORT"]), "admin": int(data["ADMIN_PORT"])}
        self.assertEqual(ports, expected)

    @for_each_variant
    def test_the_service_leads_from_port_80_to_the_public_port(self, documents):
        service = named(documents, "Service")["spec"]
        self.assertEqual(service["type"], "ClusterIP")
        (port,) = service["ports"]
        self.assertEqual((port["port"], port["targetPort"]), (80, "http"))

    @for_each_variant
    def test_no_way_from_outside_leads_to_the_admin_port(self, documents):
        services = {}
        for service in of_kind(documents, "Service"):
            services[service["metadata"]["name"]] = service["spec"]
            # Only the cluster's own.
            self.assertEqual(service["spec"]["type"], "ClusterIP")
        reached = list(self.backends(documents))
        self.assertTrue(reached)
        for name, port in reached:
            (target,) = [p for p in services[name]["ports"] if port in (p["name"], p["port"])]
            self.assertEqual(target["targetPort"], "http")

    @staticmethod
    def backends(documents):
        """Service and port of all routes from outside."""
        for ingress in of_kind(documents, "Ingress"):
            for rule in ingress["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    service = path["backend"]["service"]
                    yield service["name"], next(iter(service["port"].values()))
        for route in of_kind(documents, "HTTPRoute"):
            for rule in route["spec"]["rules"]:
                for backend in rule["backendRefs"]:
                    yield backend["name"], backend["port"]

    def test_there_is_an_ingress_or_an_httproute_and_never_both(self):
        ways = "Ingress", "HTTPRoute"
        found = {
            tuple(kind for kind in ways if of_kind(documents, kind))
            for documents in variants().values()
        }
        self.assertEqual(found, {("Ingress",), ("HTTPRoute",)})

    def test_a_middleware_that_the_ingress_names_is_there(self):
        found = 0
        for documents in variants().values():
            for ingress in of_kind(documents, "Ingress"):
                annotations = ingress["metadata"].get("annotations", {})
                name = annotations.get("traefik.ingress.kubernetes.io/router.middlewares")
                if name:
                    found += 1
                    present = [
                        f"{m['metadata']['namespace']}-{m['metadata']['name']}@kubernetescrd"
                        for m in of_kind(documents, "Middleware")
                    ]
                    self.assertIn(name, present)
        self.assertGreater(found, 0)

    def test_a_route_with_a_certificate_is_for_https_and_http_is_redirected_to_the_same_host(self):
        documents = variants()["k3s-ecr"]
        entrypoint = "traefik.ingress.kubernetes.io/router.entrypoints"
        secure = named(documents, "Ingress")
        plain = named(documents, "Ingress", "wasm-http-server-redirect")
        self.assertEqual(secure["metadata"]["annotations"][entrypoint], "websecure")
        self.assertEqual(plain["metadata"]["annotations"][entrypoint], "web")
        (hosts,) = (tls["hosts"] for tls in secure["spec"]["tls"])
        self.assertNotIn("tls", plain["spec"])
        for ingress in secure, plain:
            self.assertEqual([rule["host"] for rule in ingress["spec"]["rules"]], hosts)
        redirect = named(documents, "Middleware", "https")["spec"]["redirectScheme"]
        self.assertEqual(redirect, {"scheme": "https", "permanent": True})

    def test_without_a_certificate_nothing_is_redirected(self):
        for name in "local", "crun", "wasmedge-runtimeclass":
            for ingress in of_kind(variants()[name], "Ingress"):
                self.assertNotIn("tls", ingress["spec"])
                annotations = ingress["metadata"].get("annotations", {})
                self.assertNotIn("traefik.ingress.kubernetes.io/router.entrypoints", annotations)

    def test_the_page_is_a_path_before_the_server_on_the_same_host(self):
        for overlay in overlays():
            with self.subTest(overlay.name):
                documents = variants()[f"{overlay.name} with page"]
                (rule,) = named(documents, "Ingress")["spec"]["rules"]
                routes = {
                    path["path"]: path["backend"]["service"]["name"]
                    for path in rule["http"]["paths"]
                }
                self.assertEqual(routes, {"/page": "wasm-http-page", "/": "wasm-http-server"})
                page = named(documents, "Deployment", "wasm-http-page")["spec"]
                labels = page["template"]["metadata"]["labels"]
                for kind, name in ("Service", "wasm-http-page"), ("Service", "wasm-http-server"):
                    selector = named(documents, kind, name)["spec"]["selector"].items()
                    self.assertEqual(selector <= labels.items(), name == "wasm-http-page")
                secrets = server_pod(documents).get("imagePullSecrets")
                self.assertEqual(page["template"]["spec"].get("imagePullSecrets"), secrets)

    @for_each_variant
    def test_only_prometheus_reaches_the_admin_port_and_the_server_reaches_nobody(self, documents):
        policy = named(documents, "NetworkPolicy")["spec"]
        self.assertEqual(sorted(policy["policyTypes"]), ["Egress", "Ingress"])
        self.assertEqual(policy.get("egress", []), [])
        for rule in policy["ingress"]:
            ports = [port["port"] for port in rule["ports"]]
            if "admin" in ports:
                self.assertEqual(ports, ["admin"])
                for peer in rule["from"]:
                    labels = peer["podSelector"]["matchLabels"]
                    self.assertEqual(labels["app.kubernetes.io/name"], "prometheus")
                    self.assertTrue(peer["namespaceSelector"]["matchLabels"])
            else:
                self.assertEqual(ports, ["http"])


class SettingsTests(TestCase):
    def test_a_changed_setting_changes_the_pods_which_rolls_them(self):
        change = {"name": "wasm-http-server", "behavior": "merge", "literals": ["LOG_LEVEL=warn"]}
        before, after = variants()["local"], render_with("local", "configMapGenerator", change)
        self.assertEqual(settings(after), settings(before) | {"LOG_LEVEL": "warn"})
        self.assertNotEqual(server_container(after)["envFrom"], server_container(before)["envFrom"])

    @for_each_variant
    def test_every_setting_is_one_that_the_server_has(self, documents):
        known = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
        self.assertIn("DRAIN_DELAY", known)
        self.assertLessEqual(set(settings(documents)), set(known))

    @for_each_variant
    def test_the_admin_port_is_where_the_kubelet_asks(self, documents):
        self.assertEqual(settings(documents)["ADMIN_HOST"], "*")

    @for_each_variant
    def test_the_proxy_closes_idle_connections_before_the_server_does(self, documents):
        traefik = 90  # serversTransport.forwardingTimeouts.idleConnTimeout
        self.assertGreater(seconds(settings(documents)["KEEP_ALIVE_TIMEOUT"]), traefik)

    @for_each_variant
    def test_the_log_is_json_with_a_line_for_each_request(self, documents):
        data = settings(documents)
        self.assertEqual((data["LOG_FORMAT"], data["ACCESS_LOG"]), ("json", "on"))


class RuntimeTests(TestCase):
    def test_no_runtimeclass_is_shipped(self):
        for name, documents in roots().items():
            with self.subTest(name):
                self.assertEqual(of_kind(documents, "RuntimeClass"), [])

    def test_the_module_alone_runs_only_where_something_says_what_runs_it(self):
        seen = set()
        for documents in variants().values():
            pod = named(documents, "Deployment")["spec"]["template"]
            name = pod["spec"]["containers"][0]["image"].rpartition("/")[2]
            name = re.split("[:@]", name)[0]
            by_class = pod["spec"].get("runtimeClassName") == "wasmedge"
            annotations = pod["metadata"]["annotations"]
            by_annotation = annotations.get("module.wasm.image/variant") == "compat-smart"
            self.assertFalse(by_class and by_annotation)
            alone = by_class or by_annotation
            self.assertEqual(name, "wasm-http-server" + ("-wasm" if alone else ""))
            # Arguments are for wasm-serve.
            self.assertEqual("args" in pod["spec"]["containers"][0], not alone)
            self.assertNotIn("command", pod["spec"]["containers"][0])
            seen.add((by_class, by_annotation))
        self.assertEqual(seen, {(False, False), (True, False), (False, True)})

    def test_the_overlays_are_the_ones_that_the_map_of_the_folder_tells_of(self):
        text = (ROOT / "deploy" / "README.md").read_text()
        told = re.findall(r"^\| `overlays/([\w-]+)`", text, re.MULTILINE)
        self.assertEqual(sorted(told), [overlay.name for overlay in overlays()])

    def test_the_private_registry_is_logged_in_to_with_the_secret_that_is_renewed(self):
        pod = named(variants()["k3s-ecr"], "Deployment")["spec"]["template"]["spec"]
        self.assertEqual(pod["imagePullSecrets"], [{"name": "ecr-pull-secret"}])


if __name__ == "__main__":
    unittest.main()
