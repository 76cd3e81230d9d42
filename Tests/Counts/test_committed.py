"""Benchmarks/check fails when a figure is worse, and only then."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks/counts"))

import committed  # noqa: E402

TOOLS = {"swift": "6.3.1"}


def group(tools=TOOLS, **figures):
    """Figures by name: instructions, unless a unit is given with the value."""
    pairs = {
        name: value if isinstance(value, tuple) else (value, "instructions")
        for name, value in figures.items()
    }
    return {"x86_64": committed.Group(tools, pairs)}


class ComparisonTests(unittest.TestCase):
    def findings(self, reference, measured):
        found = committed.compare(reference, measured)
        return len(found.worse), len(found.better), len(found.notes)

    def test_a_figure_may_be_three_percent_larger_and_not_more(self):
        self.assertEqual(self.findings(group(get=10_000), group(get=10_300)), (0, 0, 0))
        self.assertEqual(self.findings(group(get=10_000), group(get=10_301)), (1, 0, 0))
        found = committed.compare(group(get=10_000), group(get=10_301))
        self.assertEqual(found.worse, ["get: committed 10000, measured 10301, ratio 1.030"])

    def test_a_smaller_figure_is_told_and_does_not_fail(self):
        self.assertEqual(self.findings(group(get=10_000), group(get=9_000)), (0, 1, 0))
        self.assertEqual(self.findings(group(get=10_000), group(get=9_800)), (0, 0, 0))

    def test_a_figure_that_is_in_one_list_only_fails(self):
        self.assertEqual(self.findings(group(get=1, post=1), group(get=1)), (1, 0, 0))
        self.assertEqual(self.findings(group(get=1), group(get=1, post=1)), (1, 0, 0))

    def test_a_new_kind_of_call_fails_and_one_that_has_gone_is_better(self):
        one, none = group(recv=(1, "calls")), group()
        self.assertEqual(self.findings(none, one), (1, 0, 0))
        self.assertEqual(self.findings(one, none), (0, 1, 0))
        # A call in every hundredth request is chance.
        self.assertEqual(self.findings(none, group(futex=(0.01, "calls"))), (0, 0, 0))

    def test_half_a_call_more_fails(self):
        was, now = group(recv=(1, "calls")), group(recv=(1.5, "calls"))
        self.assertEqual(self.findings(was, now), (1, 0, 0))

    def test_with_other_tools_no_difference_fails(self):
        measured = group({"swift": "6.4"}, get=20_000)
        self.assertEqual(self.findings(group(get=10_000), measured), (0, 0, 2))

    def test_on_another_architecture_nothing_is_compared(self):
        self.assertEqual(self.findings({}, group(get=10_000)), (0, 0, 1))

    def test_limits_hold_whatever_is_committed(self):
        for figures in (
            {"octets of http_server.wasm": (81_920, "octets")},
            {"allocations of native: GET": (1, "allocations")},
        ):
            same = group(**figures)
            self.assertEqual(self.findings(same, same), (1, 0, 0))
            self.assertEqual(len(list(committed.over_limits(same))), 1)
        fits = group(**{"octets of http_server.wasm": (81_919, "octets")})
        self.assertEqual(self.findings(fits, fits), (0, 0, 0))


class FileTests(unittest.TestCase):
    def test_what_is_written_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "counts.json"
            self.assertEqual(committed.read(file), {})
            groups = group(get=10_000, post=(0.25, "calls"))
            committed.write(file, groups)
            self.assertEqual(committed.read(file), groups)
            lines = file.read_text().splitlines()
            self.assertIn('      "get": {"value": 10000, "unit": "instructions"},', lines)

    def test_an_update_keeps_other_architectures_and_figures_that_differ_by_noise(self):
        old = {**group(get=10_000, post=10_000), "aarch64": committed.Group(TOOLS, {})}
        updated = committed.updated(old, group({"swift": "6.4"}, get=10_009, post=9_900))
        expected = group({"swift": "6.4"}, get=10_000, post=9_900)
        self.assertEqual(updated, {**expected, "aarch64": committed.Group(TOOLS, {})})


if __name__ == "__main__":
    unittest.main()
