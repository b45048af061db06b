"""Facts in a message, by rules: who, how old, which number, how much, when, where exactly, which illness.

Pure: no Rasa; runs in the engine and in the app, on Python 3.10 and later.
"""

from __future__ import annotations

from nlu.entities.ages import find_ages
from nlu.entities.answers import names_speaker, parse_age, parse_name, parse_phone, parse_relation, rare_name
from nlu.entities.conditions import find_conditions
from nlu.entities.entity import Entity
from nlu.entities.names import find_names
from nlu.entities.numbers import find_numbers
from nlu.entities.quantities import find_quantities
from nlu.entities.relations import find_relations, refers_back
from nlu.normalise import normalise
from nlu.taken import Taken

__all__ = [
    "Entity",
    "extract",
    "names_speaker",
    "parse_age",
    "parse_answer",
    "parse_name",
    "parse_phone",
    "parse_relation",
    "rare_name",
    "refers_back",
]

_PARSERS = {
    "age": parse_age,
    "phone": parse_phone,
    "name": parse_name,
    "relation": parse_relation,
    "beneficiary": parse_relation,
}


def extract(text: str, *, awaiting: str | None = None) -> list[Entity]:
    """All facts in one message, in the order of the text, except that the relation of the person in need comes
    before all other relations. `awaiting` names what the assistant has just asked for (contract.md): a bare
    answer to it counts too. Offsets are those of `text`; never raises on any string."""
    plain = normalise(text)
    numbers = list(find_numbers(plain, text, local=awaiting == "phone"))
    taken = Taken(plain, ((one.start, one.end) for one in numbers))
    ages, conditions = list(find_ages(plain, text)), list(find_conditions(plain, text))
    found = [
        *ages,
        *find_names(plain, text, asked=awaiting == "name"),
        *conditions,
        *find_quantities(plain, text, address_asked=awaiting in ("village", "location", "address_detail")),
    ]
    # What lies inside a number is no age, amount or house number.
    found = [one for one in found if not taken.meets(one.start, one.end)]
    found += numbers
    if awaiting == "age" and not any(one.type == "age" for one in found):
        value = parse_age(text)
        if value is not None:
            found.append(Entity("age", value, text, 0, len(text)))
    found.sort(key=lambda one: (one.start, one.end))
    return [*find_relations(plain, text, ages, conditions), *found]


def parse_answer(slot: str, text: str) -> int | str | None:
    """The value of a bare answer to the question for `slot` (age, phone, name, relation or beneficiary), or None.
    Raises KeyError for another slot."""
    return _PARSERS[slot](text)
