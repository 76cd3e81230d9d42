"""`make images`: what is in the images, that the same commit gives the same, that they run."""

import hashlib
import http.client
import io
import json
import os
import pathlib
import re
import tarfile
import urllib.parse

import support
from support import DIST, ROOT, TOOLS

IMAGES = DIST / "images"
SERVER, WASM, MODULE = "wasm-http-server", "wasm-http-server-wasm", "wasm-http-server-module"


def layout(name, folder=IMAGES):
    """Descriptor and manifest of an image, and how its blobs are read."""

    def blob(described):
        return (folder / name / "blobs" / described["digest"].replace(":", "/")).read_bytes()

    (described,) = support.read_json(folder / name / "index.json")["manifests"]
    return described, json.loads(blob(described)), blob


def configuration(name):
    _, manifest, blob = layout(name)
    return json.loads(blob(manifest["config"]))


def members(name):
    """What is in the layers of an image, by path."""
    _, manifest, blob = layout(name)
    found = {}
    for layer in manifest["layers"]:
        with tarfile.open(fileobj=io.BytesIO(blob(layer))) as archive:
            for member in archive:
                content = archive.extractfile(member).read() if member.isfile() else None
                found[member.name.strip("/")] = (member, content)
    return found


def git(test, *words, folder=ROOT):
    """What git says of a checkout, even if that belongs to another user."""
    command = ("git", "-c", f"safe.directory={folder}", "-C", folder, *words)
    return test.run_program(*command).stdout.strip()


def compressed(name):
    _, manifest, _ = layout(name)
    return sum(layer["size"] for layer in manifest["layers"])


