"""Everything this program raises on purpose, and the words for what it does not.

::

    PostureCoachError
    ├── SourceError            a camera, video, photo or stream gives no pictures
    │   ├── SourceNotFoundError    there is no such file or device
    │   ├── UnreadableSourceError  it is there, but no picture comes out of it
    │   └── CameraError            busy, unplugged, or not permitted
    ├── ModelError             a pose model is missing or not the one that was shipped
    ├── MissingSystemPartError a system library is missing
    ├── PictureError           pictures came, but no honest number can (upside down)
    ├── DataError              a data file (targets, accuracy, baseline) breaks a rule
    ├── OutputError            a result cannot be written
    └── StoreError             the history cannot be read or written
        ├── StoreBusyError         another program holds it
        ├── StoreDamagedError      its file is damaged
        ├── StoreNewerError        a newer program has written it
        ├── StoreKeyError          what opens it is missing, or is another
        └── StoreTamperedError     a sealed field is not as it was written

Every message says what happened and what to do about it; callers print it as it is.
"""

import logging

log = logging.getLogger(__name__)


class PostureCoachError(Exception):
    """Base of every error raised on purpose."""


class SourceError(PostureCoachError):
    """A camera, video, photo or stream gives no pictures."""


class SourceNotFoundError(SourceError):
    """There is no such file or device."""


class UnreadableSourceError(SourceError):
    """The file or stream is there, but no picture comes out of it."""


class CameraError(SourceError):
    """The camera is busy, unplugged, or not permitted."""


class ModelError(PostureCoachError):
    """A pose model is missing or is not the file that was shipped."""


class MissingSystemPartError(PostureCoachError):
    """A system library that a dependency needs is missing."""


class PictureError(PostureCoachError):
    """Pictures came, but no honest number can be drawn from them."""


class DataError(PostureCoachError):
    """A data file (targets, accuracy, baseline) breaks one of its rules."""


class OutputError(PostureCoachError):
    """A result cannot be written."""


class StoreError(PostureCoachError):
    """The history cannot be read or written."""


class StoreBusyError(StoreError):
    """Another program holds the history."""


class StoreDamagedError(StoreError):
    """The history's file is damaged."""


class StoreNewerError(StoreError):
    """A newer program has written the history."""


class StoreKeyError(StoreError):
    """What opens a sealed field, or an encrypted file, is missing or is another."""


class StoreTamperedError(StoreError):
    """A sealed field is not as it was written."""


def in_words(why: Exception, of: str = "") -> str:
    """Return what to tell of any error; one that was not raised on purpose is a fault, and is logged with its trace."""
    if isinstance(why, PostureCoachError):
        return str(why)
    log.error("unforeseen fault%s", f" in {of}" if of else "", exc_info=why)
    return f"A fault in posture-coach itself, please report it: {type(why).__name__}: {why}"
