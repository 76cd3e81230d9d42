"""One line on standard error that says what is being measured, and how far the run is."""

import sys
import time


class Progress:
    def __init__(self):
        self.done, self.total = 0, 1
        self.is_terminal = sys.stderr.isatty()
        self.began, self.told = time.monotonic(), 0.0

    def expect(self, steps):
        """Adds to the number of steps."""
        self.total += steps

    def step(self, text, weight=1):
        """A step begins. Where there is no terminal, a line at most every ten seconds."""
        now = time.monotonic()
        line = f"[{min(99, 100 * self.done // self.total):2} %, {now - self.began:3.0f} s] {text}"
        self.done += weight
        if self.is_terminal:
            print(f"\r\033[K{line[:100]}", end="", file=sys.stderr, flush=True)
        elif now - self.told >= 10:
            self.told = now
            print(line, file=sys.stderr, flush=True)

    def say(self, text):
        """A line that stays."""
        print(f"{self.clear()}{text}", file=sys.stderr, flush=True)

    def clear(self):
        return "\r\033[K" if self.is_terminal else ""

    def end(self):
        self.say(f"measured in {time.monotonic() - self.began:.0f} s")
