"""What Ctrl-C and SIGTERM do to commands that have files to finish, or that go on until they come."""

from __future__ import annotations

import _thread
import math
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from posture_coach.cli.options import SIGNALLED

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN_S = 1.0
SOON_S = 0.05


class Interruption:
    """What Ctrl-C and SIGTERM do: the first raises KeyboardInterrupt, later ones do not disturb the tidying up.

    Attributes
    ----------
    code
        Exit code; 0 as long as nothing has come.
    told_before
        Whom Python tells of errors that it can raise nowhere.
    """

    def __init__(self) -> None:
        self.code, self.told_before = 0, sys.unraisablehook
        self._over, self._raised_s = False, -math.inf

    def __call__(self, number: int, _frame: object) -> None:
        """Hear a signal."""
        if self._over:
            return
        self.code = self.code or SIGNALLED + number
        # One that came to nothing, because it hit a place where Python drops errors, must not have been the last.
        if time.monotonic() - self._raised_s > AGAIN_S:
            self._raised_s = time.monotonic()
            raise KeyboardInterrupt

    def dropped(self, what: sys.UnraisableHookArgs) -> None:
        """Hear of an error that Python could raise nowhere: after a signal it is that signal's doing, and no news.

        Where it is the interruption itself, it comes once more: nobody should have to press twice.
        """
        if not self.code:
            self.told_before(what)
        elif issubclass(what.exc_type, KeyboardInterrupt) and not self._over:
            self._raised_s = -math.inf
            again = threading.Timer(SOON_S, _thread.interrupt_main, (self.code - SIGNALLED,))
            again.daemon = True
            again.start()

    def over(self) -> None:
        """Raise no more: what is left to do takes no time."""
        self._over = True


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Listen for Ctrl-C and SIGTERM, and end the command with their exit code where nothing else has done so."""
    interruption = Interruption()
    # What the caller wants ignored, as nohup and a shell's & do, stays so.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interruption) for number in numbers}
    sys.unraisablehook = interruption.dropped
    try:
        yield interruption
    except KeyboardInterrupt:
        raise typer.Exit(interruption.code or SIGNALLED + signal.SIGINT) from None
    finally:
        interruption.over()
        for number, handler in before.items():
            # On the way out Python gives signals back their own, deadly meaning, unless they are ignored.
            signal.signal(number, signal.SIG_IGN if interruption.code or handler is None else handler)
        if not interruption.code:
            sys.unraisablehook = interruption.told_before


@contextmanager
def until_stopped() -> Iterator[None]:
    """End in good order what goes on until Ctrl-C or SIGTERM, as a service's end and a closing session send it."""
    before = signal.getsignal(signal.SIGTERM)
    # What the caller wants ignored stays so.
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)
