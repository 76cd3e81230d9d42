"""What others have made and we build with or name is pinned by what it is, not by where it is."""

import re

import registry
import support
import yaml
from support import ROOT

REQUIREMENTS = ROOT / "scripts/requirements"
# File and name of each.
IMAGES_OF_OTHERS = {
    ("deploy/images/Containerfile.wasmedge", "docker.io/wasmedge/slim-runtime"),
    ("deploy/images/Containerfile.page", "docker.io/nginxinc/nginx-unprivileged"),
    ("Dockerfile", "docker.io/library/swift"),
    ("examples/react-client/Dockerfile", "docker.io/library/debian"),
    ("examples/react-client/Dockerfile", "docker.io/nginxinc/nginx-unprivileged"),
    ("deploy/ecr/cronjob.yaml", "public.ecr.aws/aws-cli/aws-cli"),
}


def scripts():
    for path in sorted((ROOT / "scripts").iterdir()):
        if path.is_file():
            # A command on several lines is one.
            yield path, path.read_text().replace("\\\n", " ").splitlines()


class PinTests(support.TestCase):
    def test_swift_packages_are_pinned_to_the_commits_of_the_versions_that_the_manifest_names(self):
        named = dict(
            re.findall(r'url: "([^"]*)", exact: "([^"]*)"', (ROOT / "Package.swift").read_text())
        )
        pins = support.read_json(ROOT / "Package.resolved")["pins"]
        self.assertEqual(named, {pin["location"]: pin["state"]["version"] for pin in pins})
        for pin in pins:
            self.assertRegex(pin["state"]["revision"], "^[0-9a-f]{40}$")

    def test_the_pins_are_part_of_the_tree(self):
        peers = sorted((ROOT / "Benchmarks/peers").glob("*/Package.swift"))
        self.assertTrue(peers)
        for folder in [ROOT, *(path.parent for path in peers)]:
            pins = folder / "Package.resolved"
            self.assertTrue(pins.is_file(), pins)
            # (A source tree without git has only what the tree has.)
            if (ROOT / ".git").exists():
                git = ("git", "-c", f"safe.directory={ROOT}", "-C", ROOT)
                self.run_program(*git, "ls-files", "--error-unmatch", pins.relative_to(ROOT))

    def test_every_build_takes_the_pins_and_fails_where_they_do_not_fit(self):
        builds = [
            (path.name, line)
            for path, lines in scripts()
            for line in lines
            if re.search(r"\bswift build\b", line)
            and not line.lstrip().startswith("#")
            and "--show-bin-path" not in line
            # (It builds the package of its user, with that package's own pins.)
            and path.name not in ("dev", "module")
        ]
        self.assertGreaterEqual({name for name, _ in builds}, {"build", "test", "fuzz", "soak"})
        for name, line in builds:
            self.assertIn("--force-resolved-versions", line, name)

    def test_swift_refuses_pins_that_are_not_those_of_the_manifest(self):
        """(The option does what it is for, in a package without anything to fetch.)"""
        folder = self.folder()
        (folder / "Sources/a").mkdir(parents=True)
        (folder / "Sources/a/a.swift").write_text("")
        (folder / "Package.swift").write_text(
            "// swift-tools-version: 6.2\nimport PackageDescription\n"
            'let package = Package(name: "a", dependencies: [.package(url: "file:///nowhere", '
            'exact: "1.0.0")], targets: [.target(name: "a")])\n'
        )
        (folder / "Package.resolved").write_text('{"pins": [], "version": 3}')
        words = ("swift", "package", "--force-resolved-versions", "resolve")
        done = self.run_program(*words, status=1, cwd=folder)
        self.assertIn("Package.resolved", done.stderr)

    def test_everything_from_pypi_has_a_hash_that_pip_demands(self):
        for path in sorted(REQUIREMENTS.glob("*.txt")):
            text = path.read_text().replace("\\\n", " ")
            lines = [x for x in text.splitlines() if x.strip() and not x.startswith("#")]
            self.assertTrue(lines, path.name)
            for line in lines:
                self.assertRegex(line, r"^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", path.name)
        calls = [
            (path.name, line)
            for path, lines in scripts()
            for line in lines
            if re.search(r"\bpip (install|download)\b", line)
        ]
        self.assertTrue(calls)
        for name, line in calls:
            self.assertIn("--require-hashes", line, name)


