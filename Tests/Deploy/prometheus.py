"""A real Prometheus, as Debian has it, on loopback."""

import contextlib
import json
import re
import urllib.parse
import urllib.request

import yaml
from manifests import DEPLOY
from support import ROOT, TOOLS, free_port, wait_until

PROGRAMS = TOOLS / "prometheus/usr/bin"
PROMTOOL = PROGRAMS / "promtool"
MONITORING = DEPLOY / "monitoring"
DOCS = ROOT / "docs/observability.md"


def write_rules(folder):
    """The rule file for a Prometheus without the operator, made as the docs say."""
    rules = (MONITORING / "prometheusrule.yaml").read_text()
    (folder / "rules.yaml").write_text(re.sub(r"\A.*?^spec:\n", "", rules, flags=re.M | re.S))


def alerts():
    """The rules, by the alert's name."""
    content = yaml.safe_load((MONITORING / "prometheusrule.yaml").read_text())
    return {rule["alert"]: rule for group in content["spec"]["groups"] for rule in group["rules"]}


def panels():
    return json.loads((MONITORING / "dashboard.json").read_text())["panels"]


def configurations():
    """Those that the docs show: for pods, and for addresses."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", DOCS.read_text(), re.M | re.S)
    return [yaml.safe_load(block) for block in blocks]


def documented(heading):
    """The first table behind these words in the docs: its rows, each with its cells."""
    rows = DOCS.read_text().partition(heading)[2].partition("|---|")[2].split("\n")[1:]
    for row in rows:
        if not row.startswith("|"):
            return
        yield [cell.strip() for cell in row.strip("|").split("|")]


class Prometheus:
    """Scrapes these servers each second, with the configuration of the docs."""

    def __init__(self, test, servers):
        folder = test.folder()
        write_rules(folder)
        _, content = configurations()
        content["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        (job,) = content["scrape_configs"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{server.admin}" for server in servers]}]
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(content))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        process = test.start(
            PROGRAMS / "prometheus",
            *(f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data"),
            *(f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"),
        )
        test.wait_for_port(port, process)
        wait_until(self.is_ready, "Prometheus is ready")

    def is_ready(self):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready"):
            return True
        return False

    def get(self, what, **parameters):
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/{what}?{query}") as response:
            return json.load(response)["data"]

    def query(self, expression, time=None):
        """What an expression gives, now or at a time: labels and value of each series."""
        parameters = {"time": time} if time else {}
        result = self.get("query", query=expression, **parameters)["result"]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def value(self, expression, time=None):
        """That of the one series that an expression gives; None when it gives none."""
        values = [value for _, value in self.query(expression, time)]
        if len(values) > 1:
            raise AssertionError(f"{len(values)} series are {expression}")
        return values[0] if values else None
