"""`make release`, and the script that installs what it has made."""

import functools
import http.server
import os
import re
import shutil
import threading

import support
from support import DIST, ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOURCE = "https://git.example/owner/wasm-http-server"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class ReleaseTests(support.TestCase):
    @classmethod
    def setUpClass(cls):
        """A release of this build, as it would be of a commit and a version with a changelog."""
        test = support.TestCase()
        cls.addClassCleanup(test.doCleanups)
        cls.tree = test.folder() / "tree"
        cls.tree.mkdir()
        for name in ("scripts", "packaging", "deploy"):
            shutil.copytree(ROOT / name, cls.tree / name)
        for name in ("README.md", "Package.resolved", ".tools"):
            (cls.tree / name).symlink_to(ROOT / name)
        built = cls.tree / "dist"
        built.mkdir()
        for name in ("wasm-serve", "libwasmtime.so", "http_server.wasm"):
            shutil.copy2(DIST / name, built / name)
        for name in ("licences", "images"):
            shutil.copytree(DIST / name, built / name)
        cls.version = test.run_program(ROOT / "scripts/version").stdout.strip()
        changes = f"# Changelog\n\n## [{cls.version}] - 2001-02-03\n\n- Something new.\n"
        (cls.tree / "CHANGELOG.md").write_text(changes)
        settings = {"REVISION": COMMIT, "SOURCE_DATE_EPOCH": "1700000000", "SOURCE": SOURCE}
        for command in (["dist"], ["release", f"v{cls.version}"]):
            test.run_program(
                cls.tree / "scripts" / command[0],
                *command[1:],
                environment=settings,
                cwd=cls.tree,
            )
        cls.release = built / "release"

    def setUp(self):
        self.prefix = self.folder() / "prefix"
        self.served = self.folder()
        shutil.copytree(self.release, self.served, dirs_exist_ok=True)
        handler = functools.partial(QuietHandler, directory=str(self.served))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.address = f"http://127.0.0.1:{server.server_port}"

    def install(self, status=0, **settings):
        """The command in the README: the script from standard input."""
        environment = {"PATH": os.environ["PATH"], "RELEASES": self.address} | settings
        environment.setdefault("PREFIX", str(self.prefix))
        with open(self.served / "install.sh") as script:
            return self.run_program(
                "sh", stdin=script, status=status, environment=environment, alone=True
            )

    def assert_refused(self, words, **settings):
        done = self.install(status=1, **settings)
        self.assertIn(words, done.stderr.splitlines()[-1])
        self.assertEqual(list(self.prefix.rglob("*")), [])

    def test_it_has_all_that_users_download(self):
        machine = os.uname().machine
        names = {path.name for path in self.release.iterdir()}
        end = f"{self.version}-linux-{machine}"
        expected = {
            "CHANGES.md",
            "install.sh",
            f"SHA256SUMS-linux-{machine}",
            f"wasm-http-server-{end}.tar.gz",
            f"wasm-http-server-{self.version}.wasm",
        }
        for image in ("wasm-http-server", "wasm-http-server-wasm", "wasm-http-server-module"):
            expected |= {f"{image}-{end}.oci.tar.gz", f"{image}-{end}.spdx.json"}
        self.assertEqual(names, expected)
        self.assertEqual((self.release / "CHANGES.md").read_text(), "- Something new.\n")
        script = (self.release / "install.sh").read_text()
        self.assertIn(f"version={self.version}\n", script)
        self.assertIn(f"{SOURCE}/releases/download/v{self.version}", script)

    def test_sums_are_of_all_files_that_are_not_texts(self):
        (sums,) = self.release.glob("SHA256SUMS-*")
        self.run_program("sha256sum", "--check", "--strict", sums, cwd=self.release)
        listed = {line.split()[1] for line in sums.read_text().splitlines()}
        self.assertEqual(listed, {path.name for path in self.release.glob("wasm-*")})

    def test_programs_and_module_have_the_commit(self):
        self.install()
        said = self.run_program(self.prefix / "bin/wasm-serve", "--version").stdout
        self.assertRegex(said, rf"^wasm-serve {re.escape(self.version)} \(commit {COMMIT}, ")
        (module,) = self.release.glob("*.wasm")
        self.assertIn(f"@commit:{COMMIT}".encode(), module.read_bytes())

    def test_it_installs_what_the_tarball_has_and_the_unit_names_the_place(self):
        for _ in range(2):  # (An update is the same again.)
            self.install()
        place = self.prefix / "share/wasm-serve/http_server.wasm"
        said = self.run_program(self.prefix / "bin/wasm-serve", "inspect", place).stdout
        self.assertIn("sha256", said.lower())
        unit = (self.prefix / "lib/systemd/system/wasm-serve@.service").read_text()
        self.assertIn(f"ExecStart={self.prefix}/bin/wasm-serve", unit)

    def test_a_changed_tarball_is_not_installed(self):
        name = f"wasm-http-server-{self.version}-linux-{os.uname().machine}.tar.gz"
        tarball = self.served / name
        with open(tarball, "ab") as file:
            file.write(b"more")
        self.assert_refused("is not that of SHA256SUMS")

    def test_what_is_missing_is_one_line(self):
        (sums,) = self.served.glob("SHA256SUMS-*")
        sums.write_text("")
        self.assert_refused("does not have wasm-http-server")
        sums.unlink()
        self.assert_refused("cannot fetch")
        self.assert_refused("RELEASES must be", RELEASES="nowhere")
        self.assert_refused("PREFIX must be an absolute path", PREFIX="relative")
        for wrong in ("/a place", "/a|b", "/a&b", "/a%b"):
            self.assert_refused("letters, digits and", PREFIX=wrong)

    def test_a_signature_that_is_asked_for_and_cannot_be_checked_is_an_error(self):
        tools = self.folder()
        identity = {"COSIGN_IDENTITY": "https://git.example/workflow", "PATH": f"{tools}"}
        for name in ("sh", "uname", "curl", "tar", "gzip", "sha256sum", "mkdir", "mktemp", "rm"):
            (tools / name).symlink_to(shutil.which(name))
        self.assert_refused("cosign is required", **identity)
        (sums,) = self.served.glob("SHA256SUMS-*")
        (self.served / f"{sums.name}.sigstore.json").write_text("{}")
        (tools / "cosign").write_text("#!/bin/sh\nexit 1\n")
        (tools / "cosign").chmod(0o755)
        self.assert_refused("is not that of https://git.example/workflow", **identity)

    def test_a_download_that_was_cut_off_does_nothing(self):
        script = (self.served / "install.sh").read_text()
        lines = script.splitlines(keepends=True)
        self.assertEqual(lines[-1], "main\n")
        (self.served / "install.sh").write_text("".join(lines[:-1]))
        self.install()
        self.assertFalse(self.prefix.exists())
