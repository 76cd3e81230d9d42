"""One line on standard error that says what is being measured, and how far the run is."""

import sys
import time


class Progress:
    """`total` is the sum of all steps' weights, about their seconds."""

    def __init__(self):
        self.done, self.total = 0.0, 1.0
        self.is_terminal = sys.stderr.isatty()
        self.began, self.told = time.monotonic(), 0.0

    def step(self, text, weight=1.0):
        """A step begins. Where there is no terminal, a line at most every ten seconds."""
        now = time.monotonic()
        share = min(0.99, self.done / self.total)
        line = f"[{share:4.0%} after {now - self.began:.0f} s] {text}"
        self.done += weight
        if self.is_terminal:
            print(f"\r\033[K{line[:100]}", end="", file=sys.stderr, flush=True)
        elif now - self.told >= 10:
            self.told = now
            print(line, file=sys.stderr, flush=True)

    def say(self, text):
        """A line that stays."""
        clear = "\r\033[K" if self.is_terminal else ""
        print(f"{clear}{text}", file=sys.stderr, flush=True)

    def end(self):
        self.say(f"measured in {time.monotonic() - self.began:.0f} s")
