"""`make push`: to a real registry, and its digests into an overlay."""

import hashlib
import json
import shutil
import sys
import urllib.request

import registry
import support
from support import ROOT

sys.path.insert(0, str(ROOT / "scripts/python"))
import oci  # noqa: E402

IMAGES = ["wasm-http-server", "wasm-http-server-module", "wasm-http-server-wasm"]

OVERLAY = """\
# A comment that people have written.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - pod.yaml # and another one
images:
  - name: something-else
    newTag: "1.0"
  - name: wasm-http-server
    newName: registry.example.com/wasm-http-server
    newTag: 0.1.0
"""

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: pod
spec:
  containers:
    - name: server
      image: wasm-http-server
    - name: module
      image: wasm-http-server-wasm
    - name: else
      image: something-else
"""


class RegistryTests(support.TestCase):
    def setUp(self):
        self.overlay = self.folder()
        (self.overlay / "kustomization.yaml").write_text(OVERLAY)
        (self.overlay / "pod.yaml").write_text(POD)
        self.logins = self.folder() / "auth.json"

    def push(self, name, status=0, **settings):
        environment = registry.without_settings() | {
            "REGISTRY": name,
            "OVERLAY": str(self.overlay),
            "REGISTRY_AUTH_FILE": str(self.logins),
            "TLS_VERIFY": "false",
        }
        return self.run_program(
            ROOT / "scripts/push", status=status, environment=environment | settings, alone=True
        )

    def log_in(self, host, password="secret", status=0):
        return self.run_program(
            *("skopeo", "login", "--authfile", self.logins, "--tls-verify=false"),
            *("--username", "somebody", "--password", password, host),
            status=status,
        )

    def assert_refused(self, words, name, **settings):
        """One plain line, and the overlay as it was."""
        before = {p.name: p.read_bytes() for p in self.overlay.iterdir()}
        done = self.push(name, status=1, **settings)
        lines = [x for x in done.stderr.splitlines() if not x.startswith("pushing ")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("push: "), lines[0])
        self.assertIn(words, lines[0])
        self.assertEqual({p.name: p.read_bytes() for p in self.overlay.iterdir()}, before)

    def digest(self, name):
        (described,) = support.read_json(support.DIST / "images" / name / "index.json")["manifests"]
        return described["digest"]

    def test_what_is_pushed_can_be_pulled_with_the_same_digest(self):
        host = registry.start_registry(self, "somebody", "secret")
        self.log_in(host)
        told = self.push(f"{host}/team").stdout.splitlines()
        self.assertCountEqual(told, [f"{host}/team/{name}@{self.digest(name)}" for name in IMAGES])
        for name in IMAGES:
            with self.subTest(name):
                pulled = self.folder()
                self.run_program(
                    *("skopeo", "copy", "--authfile", self.logins, "--src-tls-verify=false"),
                    f"docker://{host}/team/{name}@{self.digest(name)}",
                    f"oci:{pulled}:pulled",
                )
                (described,) = support.read_json(pulled / "index.json")["manifests"]
                self.assertEqual(described["digest"], self.digest(name))
                for blob in (support.DIST / "images" / name / "blobs/sha256").iterdir():
                    self.assertEqual(
                        blob.read_bytes(), (pulled / "blobs/sha256" / blob.name).read_bytes()
                    )

    def test_a_tag_of_ones_own_takes_the_place_of_the_version(self):
        host = registry.start_registry(self)
        told = self.push(host, TAG="stable").stdout
        self.assertIn(f"{host}/wasm-http-server@{self.digest('wasm-http-server')}\n", told)
        inspect = ("skopeo", "inspect", "--raw", "--tls-verify=false")
        self.run_program(*inspect, f"docker://{host}/wasm-http-server:stable")
        self.run_program(*inspect, f"docker://{host}/wasm-http-server:{self.version()}", status=1)
        self.assert_refused("TAG is 'a tag'", host, TAG="a tag")

    def other_architecture(self, change=lambda config: config.update(architecture="arm64")):
        """A folder with the images, as they would be from a machine of another architecture."""
        folder = self.folder() / "images"
        for name in IMAGES:
            layout = folder / name
            shutil.copytree(support.DIST / "images" / name, layout)
            described, manifest = oci.read_manifest(layout)
            config = json.loads(oci.read_blob(layout, manifest["config"]))
            change(config)
            media = manifest["config"]["mediaType"]
            manifest["config"] = oci.descriptor(layout, media, oci.serialize(config))
            again = oci.descriptor(layout, described["mediaType"], oci.serialize(manifest))
            again["annotations"] = described["annotations"]
            index = {"schemaVersion": 2, "manifests": [again]}
            (layout / "index.json").write_bytes(oci.serialize(index))
        return folder

    def test_images_of_two_architectures_are_pushed_as_a_manifest_list(self):
        host = registry.start_registry(self)
        other = self.other_architecture()
        told = dict(
            line.split("@") for line in self.push(host, ALSO=str(other)).stdout.splitlines()
        )
        for name in "wasm-http-server", "wasm-http-server-wasm":
            raw = self.run_program(
                *("skopeo", "inspect", "--raw", "--tls-verify=false"),
                f"docker://{host}/{name}:{self.version()}",
            ).stdout
            self.assertEqual(
                told[f"{host}/{name}"], f"sha256:{hashlib.sha256(raw.encode()).hexdigest()}"
            )
            index = json.loads(raw)
            self.assertEqual(index["mediaType"], "application/vnd.oci.image.index.v1+json")
            (theirs,) = support.read_json(other / name / "index.json")["manifests"]
            digests = {m["platform"]["architecture"]: m["digest"] for m in index["manifests"]}
            self.assertEqual(digests.pop("arm64"), theirs["digest"])
            self.assertEqual(list(digests.values()), [self.digest(name)])
            # What a node of that architecture pulls by the digest in the manifest.
            pulled = self.run_program(
                *("skopeo", "inspect", "--config", "--tls-verify=false"),
                *("--override-arch", "arm64"),
                f"docker://{host}/{name}@{told[f'{host}/{name}']}",
            ).stdout
            self.assertEqual(json.loads(pulled)["architecture"], "arm64")
        module = "wasm-http-server-module"
        self.assertEqual(told[f"{host}/{module}"], self.digest(module))
        text = (self.overlay / "kustomization.yaml").read_text()
        self.assertIn(f"digest: {told[f'{host}/wasm-http-server']}", text)

    def test_images_that_do_not_belong_together_are_refused(self):
        host = registry.start_registry(self)
        self.assert_refused("there is no wasm-http-server", host, ALSO=str(self.folder()))
        same = str(support.DIST / "images")
        self.assert_refused("is the image of this machine", host, ALSO=same)
        later = self.other_architecture(
            lambda config: config.update(created="2030-01-01T00:00:00Z")
        )
        self.assert_refused("for the same platform", host, ALSO=str(later))

    def test_the_artifact_arrives_with_its_media_types(self):
        host = registry.start_registry(self)
        self.push(host)
        raw = self.run_program(
            *("skopeo", "inspect", "--raw", "--tls-verify=false"),
            f"docker://{host}/wasm-http-server-module:{self.version()}",
        ).stdout
        manifest = json.loads(raw)
        self.assertEqual(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json")
        self.assertEqual([x["mediaType"] for x in manifest["layers"]], ["application/wasm"])

    def version(self):
        (described,) = support.read_json(support.DIST / "images/wasm-http-server/index.json")[
            "manifests"
        ]
        return described["annotations"]["org.opencontainers.image.ref.name"]

    def test_the_overlay_has_the_digests_afterwards_and_is_otherwise_as_it_was(self):
        host = registry.start_registry(self)
        self.push(f"{host}/team")
        expected = OVERLAY.replace(
            "    newName: registry.example.com/wasm-http-server\n    newTag: 0.1.0\n",
            f"    newName: {host}/team/wasm-http-server\n"
            f"    digest: {self.digest('wasm-http-server')}\n"
            f"  - name: wasm-http-server-wasm\n"
            f"    newName: {host}/team/wasm-http-server-wasm\n"
            f"    digest: {self.digest('wasm-http-server-wasm')}\n",
        )
        self.assertEqual((self.overlay / "kustomization.yaml").read_text(), expected)
        rendered = self.run_program("kubectl", "kustomize", self.overlay).stdout
        for line in (
            f"image: {host}/team/wasm-http-server@{self.digest('wasm-http-server')}\n",
            f"image: {host}/team/wasm-http-server-wasm@{self.digest('wasm-http-server-wasm')}\n",
            "image: something-else:1.0\n",
        ):
            self.assertIn(line, rendered)
        self.push(f"{host}/team")
        self.assertEqual((self.overlay / "kustomization.yaml").read_text(), expected)

    def test_an_overlay_without_images_gets_them(self):
        host = registry.start_registry(self)
        kustomization = self.overlay / "kustomization.yaml"
        kustomization.write_text(OVERLAY.split("images:")[0])
        self.push(host)
        rendered = self.run_program("kubectl", "kustomize", self.overlay).stdout
        self.assertIn(f"{host}/wasm-http-server@{self.digest('wasm-http-server')}", rendered)

    def test_the_projects_own_overlays_can_be_pinned(self):
        host = registry.start_registry(self)
        copy = self.folder() / "deploy"
        shutil.copytree(ROOT / "deploy", copy)
        overlays = sorted((copy / "overlays").glob("*/kustomization.yaml"))
        for path in overlays:
            with self.subTest(path.parent.name):
                before = path.read_text().splitlines()
                self.push(host, OVERLAY=str(path.parent))
                after = path.read_text().splitlines()
                # Only lines of images: have changed.
                for line in set(before) - set(after):
                    self.assertRegex(line.strip("- "), "^(newName|newTag|digest):")
                self.run_program("kubectl", "kustomize", path.parent)

    def test_without_a_login_nothing_changes(self):
        host = registry.start_registry(self, "somebody", "secret")
        self.assert_refused("refuses the login", host)

    def test_with_a_wrong_password_nothing_changes(self):
        host = registry.start_registry(self, "somebody", "secret")
        self.assertIn("invalid username/password", self.log_in(host, "wrong", status=1).stderr)
        # What was right once, and is not any more.
        token = "c29tZWJvZHk6d3Jvbmc="
        self.logins.write_text(json.dumps({"auths": {host: {"auth": token}}}))
        self.assert_refused("refuses the login", host)

    def test_a_registry_that_nobody_listens_for_is_one_line(self):
        self.assert_refused("cannot reach 127.0.0.1:", f"127.0.0.1:{support.free_port()}")

    def test_a_registry_that_speaks_something_else_is_one_line(self):
        folder, port = self.folder(), support.free_port()
        process = self.start(
            *(sys.executable, "-m", "http.server", port),
            *("--bind", "127.0.0.1", "--directory", folder),
        )
        self.wait_for_port(port, process)
        self.assert_refused("404", f"127.0.0.1:{port}")

    def test_a_registry_without_tls_has_to_be_meant(self):
        host = registry.start_registry(self)
        self.assert_refused("without TLS", host, TLS_VERIFY="true")

    def test_a_certificate_that_nobody_knows_is_one_line(self):
        certificate = self.certificate("127.0.0.1")
        host = registry.start_registry(self, certificate=certificate)
        self.assert_refused("is not trusted", host, TLS_VERIFY="true")

    def test_a_certificate_of_an_own_authority_is_enough(self):
        certificate = self.certificate("127.0.0.1")
        host = registry.start_registry(self, certificate=certificate)
        self.push(host, TLS_VERIFY="true", SSL_CERT_FILE=str(certificate[0]))
        self.assertIn(host, (self.overlay / "kustomization.yaml").read_text())

    def test_a_bad_name_of_a_registry_is_one_line(self):
        for name in (
            "https://registry.example.com",
            "registry.example.com/Team",
            "registry.example.com:port",
            "registry.example.com/a b",
            "registry.example.com/team:tag",
            "-x",
            "a\nb",
        ):
            with self.subTest(name):
                self.assert_refused("but must be a host", name)
        self.assert_refused("REGISTRY is needed", "")

    def test_a_bad_overlay_is_one_line_before_anything_is_pushed(self):
        host = registry.start_registry(self)
        for text, words in (
            ("a: [", "is not YAML"),
            ("- a\n", "is not a Kustomization"),
            ("kind: Pod\n", "is not a Kustomization"),
            ("images: {}\n", "is not a list"),
            ("images: [a]\n", "is not a list"),
        ):
            with self.subTest(text):
                (self.overlay / "kustomization.yaml").write_text(text)
                self.assert_refused(words, host)
        self.assert_refused("cannot read", host, OVERLAY=str(self.overlay / "nothing"))
        self.assertEqual(self.catalog(host), [])

    def catalog(self, host):
        with urllib.request.urlopen(f"http://{host}/v2/_catalog") as response:
            return json.load(response)["repositories"]
