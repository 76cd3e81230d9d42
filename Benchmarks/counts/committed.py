"""The committed figures, and what is measured compared with them."""

import json
import os
from dataclasses import dataclass, field

# A figure may be so many times the committed one...
ALLOWED = 1.03
# ...and so much more, in its unit. 3 % of one call is nothing: one in every tenth request would be
# chance (none was seen), one in every request is not.
SLACK = {"calls": 0.1, "allocations": 0.1, "instructions": 0.5, "octets": 0}
# Kinds of calls come and go: one that is not in the list is made so often.
ABSENT = {"calls": 0}
# An update keeps a figure that differs by less: lines of the access log differ in their digits.
NOISE = 0.001
# What no update changes: the module has less than 80 KiB, and nothing is allocated for a request.
LIMITS = {"octets of http_server.wasm": 80 * 1024 - 1}
UNIT_LIMITS = {"allocations": 0.1}


@dataclass
class Group:
    """Figures that depend on the same tools: `made_with` are their versions."""

    made_with: dict
    figures: dict = field(default_factory=dict)  # by name: value and unit

    def add(self, name, value, unit):
        self.figures[name] = (round(value, 2), unit)


@dataclass
class Findings:
    """Sentences."""

    worse: list = field(default_factory=list)
    better: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def read(path):
    """The groups in a file, none when there is none."""
    if not path.exists():
        return {}
    groups = {}
    for name, group in json.loads(path.read_text()).items():
        figures = {key: (each["value"], each["unit"]) for key, each in group["figures"].items()}
        groups[name] = Group(group["made with"], figures)
    return groups


def write(path, groups):
    """A figure a line: a change of one is a line of a diff."""

    def lines(entries, indent):
        texts = (f"{indent}{json.dumps(key)}: {json.dumps(value)}" for key, value in entries)
        return ",\n".join(texts)

    def text(name, group):
        figures = sorted(group.figures.items())
        entries = [(key, {"value": value, "unit": unit}) for key, (value, unit) in figures]
        return (
            f"  {json.dumps(name)}: {{\n"
            f'    "made with": {json.dumps(group.made_with, sort_keys=True)},\n'
            f'    "figures": {{\n{lines(entries, "      ")}\n    }}\n  }}'
        )

    new = path.with_suffix(".new")
    new.write_text("{\n" + ",\n".join(text(*each) for each in sorted(groups.items())) + "\n}\n")
    os.replace(new, path)


def updated(committed, measured):
    """The groups as they are to be committed."""
    groups = dict(committed)
    for name, group in measured.items():
        before = committed[name].figures if name in committed else {}
        figures = {}
        for key, (value, unit) in group.figures.items():
            was = before.get(key, (value,))[0]
            figures[key] = (was if abs(value - was) <= NOISE * was else value, unit)
        groups[name] = Group(group.made_with, figures)
    return groups


def over_limits(groups):
    """Sentences about figures that must not be committed."""
    for group in groups.values():
        for name, (value, unit) in sorted(group.figures.items()):
            limit = LIMITS.get(name, UNIT_LIMITS.get(unit))
            if limit is not None and value > limit:
                yield f"{name}: {value:g}, the limit is {limit:g}"


def compare(committed, measured):
    """Findings about all groups that were measured."""
    findings = Findings(worse=list(over_limits(measured)))
    for name, group in measured.items():
        reference = committed.get(name)
        if reference is None:
            findings.notes.append(f"there are no committed figures of {name}: compared with none")
            continue
        worse = findings.worse
        if reference.made_with != group.made_with:
            # Another compiler makes other figures: that must not fail the tests.
            worse = findings.notes
            findings.notes.append(
                f"{name}: made with {tools(group)}, the committed figures with "
                f"{tools(reference)}: no figure fails"
            )
        compare_group(reference.figures, group.figures, worse, findings.better)
    return findings


def tools(group):
    return ", ".join(f"{name} {version}" for name, version in sorted(group.made_with.items()))


def compare_group(committed, measured, worse, better):
    for name in sorted(committed.keys() | measured.keys()):
        unit = (committed.get(name) or measured[name])[1]
        was = committed.get(name, (ABSENT.get(unit),))[0]
        now = measured.get(name, (ABSENT.get(unit),))[0]
        if was is None:
            worse.append(f"{name}: measured {now:g} {unit}, not committed")
        elif now is None:
            worse.append(f"{name}: committed {was:g} {unit}, not measured")
        else:
            ratio = f"{now / was:.3f}" if was else "none"
            text = f"{name}: committed {was:g}, measured {now:g}, ratio {ratio}"
            if now > was * ALLOWED + SLACK[unit]:
                worse.append(text)
            elif was > now * ALLOWED + SLACK[unit]:
                better.append(text)
