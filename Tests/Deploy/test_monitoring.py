"""deploy/monitoring: alerts, dashboard, and what has Prometheus find the pods."""

import json
import re
import shutil
import unittest

import yaml
from manifests import named, of_kind, render, render_with, server_container
from prometheus import (
    DOCS,
    MONITORING,
    PROMTOOL,
    alerts,
    configurations,
    documented,
    panels,
    write_rules,
)  # fmt: skip
from server import Server, parse
from support import ROOT, TestCase

UNIT_TESTS = ROOT / "Tests/Deploy/rules.test.yaml"


def expressions():
    """All that is asked of Prometheus, with where that is written."""
    for name, rule in alerts().items():
        yield name, rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


class AlertTests(TestCase):
    def test_promtool_accepts_the_rules(self):
        folder = self.folder()
        write_rules(folder)
        done = self.run_program(PROMTOOL, "check", "rules", folder / "rules.yaml")
        self.assertIn(f"SUCCESS: {len(alerts())} rules found", done.stdout)

    def test_each_alert_fires_when_it_should_and_not_otherwise(self):
        folder = self.folder()
        write_rules(folder)
        shutil.copy(UNIT_TESTS, folder)
        self.run_program(PROMTOOL, "test", "rules", folder / UNIT_TESTS.name)
        # ... of all alerts.
        fires, rests = set(), set()
        for group in yaml.safe_load(UNIT_TESTS.read_text())["tests"]:
            for case in group["alert_rule_test"]:
                (fires if case["exp_alerts"] else rests).add(case["alertname"])
        self.assertEqual((fires, rests), (set(alerts()), set(alerts())))

    def test_the_docs_have_a_command_that_makes_the_rule_file(self):
        folder = self.folder()
        write_rules(folder)
        command = "sed '1,/^spec:/d' deploy/monitoring/prometheusrule.yaml"
        self.assertIn(f"\n{command} >rules.yaml\n", DOCS.read_text())
        made = self.run_program("sh", "-c", command, cwd=ROOT).stdout
        self.assertEqual(made, (folder / "rules.yaml").read_text())

    def test_each_alert_says_how_bad_it_is_what_it_is_and_where_to_read_on(self):
        runbook = (ROOT / "docs/kubernetes.md").read_text()
        headings = re.findall("^#+ (.*)", runbook, re.M)
        sections = {heading.lower().replace(" ", "-") for heading in headings}
        for name, rule in alerts().items():
            with self.subTest(name):
                self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
                self.assertTrue(rule["annotations"]["summary"].endswith("."))
                file, _, section = rule["annotations"]["runbook"].partition("#")
                self.assertEqual(file, "docs/kubernetes.md")
                self.assertIn(section, sections)

    def test_the_docs_tell_of_each_alert_its_severity_and_its_runbook(self):
        told = {
            name.strip("`"): (severity, re.search(r"\((.*)\)", runbook)[1])
            for name, severity, _, runbook in documented("## Alerts")
        }
        expected = {
            name: (rule["labels"]["severity"], rule["annotations"]["runbook"].removeprefix("docs/"))
            for name, rule in alerts().items()
        }
        self.assertEqual(told, expected)


class DashboardTests(TestCase):
    def test_it_has_a_name_of_its_own_and_asks_whatever_source_is_chosen(self):
        dashboard = json.loads((MONITORING / "dashboard.json").read_text())
        self.assertEqual(dashboard["uid"], "wasm-http-server")
        # Grafana gives it when it is imported.
        self.assertNotIn("id", dashboard)
        variables = {v["name"]: v for v in dashboard["templating"]["list"]}
        self.assertEqual(set(variables), {"datasource", "job", "instance"})
        self.assertEqual(variables["datasource"]["type"], "datasource")
        chosen = {"type": "prometheus", "uid": "${datasource}"}
        asked = [variables["job"], variables["instance"], *panels()]
        asked += [target for panel in panels() for target in panel["targets"]]
        for each in asked:
            self.assertEqual(each["datasource"], chosen)

    def test_panels_have_numbers_of_their_own_and_do_not_lie_over_each_other(self):
        numbers = [panel["id"] for panel in panels()]
        self.assertEqual(len(set(numbers)), len(numbers))
        taken = set()
        for panel in panels():
            place = panel["gridPos"]
            columns = range(place["x"], place["x"] + place["w"])
            rows = range(place["y"], place["y"] + place["h"])
            self.assertLessEqual(columns.stop, 24)
            cells = {(x, y) for x in columns for y in rows}
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells

    def test_every_series_that_is_asked_for_is_of_the_job_and_instances_that_are_chosen(self):
        for panel in panels():
            for target in panel["targets"]:
                for selector in re.findall(r"\{(.*?)\}", target["expr"]):
                    self.assertTrue(selector.startswith('job="$job",instance=~"$instance"'))


