"""Draws the plots of the report, as SVG files that are the same for the same figures."""

import matplotlib

from .figures import ratio, spread

matplotlib.use("svg")
matplotlib.rcParams.update(
    {
        "svg.hashsalt": "wasm-http-server",
        "svg.fonttype": "none",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }
)
from matplotlib import pyplot  # noqa: E402  (after the settings)
from matplotlib.ticker import LogLocator, NullLocator  # noqa: E402

# The palette of Okabe and Ito, which colour-blind people can tell apart.
COLORS = {
    "floor": "#999999",
    "wasm": "#0072b2",
    "native": "#56b4e9",
    "nginx": "#009e73",
    "nginx_echo": "#7fcfb9",
    "node": "#e69f00",
    "hummingbird": "#d55e00",
    "flyingfox": "#cc79a7",
    "component": "#332288",
    "wasmedge": "#b8a800",
}
# Their bars are never cut off.
MAIN = ("floor", "wasm", "native", "nginx", "nginx_echo")


def draw(results, folder):
    """Writes all plots."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in (
        ("costs", costs),
        ("connections", connections),
        ("throughput", throughput),
        ("latency", latency),
        ("start", start),
    ):
        figure = make(results)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)


def bars(axes, results, values, note=lambda server: ""):
    """Horizontal bars from the top, each with its quartiles, its median and a note.

    The scale is for the servers that matter most. The bars of much slower ones end at its end, with
    an arrow.
    """
    values = {server: value for server, value in values.items() if value is not None}
    main = [value.high for server, value in values.items() if server in MAIN]
    most = 1.5 * max(main or [value.high for value in values.values()] or [1])
    if values and max(value.high for value in values.values()) < 1.5 * most:
        most = max(value.high for value in values.values())
    for at, (server, value) in enumerate(values.items()):
        text = f"{value.median:,.3g}" if value.median < 1000 else f"{value.median:,.0f}"
        text += note(server)
        color, y = COLORS[server], at
        if value.high > most:
            axes.barh(y, most, color=color, height=0.75)
            axes.text(most * 1.015, y, f"→ {text}", va="center", fontsize=8)
            continue
        axes.barh(y, value.median, color=color, height=0.75)
        axes.plot([value.low, value.high], [y, y], color="black", linewidth=1)
        axes.text(value.high + most * 0.015, y, text, va="center", fontsize=8)
    axes.set_yticks(range(len(values)), [results.name(server) for server in values])
    axes.set_xlim(0, most * 1.35)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)


def ids(results):
    return [each["id"] for each in results.servers]


def costs(results):
    """A panel for each workload: microseconds, and ratios to the floor."""
    rows = [row for row in results.workloads if results.data["cost_ns"].get(row["id"])]
    lines = (len(rows) + 1) // 2
    figure, panels = pyplot.subplots(
        lines, 2, figsize=(11, 2.2 * lines), layout="constrained", squeeze=False
    )
    for panel in panels.flat[len(rows) :]:
        panel.set_visible(False)
    for row, axes in zip(rows, panels.flat, strict=False):

        def note(server, row=row):
            if row["id"] == "get_64_log":
                return f"  ({results.logging_ratio(server).median:.2f} of log off)"
            against = results.cost_ratio(row["id"], server, "floor")
            return f"  ({against.median:.2f})" if against and server != "floor" else ""

        values = {}
        for server in ids(results):
            value = spread(results.costs(row["id"], server))
            values[server] = value and value.scaled(1e-3)
        bars(axes, results, values, note)
        axes.set_title(row["label"])
        axes.set_xlabel("µs of processor time per request (ratio to the floor)", fontsize=8)
    return figure


def connections(results):
    """Cost of a GET by how many connections there are."""
    rows = [
        row
        for row in results.workloads
        if row["id"].startswith(("get_", "idle_")) and not row["id"].endswith("_log")
    ]
    rows.sort(key=lambda row: row["connections"] + row["idle"])
    figure, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    for server in ids(results):
        points = []
        for at, row in enumerate(rows):
            value = spread(results.costs(row["id"], server))
            if value is not None:
                points.append((at, value.scaled(1e-3)))
        if not points:
            continue
        at = [place for place, _ in points]
        medians = [value.median for _, value in points]
        errors = [
            [value.median - value.low for _, value in points],
            [value.high - value.median for _, value in points],
        ]
        name, color = results.name(server), COLORS[server]
        axes.errorbar(at, medians, errors, label=name, color=color, marker="o", capsize=3)
    labels = [
        f"{row['connections']}" + (f" beside\n{row['idle']:,} idle" if row["idle"] else "")
        for row in rows
    ]
    axes.set_xticks(range(len(rows)), labels)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color="#dddddd")
    axes.set_xlabel("connections")
    axes.set_ylabel("µs of processor time per GET")
    axes.set_title("Cost of a GET by connections (medians and quartiles)")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def throughput(results):
    figure, panels = pyplot.subplots(1, 2, figsize=(11, 3), layout="constrained")
    for axes, row, title in zip(panels, ("get_64", "post_64"), ("GET", "POST 1 KiB"), strict=True):

        def note(server, row=row):
            return " or more" if results.is_generator_limited(row, server) else ""

        values = {}
        for server in ids(results):
            value = spread(results.rates(row, server))
            values[server] = value and value.scaled(1e-3)
        bars(axes, results, values, note)
        axes.set_title(f"{title}, 64 connections")
        axes.set_xlabel("thousand requests per second, server on one processor")
    return figure


def latency(results):
    """Percentiles of each server, on a logarithmic scale."""
    found = results.data["latency"]
    servers = [server for server in ids(results) if results.keeps_up(server)]
    figure, axes = pyplot.subplots(figsize=(9, 0.45 * len(servers) + 1.3), layout="constrained")
    for at, server in enumerate(servers):
        for name, marker in (("p50", "o"), ("p99", "s"), ("p999", "D")):
            value = spread(results.latencies(name, server))
            errors = [[value.median - value.low], [value.high - value.median]]
            axes.errorbar(
                value.median, at, xerr=errors, color=COLORS[server], marker=marker, capsize=3
            )
    for label, marker in (("p50", "o"), ("p99", "s"), ("p99.9", "D")):
        axes.plot([], [], color="black", marker=marker, linestyle="", label=label)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.grid(axis="x", which="both", color="#dddddd")
    axes.set_yticks(range(len(servers)), [results.name(server) for server in servers])
    axes.invert_yaxis()
    axes.set_xlabel("µs from the time when a request was due to the end of its response")
    axes.set_title(f"Latency at {found['rate']:,.0f} GETs per second (medians and quartiles)")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def start(results):
    """Start, memory and what an idle connection adds, side by side."""
    figure, panels = pyplot.subplots(1, 3, figsize=(13, 3), layout="constrained")
    servers = [each["id"] for each in results.servers if each["gets"]]

    def against_nginx(server):
        value = ratio(results.starts(server), results.starts("nginx"))
        return f"  ({value.median:.2f})" if value else ""

    for axes, title, label, numbers, factor, note in (
        (panels[0], "Start", "ms (ratio to nginx)", results.starts, 1e-3, against_nginx),
        (
            panels[1],
            "Memory with 64 connections",
            "MiB resident",
            lambda server: results.memory("resident", server),
            2**-20,
            lambda _: "",
        ),
        (
            panels[2],
            "Memory of an idle connection",
            "KiB",
            lambda server: results.memory("per_idle", server),
            2**-10,
            lambda _: "",
        ),
    ):
        values = {}
        for server in servers:
            value = spread(numbers(server))
            values[server] = value and value.scaled(factor)
        bars(axes, results, values, note)
        axes.set_title(title)
        axes.set_xlabel(label)
    return figure
