"""The sentences of the report that are the same for every run."""

INTRODUCTION = """# Benchmarks

<!-- Generated from benchmarks/results.json by `make bench-report`: change Benchmarks/bench. -->

Our server beside others, measured by `make bench` in one run.
[Benchmarks/README.md](../Benchmarks/README.md) says what is measured, how, and how to repeat it;
[results.json](benchmarks/results.json) has every figure of every round. Figures are medians, with
the quartiles in parentheses. **A ratio is the median of the ratios within a round**, whose figures
were measured within seconds of each other. Compare ratios: microseconds depend on the machine.
(In the plots an arrow stands where a bar is longer than there is room for.)
"""

QUICK = """
**This was a quick run** (`--quick`, {rounds} rounds): its figures are rough, and quartiles of so
few rounds say little.
"""

DISTURBED = """
**The machine was busy**: in the median run the floor waited for its processor for {share} of its
time, because other programs ran there. That does not count as cost, but it empties caches, delays
responses and starts, and is not the same for all: rely on no ratio without its quartiles.
"""

COSTS = """
## Processor time per request

Microseconds of the server's processor time, user and kernel, of all its threads. Most of it is the
kernel's TCP stack. nginx answers a POST with `return 200`: it discards the content and sends 34
octets, where the others send an echo.
"""

ECHO = """The column *nginx, echo* is nginx with the echo module, which sends one too.
"""

LOGGING = """
With the JSON access log on (written to `/dev/null`), a GET costs, against the log off:
"""

NETWORK = """
A GET without the network (`null.c`) is the program's own part, without the kernel:
"""

RATES = """
## Requests per second

As many as possible in a closed loop on 64 connections: each sends its next request when it has its
response. The server has one processor, the load generator another. ≥ marks servers that were idle
for more than 5 % of the time while the generator was busier: there the generator was the limit.
"""

LATENCY = """
## Latency at a fixed rate

Microseconds from the time when a request was due to the end of its response, at {rate:,.0f} GETs
per second on {connections} connections, which is half of what {basis} reaches. Requests are due at
regular times, whether or not earlier ones were answered: a stall counts for every request that it
delays. The generator does not sleep; its own longest stall is noise of the machine, and is in
the latencies too.
"""

REST = """
## Start, memory and size

- **Start** is exec to the first response, with warm caches.
- **Resident** is VmRSS with 64 connections that have made 21 requests each; *private* is the part
  of it that is not backed by files. For both, a server has room for 1024 connections.
- **Per idle connection** is what {idle:,} idle ones add to that, divided by their number, in a
  process with room for all. What the kernel holds for their sockets is not in it.
- **Peak** is VmHWM after all measurements of costs, rates and latencies, **threads** their number
  then.
- **Program** is the size of the executable, for wasm-serve with the engine's library, for all
  without the system's libraries.
"""
