"""checkov's policies for Kubernetes, over everything that can be applied (deploy/checkov.yaml has
the exceptions, with their reasons)."""

import copy
import json
import unittest

import yaml
from manifests import DEPLOY, named, roots, variants
from support import TOOLS, TestCase


class PolicyTests(TestCase):
    def check(self, files):
        """What checkov says of documents by file name. It works offline."""
        folder = self.folder()
        for name, documents in files.items():
            (folder / name).write_text(yaml.safe_dump_all(documents))
        done = self.run_program(
            *(TOOLS / "checkov/bin/checkov", "--config-file", DEPLOY / "checkov.yaml"),
            *("--directory", folder, "--skip-download", "--quiet", "--compact", "--output", "json"),
            status=None,
        )
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def test_all_manifests_keep_them_and_one_that_does_not_is_found(self):
        files = {}
        for number, (name, documents) in enumerate(roots().items()):
            documents = copy.deepcopy(documents)
            if name in ("plain", "plain/kustomize"):
                # These are without a namespace, for `kubectl apply --namespace`.
                for document in documents:
                    document["metadata"]["namespace"] = "web"
            files[f"{number}.yaml"] = documents
        broken = copy.deepcopy(named(variants()["local"], "Deployment"))
        pod = broken["spec"]["template"]["spec"]
        pod["hostNetwork"] = True
        pod["containers"][0]["securityContext"]["privileged"] = True
        files["broken.yaml"] = [broken]

        said = self.check(files)
        self.assertEqual(said["summary"]["parsing_errors"], 0)
        self.assertGreater(said["summary"]["passed"], 50 * len(files))
        found, broken = [], set()
        for check in said["results"]["failed_checks"]:
            if check["file_path"].endswith("/broken.yaml"):
                broken.add(check["check_id"])
            else:
                number = int(check["file_path"].split("/")[-1].removesuffix(".yaml"))
                name = list(roots())[number]
                found.append(f"{name}: {check['resource']}: {check['check_name']}")
        self.assertEqual(found, [])
        self.assertLessEqual({"CKV_K8S_16", "CKV_K8S_19"}, broken)

    def test_every_exception_for_one_resource_has_a_reason_behind_it(self):
        found = {
            value
            for documents in roots().values()
            for document in documents
            for name, value in document["metadata"].get("annotations", {}).items()
            if name.startswith("checkov.io/skip")
        }
        self.assertTrue(found)
        for exception in found:
            self.assertRegex(exception, r"^CKV_K8S_\d+=.{20,}")

    def test_every_exception_for_all_manifests_has_a_reason_before_it(self):
        lines = (DEPLOY / "checkov.yaml").read_text().splitlines()
        exceptions = [n for n, line in enumerate(lines) if line.strip().startswith("- CKV_")]
        self.assertTrue(exceptions)
        for number in exceptions:
            self.assertTrue(lines[number - 1].strip().startswith("#"), lines[number])


if __name__ == "__main__":
    unittest.main()