class ImagesOfOthersTests(support.TestCase):
    """(The registries of these images cannot be asked here: a registry of the test's own stands for
    them.)"""

    def references(self):
        """Each image that a file names by a registry's host, and the file."""
        dockerfiles = ROOT / "Dockerfile", ROOT / "examples/react-client/Dockerfile"
        for path in [*dockerfiles, *sorted((ROOT / "deploy").rglob("*"))]:
            if not path.is_file():
                continue
            text = path.read_text()
            for image in re.findall(
                r"^ *(?:- )?image: (\S+)$|^(?:ARG \w+=|FROM )(\S+)$", text, re.M
            ):
                image = "".join(image)
                built_here = re.search(r"/wasm-http-[a-z-]+[:@]", image)
                if "/" in image and not built_here and not image.startswith("localhost/"):
                    yield path.relative_to(ROOT).as_posix(), image

    def test_they_are_these_and_pinning_knows_them_all(self):
        found = {
            (file, image.split("@")[0].rpartition(":")[0]) for file, image in self.references()
        }
        self.assertEqual(found, IMAGES_OF_OTHERS)
        script = (ROOT / "scripts/pin-images").read_text()
        pinned = re.search(r"files=\(([^$]*?)\)", script, re.DOTALL)[1]
        self.assertEqual(set(pinned.split()), {file for file, _ in IMAGES_OF_OTHERS})

    def test_each_has_a_version_and_where_it_has_a_digest_a_whole_one(self):
        for _, image in self.references():
            self.assertRegex(image, r":\d+(\.\d+)+(-[a-z]+)?(@sha256:[0-9a-f]{64})?$")

    def pin(self, *files, status=0):
        return self.run_program(
            *(ROOT / "scripts/pin-images", *files),
            status=status,
            environment=registry.without_settings() | {"TLS_VERIFY": "false"},
            alone=True,
        ).stderr

    def push(self, host, name):
        layout = support.DIST / "images" / name
        version = support.read_json(layout / "index.json")["manifests"][0]["annotations"][
            "org.opencontainers.image.ref.name"
        ]
        self.run_program(
            *("skopeo", "copy", "--preserve-digests", "--dest-tls-verify=false"),
            *(f"oci:{layout}:{version}", f"docker://{host}/team/tool:1.2.3"),
        )
        return support.read_json(layout / "index.json")["manifests"][0]["digest"]

    def test_pinning_writes_the_digests_that_registries_have_and_nothing_else(self):
        host = registry.start_registry(self)
        digest = self.push(host, "wasm-http-server-wasm")
        image = f"{host}/team/tool:1.2.3"
        text = (
            f"# {image}\n      image: {image}\nARG BASE={image}\n"
            f"image: built-here\n  image: {image}0\n"
        )
        file = self.folder() / "file.yaml"
        file.write_text(text.replace(f"  image: {image}0\n", ""))
        file.chmod(0o640)
        told = self.pin(file)
        self.assertIn(f"{image} is {digest}", told)
        expected = (
            f"# {image}\n      image: {image}@{digest}\nARG BASE={image}@{digest}\n"
            "image: built-here\n"
        )
        self.assertEqual(file.read_text(), expected)
        self.assertEqual(file.stat().st_mode & 0o777, 0o640)
        # Once more it is the same; and a version that is another image now is told.
        self.assertIn("as before", self.pin(file))
        self.assertEqual(file.read_text(), expected)
        other = self.push(host, "wasm-http-server")
        self.assertIn(f"is {other}, and was {digest}", self.pin(file))
        self.assertEqual(file.read_text(), expected.replace(digest, other))
        # Where one cannot be asked for, nothing is written.
        file.write_text(text)
        self.assertIn("cannot ask for", self.pin(file, status=1))
        self.assertIn(f"image: {image}0\n", file.read_text())

    def test_the_files_of_the_tree_can_be_pinned(self):
        host = registry.start_registry(self)
        digest = self.push(host, "wasm-http-server-wasm")
        for file in {file for file, _ in IMAGES_OF_OTHERS}:
            copy = self.folder() / "file"
            text = (ROOT / file).read_text()
            names = [name for other, name in IMAGES_OF_OTHERS if other == file]
            for name in names:
                text = re.sub(rf"{re.escape(name)}:[^\s]+", f"{host}/team/tool:1.2.3", text)
            copy.write_text(text)
            self.pin(copy)
            pinned = copy.read_text().count(f"{host}/team/tool:1.2.3@{digest}\n")
            self.assertEqual(pinned, len(names), file)

    def test_an_image_on_a_base_without_a_digest_is_refused(self):
        done = self.run_program(
            ROOT / "scripts/images",
            status=1,
            environment={"WITH": "wasmedge", "WASMEDGE": "docker.io/wasmedge/slim-runtime:0.13.5"},
        )
        self.assertEqual(
            done.stderr.splitlines()[-1],
            "images: the base image docker.io/wasmedge/slim-runtime:0.13.5 is named without its "
            "digest: 'make pin' looks it up, or WASMEDGE=NAME@sha256:...",
        )


class RightsTests(support.TestCase):
    def test_rights_to_secrets_are_to_named_ones_and_the_comment_says_that_changing_is_reading(
        self,
    ):
        seen = 0
        for path in sorted((ROOT / "deploy").rglob("*.yaml")):
            for document in yaml.safe_load_all(path.read_text()):
                # (A list is a patch.)
                document = document if isinstance(document, dict) else {}
                self.assertNotEqual(document.get("kind"), "ClusterRole", path)
                if document.get("kind") != "Role":
                    continue
                for rule in document["rules"]:
                    self.assertNotIn("*", rule["apiGroups"] + rule["resources"] + rule["verbs"])
                    self.assertTrue(rule["resourceNames"], path)
                    # (These two cannot be bound to a name.)
                    self.assertFalse({"create", "deletecollection"} & set(rule["verbs"]), path)
                    if {"patch", "update"} & set(rule["verbs"]):
                        self.assertRegex(path.read_text(), "as much as reading it")
                        seen += 1
        self.assertEqual(seen, 1)
        for path in [*(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").rglob("*.yaml")]:
            self.assertNotRegex(path.read_text(), "(?i)cannot even read it|not to read it")
