"""Rules in the form that starts a round: one sentence with fields at a time is written, changed, or taken out.

Invariant: what was typed into a sentence stays until it is added or left; the rules themselves are the text of a file,
which travels in the form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import CheckedRules, RulesText, RulesTrialOrder, RuleTrialView
from isopolity.contracts.codes import CITY_KINDS, PARTNER_KINDS, REGIONS, SUBJECTS, language_names, own_language_names
from isopolity.contracts.countries import DEFAULT_LANGUAGE, countries
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.templates import named_countries
from isopolity.portal.domain.programmes.form import CountryNames
from isopolity.portal.domain.rules.groups import Fields, Vocabulary
from isopolity.portal.domain.rules.rule_text import Rule, rules_in, with_rule, without_rule
from isopolity.portal.domain.rules.sentences import KINDS, STARTS, is_same, rule_in, sentence_fields, start_fields
from isopolity.portal.entrypoints.http.forms.page_form import if_known
from isopolity.portal.entrypoints.http.known_members import KnownMember, members_known, members_listed

_GROUPS: Final = ("one", "other")
_PREFIXES: Final = ("rule-", "one-", "other-")
_FOUND: Final = 10
"""Members of each kind that a search shows."""
_HERE: Final = "endorsed"
_NAMED: Final = re.compile("^Rule 1(?: “.*?”)?: ")
"""The name of the one rule at the start of a sentence about it."""


@cache
def vocabulary(language: str) -> Vocabulary:
    """The codes and names by which a group is described, in a language."""
    placed = CountryNames.of(
        dict(named_countries(language, everywhere=True)),
        {code: (each.names[DEFAULT_LANGUAGE], *each.also) for code, each in countries().items()},
    )
    spoken = CountryNames.of(language_names(), {code: (name,) for code, name in own_language_names().items()})
    return Vocabulary(
        codes={
            "region": list(REGIONS),
            "kind": list(CITY_KINDS),
            "needs": list(SUBJECTS),
            "offers": list(SUBJECTS),
            "partner_kind": list(PARTNER_KINDS),
        },
        names={"country": placed, "home_country": placed, "language": spoken},
    )


@dataclass(slots=True)
class Composer:
    """The rules of the form as text, and the sentence that is being written, if there is one."""

    text: str
    words: Vocabulary
    fields: Fields = field(default_factory=Fields)
    problems: Fields = field(default_factory=Fields)
    found: dict[str, Sequence[KnownMember]] = field(default_factory=dict)
    """By group, the members that its search has found; no entry where nothing was searched."""
    named: Mapping[str, KnownMember] = field(default_factory=dict)
    """The members that the sentence names, by id."""
    put: int | None = None
    """The place of the rule that has just been added or changed."""
    is_put: bool = False

    @classmethod
    def of(cls, typed: Mapping[str, str], text: str, language: str) -> "Composer":
        """The composer of a form; a sentence of no known kind is none."""
        fields = {name: value for name, value in typed.items() if name.startswith(_PREFIXES)}
        return cls(text, vocabulary(language), fields if fields.get("rule-kind") in KINDS else Fields())

    @property
    def is_open(self) -> bool:
        """Whether a sentence is being written."""
        return bool(self.fields)

    @property
    def changeable(self) -> Sequence[bool]:
        """For each rule of the text, whether it can be changed as a sentence."""
        return [sentence_fields(rule, self.words) is not None for rule in rules_in(self.text)]

    async def act(self, typed: Mapping[str, str], apis: ServiceApis) -> None:
        """Do what the pressed button says, if it is one of these sentences."""
        if (at := _position(typed.get("drop", ""), rules_in(self.text))) is not None:
            self._drop(at)
        elif (at := _position(typed.get("open", ""), rules_in(self.text))) is not None:
            fields = sentence_fields(rules_in(self.text)[at], self.words)
            self.fields = {} if fields is None else fields | {"rule-at": str(at)}
        elif typed.get("do") == "say" and typed.get("say") in STARTS:
            self.fields = start_fields(typed["say"], self.words)
        elif typed.get("do") == "leave":
            self.fields = Fields()
        elif self.is_open:
            await self._write(typed, apis)
        await self.name(apis)

    def _drop(self, at: int) -> None:
        """Take out the rule at this place; a sentence that changes a later one goes on with that one."""
        changed = _position(self.fields.get("rule-at", ""), rules_in(self.text))
        if changed is not None and changed >= at:
            self.fields["rule-at"] = "" if changed == at else str(changed - 1)
        self.text = without_rule(self.text, at)

    async def _write(self, typed: Mapping[str, str], apis: ServiceApis) -> None:
        group, _, member_id = typed.get("pick", "").partition(" ")
        if group in _GROUPS and member_id:
            chosen = dict.fromkeys([*self.fields.get(f"{group}-id", "").split(), member_id])
            self.fields |= {f"{group}-id": " ".join(chosen), f"{group}-find": ""}
        group, _, member_id = typed.get("unpick", "").partition(" ")
        if group in _GROUPS:
            left = [each for each in self.fields.get(f"{group}-id", "").split() if each != member_id]
            self.fields[f"{group}-id"] = " ".join(left)
        if typed.get("do") in ("find", "check"):
            await self._search(apis)
        elif typed.get("do") == "put":
            await self._put(apis)

    async def _search(self, apis: ServiceApis) -> None:
        for group in _GROUPS:
            if text := self.fields.get(f"{group}-find", "").strip():
                listed = await if_known(members_listed(apis, text=text[:100], status=_HERE, limit=_FOUND))
                self.found[group] = () if listed is None else listed[0]

    async def _put(self, apis: ServiceApis) -> None:
        """Add the sentence to the rules, or say what is wrong in it."""
        await self.name(apis)
        rule, wrong = rule_in(self.fields, self.words)
        self.problems |= wrong
        for group in _GROUPS:
            if self.fields.get(f"{group}-find", "").strip():
                self.problems[f"{group}-find"] = (
                    "No member was chosen. Press “Find” and choose one, or empty the field."
                )
        if not self.problems:
            alone = await apis.acting_for("").send(matching.rules.check(RulesText(text=with_rule("", rule))))
            faults = [_NAMED.sub("", each) for each in alone.faults]
            self.problems |= {"rule": " ".join(faults)} if faults else {}
        if self.problems:
            return
        at = _position(self.fields.get("rule-at", ""), rules_in(self.text))
        before = None if at is None else rules_in(self.text)[at]
        if before is None or not is_same(before, rule):
            self.text = with_rule(self.text, rule, at)
        self.put = len(rules_in(self.text)) - 1 if at is None else at
        self.is_put, self.fields = True, Fields()

    async def name(self, apis: ServiceApis) -> None:
        """Find the names of the members in the sentence; beside the field stand those that are not in the network."""
        by_group = {group: self.fields.get(f"{group}-id", "").split() for group in _GROUPS}
        ids = [each.partition("/")[0] for group in by_group.values() for each in group]
        if not ids:
            return
        self.named = await if_known(members_known(apis, ids)) or {}
        for group, named in by_group.items():
            gone = [each for each in named if not self._is_here(each.partition("/")[0])]
            if gone and self.named:
                names = ", ".join(self.name_of(each) for each in gone)
                self.problems[f"{group}-id"] = (
                    f"{names}: not in the network now. Take it out, or choose another member."
                )

    def _is_here(self, member_id: str) -> bool:
        return member_id in self.named and self.named[member_id].status == _HERE

    def name_of(self, named: str) -> str:
        """The name of a member as rules name it, with the id of a programme; the id of an unknown one."""
        member_id, _, programme = named.partition("/")
        name = self.named[member_id].name if member_id in self.named else member_id
        return f"{name} ({programme})" if programme else name


async def tried(
    apis: ServiceApis, text: str, filled: Mapping[str, str], asked: int | None, *, is_priced: bool
) -> RuleTrialView | None:
    """A trial of the rules; None for no rules, and while the service does not answer."""
    if not rules_in(text):
        return None
    kinds = [kind for kind in ("twinning", "sponsorship") if filled.get(kind)]
    order = RulesTrialOrder(
        text=text, kinds=kinds or ["twinning"], rule=asked, priced=is_priced, without_floors=not filled.get("floors")
    )
    return await if_known(apis.acting_for("").send(matching.rules.trial(order), is_long=True))


def _position(typed: str, rules: Sequence[Rule]) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and int(typed) < len(rules) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRule:
    """A rule as the form lists it."""

    rule: str
    """The rule as a sentence."""
    concerns: str
    """Whom it concerns; empty where that is not known."""
    faults: Sequence[str]
    is_changeable: bool
    """Whether it can be changed as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """The rules of the form in words, what a trial found, and the sentence that is being written."""

    composer: Composer
    told: Sequence[ToldRule]
    trial: RuleTrialView | None

    @classmethod
    async def of(
        cls,
        composer: Composer,
        filled: Mapping[str, str],
        checked: CheckedRules | None,
        apis: ServiceApis,
        *,
        is_priced: bool,
    ) -> "Sentences":
        """The sentences of the rules in `filled`; they are tried if that is wanted, or one was just added."""
        asked = composer.put
        trial = None
        if checked is not None and not checked.faults:
            trial = await tried(apis, composer.text, filled, asked, is_priced=is_priced or asked is not None)
        if trial is not None and trial.rules:
            words = [(each.rule, each.concerns, each.faults) for each in trial.rules]
        else:
            words = [(each, "", ()) for each in (checked.rules if checked else ())]
        told = [
            ToldRule(rule=rule, concerns=concerns, faults=faults, is_changeable=is_changeable)
            for (rule, concerns, faults), is_changeable in zip(words, composer.changeable, strict=False)
        ]
        return cls(composer=composer, told=told, trial=trial)
