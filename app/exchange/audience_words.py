"""An audience as people write it in a table: "Mayors and superintendents; without Salem"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.models import City, Person, Role
from app.people.audiences import Rule
from app.people.names import plain

EVERYONE = frozenset({"all", "everyone", "everybody", "the cohort", "cohort", "all participants"})
EMPTY = frozenset({"", "nobody", "nobody yet"})
BETWEEN = re.compile(r"(?:[\s,;/&+]+|\b(?:and|of|all|the|from)\b)*")
WITHOUT = re.compile(r"\b(?:without|except(?: for)?|but not|minus)\b")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be named in an audience: phrases, without accents and case, and the column and id they stand for."""

    phrases: Mapping[str, tuple[str, int]]

    @classmethod
    def of(cls, roles: Iterable[Role], cities: Iterable[City], people: Iterable[Person]) -> "Vocabulary":
        """Roles by name and plural, cities and people by name; a role goes before a city, a city before a person."""
        phrases: dict[str, tuple[str, int]] = {}
        for person in people:
            phrases[plain(person.name)] = ("person_ids", person.key)
        for city in cities:
            phrases |= {plain(name): ("city_ids", city.key) for name in (city.slug, city.name)}
        for role in roles:
            phrases |= {plain(name): ("role_ids", role.key) for name in (role.slug, role.name, role.plural)}
        phrases.pop("", None)
        return cls(dict(sorted(phrases.items(), key=lambda entry: -len(entry[0]))))

    def rule(self, said: str) -> tuple[Rule, str]:
        """The rule that words mean, and the words that mean nothing ("" when all were understood).

        With words left over the rule takes in nobody, so that nothing is opened by a slip of the pen.
        """
        whom, *others = WITHOUT.split(plain(said).rstrip(". "))
        everyone = whom.strip(" ,;.") in EVERYONE
        taken, unknown = ({}, "") if everyone or whom.strip() in EMPTY else self._ids(whom)
        left_out, also_unknown = self._ids(" ".join(others))
        if unknown or also_unknown:
            return Rule(), unknown or also_unknown
        but = {f"but_{column}": ids for column, ids in left_out.items()}
        return Rule(everyone=everyone, **taken, **but), ""

    def _ids(self, text: str) -> tuple[dict[str, frozenset[int]], str]:
        """The ids named in a text by column, the longest phrases first; and the first words that name nothing."""
        found: dict[str, frozenset[int]] = {}
        at = 0
        while (at := _end(BETWEEN.match(text, at), at)) < len(text):
            phrase = next(
                (one for one in self.phrases if text.startswith(one, at) and _ends_word(text, at + len(one))), ""
            )
            if not phrase:
                return found, re.split(r"[,;]", text[at:])[0].strip()
            column, number = self.phrases[phrase]
            found[column] = found.get(column, frozenset()) | {number}
            at += len(phrase)
        return found, ""


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise


def _ends_word(text: str, at: int) -> bool:
    return at >= len(text) or not text[at].isalnum()
