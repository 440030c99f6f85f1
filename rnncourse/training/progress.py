"""One line on standard output that says how far training is."""

import sys
import time

BAR = 24
SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """A bar on a terminal, plain lines elsewhere, nothing where `shown` is False.

    Args:
        total: Steps in all.
        shown: Whether to write at all.
    """

    def __init__(self, total: int, *, shown: bool) -> None:
        self.total, self.shown = total, shown
        self.terminal = shown and sys.stdout.isatty()
        self.begun = self.last = time.perf_counter()
        self.first: int | None = None

    def update(self, step: int, loss: float, note: str = "") -> None:
        """Show the step, the loss of late, the rate, and a note."""
        now = time.perf_counter()
        if self.first is None:  # the first call compiles: the rate starts after it
            self.first, self.begun = step, now
        waited = self.terminal or now - self.last >= SECONDS_BETWEEN_LINES or step >= self.total
        if not (self.shown and waited):
            return
        self.last = now
        rate = (step - self.first) / (now - self.begun) if step > self.first else 0.0
        speed = f"  {rate:.0f} steps/s" if rate else ""
        text = f"step {step}/{self.total}  loss {loss:.4g}{speed}{note}"
        if self.terminal:
            done = round(BAR * min(step / self.total, 1))
            sys.stdout.write(f"\r[{'#' * done}{'.' * (BAR - done)}] {text}\033[K")
        else:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """End the line of a bar."""
        if self.terminal and self.first is not None:
            sys.stdout.write("\n")