class NamesTests(TestCase):
    def test_every_metric_that_is_asked_for_is_one_that_the_server_has(self):
        server = Server(self, workers=1)
        # Of what is counted by labels there is nothing before the first.
        server.request()
        server.send(b"nonsense\r\n\r\n")
        exposed = {sample.name for sample in parse(server.metrics())[1]}
        for where, expression in expressions():
            with self.subTest(where):
                # (Each name has a selector behind it.)
                names = set(re.findall(r"(\w+)\{", expression))
                self.assertTrue(names)
                self.assertLessEqual(names, exposed | {"up"})


class ManifestTests(TestCase):
    @classmethod
    def setUpClass(cls):
        # Alone, and together with the service.
        cls.alone = render(MONITORING)
        cls.together = render_with("k3s-ecr", "resources", "../../monitoring")

    def test_it_is_the_same_alone_and_among_the_resources_of_an_overlay(self):
        for document in self.alone:
            self.assertIn(document, self.together)

    def test_the_servicemonitor_leads_to_the_admin_port_of_the_pods(self):
        monitor = named(self.together, "ServiceMonitor")
        selected = monitor["spec"]["selector"]["matchLabels"].items()
        (service,) = (
            service
            for service in of_kind(self.together, "Service")
            if selected <= service["metadata"]["labels"].items()
        )
        self.assertEqual(service["metadata"]["namespace"], monitor["metadata"]["namespace"])
        (endpoint,) = monitor["spec"]["endpoints"]
        (port,) = (p for p in service["spec"]["ports"] if p["name"] == endpoint["port"])
        ports = {p["name"]: p["containerPort"] for p in server_container(self.together)["ports"]}
        self.assertEqual((port["targetPort"], port["port"]), ("admin", ports["admin"]))
        pod = named(self.together, "Deployment")["spec"]["template"]
        self.assertLessEqual(service["spec"]["selector"].items(), pod["metadata"]["labels"].items())
        # No address of its own, and draining pods are in it.
        self.assertEqual(service["spec"]["clusterIP"], "None")
        self.assertIs(service["spec"]["publishNotReadyAddresses"], True)
        # Rules and dashboard go by the job, which is the value of this label.
        job = service["metadata"]["labels"][monitor["spec"]["jobLabel"]]
        for name, rule in alerts().items():
            selectors = re.findall(r"\{(.*?)\}", rule["expr"])
            self.assertTrue(all(s.startswith(f'job="{job}"') for s in selectors), name)

    def test_no_route_leads_to_the_service_of_the_metrics(self):
        for kind in "Ingress", "HTTPRoute":
            self.assertNotIn("-metrics", str(of_kind(self.together, kind)))

    def test_the_operator_takes_the_rules_and_the_monitor(self):
        for kind in "ServiceMonitor", "PrometheusRule":
            labels = named(self.alone, kind)["metadata"]["labels"]
            self.assertEqual(labels["release"], "kube-prometheus-stack")

    def test_grafana_finds_the_dashboard(self):
        (configmap,) = of_kind(self.alone, "ConfigMap")
        self.assertEqual(configmap["metadata"]["labels"]["grafana_dashboard"], "1")
        (text,) = configmap["data"].values()
        self.assertEqual(text, (MONITORING / "dashboard.json").read_text())

    def test_a_prometheus_without_the_operator_takes_the_configurations_of_the_docs(self):
        folder = self.folder()
        write_rules(folder)
        self.assertEqual(len(configurations()), 2)
        for content in configurations():
            (job,) = content["scrape_configs"]
            self.assertEqual(job["job_name"], "wasm-http-server")
            # (Debian's Prometheus was built without Kubernetes.)
            for pods in job.pop("kubernetes_sd_configs", []):
                self.assertEqual(pods["role"], "pod")
                self.assertEqual(pods["namespaces"]["names"], ["wasm-http-server"])
            file = folder / "prometheus.yaml"
            file.write_text(yaml.safe_dump(content))
            done = self.run_program(PROMTOOL, "check", "config", "--lint=all", file)
            self.assertIn(f"{len(alerts())} rules found", done.stdout)


if __name__ == "__main__":
    unittest.main()