class LayoutTests(support.TestCase):
    def test_blobs_are_what_their_digests_say(self):
        for name in (SERVER, WASM, MODULE):
            for path in (IMAGES / name / "blobs/sha256").iterdir():
                self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)

    def test_the_module_alone_is_smaller_than_100_kilobytes(self):
        self.assertLess(compressed(WASM), 100_000)
        self.assertLess(compressed(MODULE), 100_000)

    def test_the_server_is_smaller_than_25_megabytes(self):
        self.assertLess(compressed(SERVER), 25_000_000)

    def test_the_wasm_image_has_the_module_and_nothing_else(self):
        (path,) = members(WASM)
        member, content = members(WASM)[path]
        self.assertEqual(path, "http_server.wasm")
        self.assertEqual(content, (DIST / "http_server.wasm").read_bytes())
        self.assertEqual(oct(member.mode & 0o777), "0o755")
        self.assertEqual(configuration(WASM)["config"]["Entrypoint"], ["/http_server.wasm"])

    def test_the_artifact_is_one_layer_with_the_module_as_it_is(self):
        described, manifest, blob = layout(MODULE)
        self.assertEqual(described["mediaType"], "application/vnd.oci.image.manifest.v1+json")
        self.assertEqual(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json")
        (layer,) = manifest["layers"]
        self.assertEqual(layer["mediaType"], "application/wasm")
        self.assertEqual(blob(layer), (DIST / "http_server.wasm").read_bytes())
        config = json.loads(blob(manifest["config"]))
        self.assertEqual((config["architecture"], config["os"]), ("wasm", "wasip1"))
        self.assertEqual(config["layerDigests"], [layer["digest"]])

    def test_the_server_image_has_no_shell_and_no_more_than_it_needs(self):
        paths = {path for path, (member, _) in members(SERVER).items() if member.isfile()}
        programs = {p for p in paths if not re.search(r"/licences/|\.so[.0-9]*$", p)}
        self.assertEqual(
            programs, {"usr/bin/wasm-serve", "usr/share/wasm-serve/http_server.module"}
        )
        needed = {p.rsplit("/", 1)[1] for p in paths if re.search(r"\.so[.0-9]*$", p)}
        listed = self.run_program("ldd", DIST / "wasm-serve", DIST / "libwasmtime.so").stdout
        names = set(re.findall(r"[^\s/]+\.so[.0-9]*(?= )", listed))
        self.assertEqual(needed, names - {"linux-vdso.so.1"})
        for licence in ("wasm-http-server", "swift", "swift-log", "wasmtime", "gcc", "wasi-libc"):
            self.assertIn(f"usr/share/doc/wasm-serve/licences/{licence}", paths)

    def test_nothing_in_an_image_is_others_to_write_or_runs_as_somebody_else(self):
        for name in (SERVER, WASM):
            for path, (member, _) in members(name).items():
                with self.subTest(path):
                    self.assertEqual((member.uid, member.gid), (0, 0))
                    self.assertEqual(member.mode & 0o7022, 0)

    def test_the_user_is_a_number_and_not_root(self):
        for name in (SERVER, WASM):
            self.assertEqual(configuration(name)["config"]["User"], "65532:65532")

    def test_each_setting_that_make_serve_passes_on_reaches_the_module(self):
        script = (ROOT / "scripts/serve").read_text()
        settings = re.search(r"settings=\((.*?)\)", script, re.DOTALL)[1].split()
        entry = configuration(SERVER)["config"]["Entrypoint"]
        for setting in settings:
            self.assertIn(f"--env={setting}", entry)

    def test_labels_tell_what_the_image_is(self):
        version = self.run_program(DIST / "wasm-serve", "--version").stdout.split()[1]
        revision = git(self, "rev-parse", "HEAD")
        _, artifact, _ = layout(MODULE)
        for name, labels in (
            (SERVER, configuration(SERVER)["config"]["Labels"]),
            (WASM, configuration(WASM)["config"]["Labels"]),
            (MODULE, artifact["annotations"]),
        ):
            with self.subTest(name):
                label = {k.removeprefix("org.opencontainers.image."): v for k, v in labels.items()}
                self.assertEqual(label["title"], name)
                self.assertEqual(label["version"], version)
                self.assertIn(label["revision"], (revision, f"{revision}-dirty"))
                self.assertRegex(label["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
                self.assertTrue(label["description"])
                known = ["title", "description", "licenses", "version", "revision", "created"]
                self.assertCountEqual(label, known)

    def test_programs_and_module_name_the_commit_of_the_label_and_zeros_where_there_are_changes(
        self,
    ):
        revision = configuration(SERVER)["config"]["Labels"]["org.opencontainers.image.revision"]
        commit = "0" * 40 if revision.endswith("-dirty") else revision
        said = self.run_program(DIST / "wasm-serve", "--version").stdout
        self.assertIn(f"(commit {commit}, ", said)
        _, program = members(SERVER)["usr/bin/wasm-serve"]
        _, module = members(WASM)["http_server.wasm"]
        for content in program, module:
            self.assertIn(f"@commit:{commit}".encode(), content)

    def test_hadolint_has_nothing_to_say(self):
        self.run_program(
            TOOLS / "deploy/bin/hadolint",
            *("--config", ROOT / "deploy/images/hadolint.yaml"),
            *sorted((ROOT / "deploy/images").glob("Containerfile*")),
        )


class BillOfMaterialsTests(support.TestCase):
    def bill(self, name):
        return support.read_json(IMAGES / f"{name}.spdx.json")

    def test_it_is_valid_spdx(self):
        for name in (SERVER, WASM, MODULE):
            with self.subTest(name):
                path = IMAGES / f"{name}.spdx.json"
                self.run_program(TOOLS / "deploy/bin/pyspdxtools", "--infile", path)
                self.assertEqual(self.bill(name)["spdxVersion"], "SPDX-2.3")

    def test_it_is_about_the_image_beside_it(self):
        for name in (SERVER, WASM, MODULE):
            described, _, _ = layout(name)
            image = self.bill(name)["packages"][0]
            self.assertEqual(
                f"sha256:{image['checksums'][0]['checksumValue']}", described["digest"]
            )

    def test_it_lists_each_file_with_its_checksum(self):
        for name in (SERVER, WASM):
            listed = {
                file["fileName"].removeprefix("./"): file["checksums"][1]["checksumValue"]
                for file in self.bill(name)["files"]
            }
            real = {
                path: hashlib.sha256(content).hexdigest()
                for path, (_, content) in members(name).items()
                if content is not None
            }
            self.assertEqual(listed, real)

    def test_it_names_what_is_linked_into_the_programs(self):
        def parts(name):
            return {package["name"] for package in self.bill(name)["packages"][1:]}

        self.assertEqual(parts(WASM), {"http_server", "swift", "wasi-libc"})
        self.assertEqual(parts(MODULE), parts(WASM))
        self.assertEqual(
            parts(SERVER),
            parts(WASM) | {"wasm-serve", "wasmtime", "glibc", "libgcc", "libstdc++", "swift-log"},
        )

    def test_versions_are_known(self):
        for package in self.bill(SERVER)["packages"]:
            self.assertIn("versionInfo", package, package["name"])

    def references(self, name, kind="purl"):
        return {
            package["name"]: [
                one["referenceLocator"]
                for one in package.get("externalRefs", [])
                if one["referenceType"] == kind
            ]
            for package in self.bill(name)["packages"]
        }

    def test_each_component_has_a_name_that_scanners_know(self):
        references = self.references(SERVER)
        versions = {p["name"]: p["versionInfo"] for p in self.bill(SERVER)["packages"]}
        engine, log = versions["wasmtime"], versions["swift-log"]
        self.assertEqual(
            references["wasmtime"],
            [
                f"pkg:cargo/wasmtime@{engine}",
                f"pkg:pypi/wasmtime@{engine}",
                f"pkg:github/bytecodealliance/wasmtime@v{engine}",
            ],
        )
        self.assertEqual(references["swift-log"], [f"pkg:swift/github.com/apple/swift-log@{log}"])
        swift = versions["swift"]
        self.assertEqual(references["swift"], [f"pkg:github/swiftlang/swift@swift-{swift}-RELEASE"])
        parts = {
            "wasi-libc": "wasi-libc",
            "glibc": "libc6",
            "libgcc": "libgcc-s1",
            "libstdc++": "libstdc++6",
        }
        for name, package in parts.items():
            (text,) = references[name]
            kind, family, found, version, qualifiers = self.read_purl(text)
            self.assertEqual((kind, found, version), ("deb", package, versions[name]))
            # Advisories are about a source package in a release.
            self.assertRegex(qualifiers["distro"], f"^{family}-[0-9.]+$")
            self.assertIn("arch", qualifiers)
            self.assertEqual(qualifiers.get("upstream", package), self.source_of(package))
        cpes = self.references(SERVER, "cpe23Type")
        self.assertEqual(
            cpes["wasmtime"], [f"cpe:2.3:a:bytecodealliance:wasmtime:{engine}:*:*:*:*:rust:*:*"]
        )
        self.assertEqual(cpes["swift"], [f"cpe:2.3:a:apple:swift:{swift}:*:*:*:*:*:*:*"])

    def test_every_name_is_a_package_url_of_the_version(self):
        for name in (SERVER, WASM, MODULE):
            for package in self.bill(name)["packages"]:
                purls = self.references(name)[package["name"]]
                self.assertTrue(purls, package["name"])
                for text in purls:
                    version = self.read_purl(text)[3]
                    if text.startswith("pkg:oci/"):
                        self.assertEqual(version, layout(name)[0]["digest"])
                    else:
                        self.assertIn(package["versionInfo"], version)

    def test_the_commit_of_swift_log_is_the_one_that_was_built(self):
        (package,) = (p for p in self.bill(SERVER)["packages"] if p["name"] == "swift-log")
        folder = ROOT / ".build-host/checkouts/swift-log"
        commit = git(self, "rev-parse", "HEAD", folder=folder)
        self.assertEqual(
            package["downloadLocation"], f"git+https://github.com/apple/swift-log@{commit}"
        )

    def source_of(self, package):
        return self.run_program("dpkg-query", "-W", "-f", "${source:Package}", package).stdout

    def read_purl(self, text):
        """Type, namespace, name, version and qualifiers, by package-url's grammar."""
        match = re.fullmatch(
            r"pkg:([a-z][a-z0-9.+-]*)/((?:[A-Za-z0-9._~%-]+/)*)([A-Za-z0-9._~%-]+)@([A-Za-z0-9._~%-]+)"
            r"(?:\?([a-z][a-z0-9._-]*=[A-Za-z0-9._~%-]+(?:&[a-z][a-z0-9._-]*=[A-Za-z0-9._~%-]+)*))?",
            text,
        )
        self.assertIsNotNone(match, text)
        kind, namespace, name, version, qualifiers = match.groups()
        pairs = [pair.split("=") for pair in (qualifiers or "").split("&") if pair]
        self.assertEqual(sorted(pairs), pairs, text)
        unquote = urllib.parse.unquote
        return (
            *(kind, namespace.rstrip("/"), unquote(name), unquote(version)),
            {key: unquote(value) for key, value in pairs},
        )

    def test_the_licences_are_those_of_the_label(self):
        def licences(expression):
            return set(re.split(r" AND |[()]+", expression)) - {""}

        _, artifact, _ = layout(MODULE)
        label = "org.opencontainers.image.licenses"
        for name, expression in (
            (SERVER, configuration(SERVER)["config"]["Labels"][label]),
            (WASM, configuration(WASM)["config"]["Labels"][label]),
            (MODULE, artifact["annotations"][label]),
        ):
            declared = self.bill(name)["packages"][0]["licenseDeclared"]
            self.assertEqual(licences(declared), licences(expression))


class RunningTests(support.TestCase):
    """The server's image in a container as a cluster would have it: nothing to write, no rights."""

    def setUp(self):
        self.environment = self.containers()
        self.addCleanup(self.podman, "rm", "--all", "--force", "--time", "0")
        self.image = self.podman("pull", "--quiet", f"oci:{IMAGES}/{SERVER}").stdout.strip()

    def podman(self, *arguments, status=0):
        return self.run_program("podman", *arguments, status=status, environment=self.environment)

    def run_server(self, *arguments, **settings):
        port = support.free_port()
        settings = {"HOST": "127.0.0.1", "PORT": port, **settings}
        container = self.podman(
            *("run", "--detach", "--network", "host", "--read-only", "--read-only-tmpfs=false"),
            *("--cap-drop", "all", "--security-opt", "no-new-privileges"),
            *(f"--env={name}={value}" for name, value in settings.items()),
            *(self.image, *arguments),
        ).stdout.strip()

        def serves():
            state = self.podman("inspect", "--format", "{{.State.Status}}", container).stdout
            self.assertEqual(state.strip(), "running", self.logs(container))
            return support.accepts(port)

        support.wait_until(serves, "the server listens")
        return container, port

    def logs(self, container):
        done = self.podman("logs", container)
        return done.stdout + done.stderr

    def ask(self, port, method="GET", path="/", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.addCleanup(connection.close)
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()

    def test_it_serves_and_drains_on_sigterm(self):
        # (Fewer connections than a container here has descriptors for, which would be a warning.)
        container, port = self.run_server(
            "--log-format", "json", MAX_REQUEST_SIZE=2000, MAX_CONNECTIONS=100
        )
        self.assertEqual(self.ask(port, "POST", body=b"a"), (200, b"echo: a"))
        self.assertEqual(self.ask(port, "POST", body=b"a" * 2000)[0], 413)
        self.podman("stop", "--time", "60", container)
        code = self.podman("inspect", "--format", "{{.State.ExitCode}}", container).stdout.strip()
        self.assertEqual(code, "0", self.logs(container))
        lines = [json.loads(line) for line in self.logs(container).splitlines()]
        started = next(line for line in lines if line["logger"] == "wasm-serve")
        # Compiled ahead, and usable on this machine: nothing was compiled at the start.
        self.assertEqual(started["cache"], "precompiled")
        # The runtime's own filter leaves it what it confines itself with.
        self.assertLessEqual({"no_new_privs", "seccomp"}, set(started["confined"].split(",")))
        self.assertEqual([x["level"] for x in lines if x["level"] != "info"], [])

    def test_there_is_no_shell_in_it(self):
        container, _ = self.run_server()
        for shell in ("sh", "/bin/sh", "/bin/bash", "/busybox/sh"):
            self.podman("exec", container, shell, "-c", "true", status=127)

    def test_it_runs_as_nobody_who_may_anything(self):
        container, _ = self.run_server()
        process = self.podman("inspect", "--format", "{{.State.Pid}}", container).stdout.strip()
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        self.assertRegex(status, r"Uid:\t65532\t65532\t65532\t65532\n")
        self.assertRegex(status, r"Gid:\t65532\t65532\t65532\t65532\n")
        self.assertRegex(status, r"CapEff:\t0+\n")


class ContainerfileTests(support.TestCase):
    def setUp(self):
        self.environment = self.containers()

    def build(self, *arguments):
        self.run_program("buildah", "build", *arguments, environment=self.environment)

    def inspect(self, name):
        done = self.run_program(
            "buildah", "inspect", "--type", "image", name, environment=self.environment
        )
        return json.loads(done.stdout)["OCIv1"]["config"]

    def test_the_command_in_a_containerfile_builds_the_same_image(self):
        """(With buildah in docker's place, which takes the same words.)"""
        programs = self.folder()
        (programs / "docker").write_text('#!/bin/sh\nexec buildah "$@"\n')
        (programs / "docker").chmod(0o755)
        path = f"{programs}:{os.environ['PATH']}"
        for file, name in (("Containerfile", SERVER), ("Containerfile.wasm", WASM)):
            with self.subTest(name):
                text = (ROOT / "deploy/images" / file).read_text()
                command = re.search(r"^# +(docker build .*)$", text, re.MULTILINE)[1]
                self.run_program(
                    *("sh", "-c", command), cwd=ROOT, environment=self.environment | {"PATH": path}
                )
                built, expected = self.inspect(name), configuration(name)["config"]
                built["Labels"].pop("io.buildah.version")
                self.assertEqual(built, expected)

    def test_that_of_wasmedge_builds_on_a_base(self):
        """(With a base that has only the name in it: WasmEdge's own cannot be had here.)"""
        base = self.folder()
        (base / "wasmedge").write_text("WasmEdge")
        (base / "Containerfile").write_text("FROM scratch\nCOPY wasmedge /usr/bin/wasmedge\n")
        self.build("--tag", "base", base)
        self.build(
            *("--file", ROOT / "deploy/images/Containerfile.wasmedge", "--tag", "built"),
            *("--build-arg", "WASMEDGE=localhost/base", IMAGES / "context"),
        )
        config = self.inspect("built")
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["Entrypoint"] + config["Cmd"], ["wasmedge", "/http_server.wasm"])


class ReproducibilityTests(support.TestCase):
    def build(self, **environment):
        """Builds the images once more, somewhere else; gives where they are."""
        project = self.folder() / "a project"
        project.mkdir()
        for name in ("scripts", "deploy", "Package.resolved"):
            (project / name).symlink_to(ROOT / name)
        told = {
            "SOURCE_DATE_EPOCH": ("log", "-1", "--format=%ct"),
            "REVISION": ("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"),
        }
        for name, words in told.items():
            environment.setdefault(name, git(self, *words))
        built = project / "dist"
        built.mkdir()
        for name in ("wasm-serve", "libwasmtime.so", "http_server.wasm", "licences"):
            self.run_program("cp", "-r", DIST / name, built)
        self.run_program(
            "sh", "-c", "umask 077 && exec scripts/images", cwd=project, environment=environment
        )
        return built / "images"

    def test_the_same_commit_gives_the_same_digests_elsewhere(self):
        # Another folder, other times of files, another umask, another zone and language.
        again = self.build(TZ="Asia/Tokyo", LC_ALL="C")
        for name in (SERVER, WASM, MODULE):
            self.assertEqual(layout(name, again)[0]["digest"], layout(name)[0]["digest"], name)
            self.assertEqual(
                (again / f"{name}.spdx.json").read_text(),
                (IMAGES / f"{name}.spdx.json").read_text(),
            )

    def test_another_time_gives_other_digests(self):
        again = self.build(SOURCE_DATE_EPOCH="1700000000")
        created = json.loads(layout(WASM, again)[2](layout(WASM, again)[1]["config"]))["created"]
        self.assertTrue(created.startswith("2023-11-14T22:13:20"), created)
        self.assertNotEqual(layout(WASM, again)[0]["digest"], layout(WASM)[0]["digest"])
