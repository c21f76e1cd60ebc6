"""Whose days a story tells: who reads it is spoken to, somebody else spoken of, by name only where that is at hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody whose days are told.

    Parameters
    ----------
    person
        Number in the history; None: the one who reads it.
    name
        Of somebody else, as it is to be shown; empty where it is not at hand.
    """

    person: int | None = None
    name: str = ""

    @property
    def subject(self) -> str:
        """Who did it, as a sentence begins; empty where that is better left out."""
        return "You" if self.person is None else _capital(self.name)

    @property
    def called(self) -> str:
        """What a picture or a page calls somebody else; empty for the one who reads it."""
        return "" if self.person is None else _capital(self.name) or f"Person {self.person}"

    @property
    def done(self) -> str:
        """A heading for what was done when."""
        if self.person is None:
            return "What you did"
        return f"What {self.subject} did" if self.subject else "What was done"

    def began(self, words: str) -> str:
        """Begin a sentence with who did something: *You sat*, *Anna sat*, or *Sat*."""
        return f"{self.subject} {words}" if self.subject else _capital(words)

    def was(self, words: str) -> str:
        """Begin a sentence with who was something: *You were in view*, *Anna was in view*, or *In view*."""
        return self.began(f"{'were' if self.person is None else 'was'} {words}" if self.subject else words)

    def may_try(self, beginning: str, words: str) -> str:
        """Write a suggestion; one for somebody else is handed to who may pass it on.

        Parameters
        ----------
        beginning
            When it is for, as it stands within a sentence.
        words
            What to try, to the full stop.
        """
        if self.person is None:
            return f"{_capital(beginning)}: {words}"
        return f'To pass on {beginning}: "{words.removesuffix(".")}".'


YOU = Whose()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
