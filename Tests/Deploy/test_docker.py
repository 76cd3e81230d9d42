"""What Docker's users start with: Dockerfile, compose.yaml, the dev container.

(There is no Docker here: `scripts/dockerfile-test` builds the Dockerfile with buildah, in minutes.)
"""

import json
import re

import yaml
from support import ROOT, TOOLS, TestCase

SERVER, PAGE = ROOT / "Dockerfile", ROOT / "examples/react-client/Dockerfile"
CONTAINERFILES = ROOT / "deploy/images"


def instructions(file):
    """The instructions of a file, each on one line."""
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def last_stage(file):
    """The instructions of the image itself, but for where its files come from."""
    lines = instructions(file)
    (first,) = [n for n, line in enumerate(lines) if line.startswith("FROM ")][-1:]
    return [line for line in lines[first + 1 :] if not line.startswith(("COPY ", "ARG "))]


def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


class DockerfileTests(TestCase):
    def test_hadolint_has_nothing_to_say(self):
        self.run_program(
            TOOLS / "deploy/bin/hadolint",
            *("--config", ROOT / "deploy/images/hadolint.yaml", SERVER, PAGE),
        )

    def test_the_images_are_configured_as_those_of_make_images(self):
        version = ' org.opencontainers.image.version="${VERSION}"'
        built = [line.replace(version, "") for line in last_stage(SERVER)]
        self.assertEqual(built, last_stage(CONTAINERFILES / "Containerfile"))
        self.assertEqual(last_stage(PAGE), last_stage(CONTAINERFILES / "Containerfile.page"))

    def test_a_base_that_two_files_name_is_the_same(self):
        nginx = [
            [line for line in instructions(file) if line.startswith("ARG NGINX=")]
            for file in (PAGE, CONTAINERFILES / "Containerfile.page")
        ]
        self.assertEqual(*nginx)

    def test_nothing_is_installed_but_by_the_scripts_that_have_the_pins(self):
        for file in SERVER, PAGE:
            for line in instructions(file):
                if line.startswith("RUN "):
                    for command in line.removeprefix("RUN ").split(" && "):
                        self.assertRegex(command, r"^scripts/[a-z-]+( |$)")

    def test_swift_is_the_same_as_in_the_workflows(self):
        (version,) = re.findall(r"^ARG SWIFT=\S+/swift:(\d+\.\d+)", SERVER.read_text(), re.M)
        for workflow in (ROOT / ".github/workflows").glob("*.yml"):
            for other in re.findall(r"image: swift:(\d+\.\d+)", workflow.read_text()):
                self.assertEqual(other, version, workflow.name)

    def test_the_build_gets_every_folder_that_the_package_names(self):
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        self.assertIn("*", ignored)
        sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
        manifest = (ROOT / "Package.swift").read_text()
        folders = {path.split("/")[0] for path in re.findall(r'path: "([^"]+)"', manifest)}
        self.assertIn("Tests", folders)
        # (These three are SwiftPM's own names.)
        folders |= {"Plugins", "Sources", "Tests"}
        self.assertLessEqual(folders | {"Package.swift", "Package.resolved", "LICENSE"}, sent)
        for name in sent:
            self.assertTrue((ROOT / name).exists(), name)
        for name in (".git", ".tools", "dist", ".build"):
            self.assertNotIn(name, sent)


class ComposeTests(TestCase):
    def test_it_is_what_the_compose_specification_allows(self):
        check = (TOOLS / "deploy/bin/check-jsonschema", "--builtin-schema", "vendor.compose-spec")
        self.run_program(*check, ROOT / "compose.yaml")
        wrong = self.folder() / "compose.yaml"
        wrong.write_text((ROOT / "compose.yaml").read_text().replace("ports:", "port:"))
        self.run_program(*check, wrong, status=1)

    def test_what_it_builds_is_there(self):
        for service in compose().values():
            build = service["build"]
            file = "Dockerfile" if build == "." else build["dockerfile"]
            self.assertIn(ROOT / file, (SERVER, PAGE))

    def test_ports_are_those_of_the_images(self):
        for name, file in ("server", SERVER), ("page", PAGE):
            (exposed,) = re.findall(r"^EXPOSE (\d+)$", file.read_text(), re.M)
            inside = [port.split(":")[-1] for port in compose()[name]["ports"]]
            self.assertIn(exposed, inside)
        # The admin port is for this machine.
        admin = compose()["server"]["environment"]["ADMIN_PORT"]
        self.assertIn(f"127.0.0.1:{admin}:{admin}", compose()["server"]["ports"])

    def test_the_page_may_read_the_server_s_responses(self):
        (port,) = (port.split(":")[0] for port in compose()["page"]["ports"])
        origin = compose()["server"]["environment"]["CORS_ALLOW_ORIGIN"]
        self.assertEqual(origin, f"http://localhost:{port}")

    def test_every_variable_is_a_setting(self):
        known = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
        self.assertLessEqual(set(compose()["server"]["environment"]), set(known))

    def test_containers_have_no_more_rights_than_in_a_cluster(self):
        for service in compose().values():
            self.assertIs(service["read_only"], True)
            self.assertEqual(service["cap_drop"], ["ALL"])
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"])


class DevContainerTests(TestCase):
    def test_it_builds_a_stage_of_the_dockerfile_and_forwards_the_servers_ports(self):
        folder = ROOT / ".devcontainer"
        settings = json.loads((folder / "devcontainer.json").read_text())
        build = settings["build"]
        self.assertEqual((folder / build["dockerfile"]).resolve(), SERVER)
        self.assertEqual((folder / build["context"]).resolve(), ROOT)
        stages = re.findall(r"^FROM \S+ AS (\S+)$", SERVER.read_text(), re.M)
        self.assertIn(build["target"], stages)
        self.assertEqual(set(map(str, settings["forwardPorts"])), set(settings["portsAttributes"]))
        self.assertIn(1234, settings["forwardPorts"])
