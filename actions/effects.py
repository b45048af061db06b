"""What a conversation may ask the app to do: typed, versioned effects.

Both sides of the process border import this module: the engine emits effects, the app carries them out. It imports
nothing but the standard library, so it runs in both environments.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Union

VERSION = 1


@dataclass(frozen=True)
class RecordConsent:
    """The resident answered the question for consent; `purpose` is handling or quality."""

    granted: bool
    purpose: str = "handling"


@dataclass(frozen=True)
class FileIntake:
    """The form is complete: file it. `draft_id` makes filing idempotent; codes are division codes.

    In danger each answer is filed at once with `finished` False: nothing is said about it yet.
    """

    draft_id: str
    services: list[str]
    township: str | None = None
    county: str | None = None
    village: str | None = None
    village_text: str | None = None
    relation: str | None = None
    age: int | None = None
    name: str | None = None
    phone: str | None = None
    description: str = ""
    risks: list[str] = field(default_factory=list)
    urgency: str = "routine"
    finished: bool = True


@dataclass(frozen=True)
class AnswerPolicy:
    """A question about conditions, papers, money, time or law, in the resident's words."""

    question: str
    services: list[str]


@dataclass(frozen=True)
class ShowProgress:
    """Tell how the requests of this conversation stand."""


@dataclass(frozen=True)
class AddSupplement:
    """Add the resident's words to the request filed last."""

    text: str
    complaint: bool = False
    in_danger: bool = False


@dataclass(frozen=True)
class OfferWithdrawal:
    """Name the open requests of this conversation and ask which to withdraw."""


@dataclass(frozen=True)
class WithdrawTicket:
    """Withdraw one request: the resident has pressed its button."""

    number: str


@dataclass(frozen=True)
class RateTicket:
    """The resident judged a finished request; `text` is what they said, "" for a pressed button.

    `stars` 1–5 where the words or the button name them; `number` where a button names the request. `declined`: they
    would rather not say.
    """

    text: str
    stars: int | None = None
    number: str | None = None
    declined: bool = False


@dataclass(frozen=True)
class ReopenTicket:
    """Open a finished request again: the resident has pressed its button."""

    number: str


@dataclass(frozen=True)
class AskPrivacy:
    """The resident speaks of what is kept of them; the app finds out which wish it is, and grants it."""

    text: str


@dataclass(frozen=True)
class CallHuman:
    """The resident asks for a person."""

    text: str


Effect = Union[
    RecordConsent,
    FileIntake,
    AnswerPolicy,
    ShowProgress,
    AddSupplement,
    OfferWithdrawal,
    WithdrawTicket,
    RateTicket,
    AskPrivacy,
    ReopenTicket,
    CallHuman,
]
_TYPES: dict[str, type] = {each.__name__: each for each in Effect.__args__}  # type: ignore[attr-defined]


def to_wire(effect: Effect) -> dict[str, Any]:
    """The JSON form: {"type": "FileIntake", "version": 1, …fields}."""
    return {"type": type(effect).__name__, "version": VERSION, **asdict(effect)}


def from_wire(data: dict[str, Any]) -> Effect:
    """Reads the JSON form; ValueError for a type or version this side does not know."""
    fields = dict(data)
    kind, version = fields.pop("type", None), fields.pop("version", None)
    if kind not in _TYPES or version != VERSION:
        raise ValueError(f"unknown effect {kind!r} version {version!r}")
    try:
        effect: Effect = _TYPES[kind](**fields)
    except TypeError as error:
        raise ValueError(f"effect {kind}: {error}") from None
    return effect
