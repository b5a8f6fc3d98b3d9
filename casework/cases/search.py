"""Finding somebody by name, number, birth and nationality, among those one may see; each match
explains itself."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.cases import case_rows
from casework.cases.models import Case
from casework.cases.numbers import END, clean_case_number
from casework.cases.partners import visible_teams
from casework.register.doubles import (
    WORDS,
    born_on,
    candidates,
    identities_of,
    named_and_born,
    search_names,
    with_v_number,
)
from casework.register.matching import Agreement as A
from casework.register.matching import Identity, agreements, weight
from casework.register.values import (
    clean_v_number,
    name_key,
    nationality_choices,
    parse_partial_date,
)
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes

MOST_NARROWED = (
    200  # looked through when a date of birth or a nationality narrows what a name finds
)


class SearchForm(forms.Form):
    """What one knows of somebody. A nationality alone finds nobody: nobody leafs through people."""

    use_required_attribute = False
    q = forms.Field(label=_("Name or number"), required=False)  # whatever was typed; cleaned below
    born = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "12-03-1985"}),
    )
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nationality"].choices = [("", _("All")), *nationality_choices()]  # type: ignore[attr-defined]

    @property
    def nationality_options(self) -> SafeString:
        """Rendered once for each language: two hundred options through a template cost 10 ms a
        page."""
        html, chosen = _nationality_options(get_language() or ""), self["nationality"].value() or ""
        if chosen.isdecimal():
            return mark_safe(html.replace(f'value="{chosen}"', f'value="{chosen}" selected'))  # noqa: S308 - digits only
        return html

    def clean_q(self) -> str:
        return "".join(c for c in (self.cleaned_data["q"] or "")[:200] if c.isprintable()).strip()

    def clean_born(self) -> str:
        text = self.cleaned_data["born"].strip()
        return parse_partial_date(text) if text else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (
            data.get("nationality")
            and not data.get("q")
            and not data.get("born")
            and not self.errors
        ):
            self.add_error("q", _("Enter a name, a number or a date of birth too."))
        return data


@cache
def _nationality_options(language: str) -> SafeString:
    choices = [("", _("All")), *nationality_choices()]
    return format_html_join("", '<option value="{}">{}</option>', choices)


@dataclass
class Found:
    """Matching cases as a list shows them, the best first, and the fields in which each agrees with
    the question."""

    cases: list[Case] = field(default_factory=list)
    words: dict[int, list[str | Promise]] = field(default_factory=dict)
    more: bool = False  # whether there may be others, beyond what is shown
    wrong: str = ""  # why what was asked is no case number, though it looks like one

    @property
    def keys(self) -> list[int]:
        return [case.pk for case in self.cases]


def _asked_number(wanted: str) -> tuple[str, str]:
    """The case number, or its last four digits, that somebody asks for; and what is wrong."""
    if not any(c.isdecimal() for c in wanted):
        return "", ""
    try:
        return clean_case_number(wanted), ""
    except ValidationError as error:
        return "", " ".join(error.messages)


def search(
    wanted: str, born: str = "", nationality: str = "", most: int = case_rows.PAGE_SIZE
) -> Found:
    """Find the cases in sight that match this person, and the other cases of everybody linked to
    them as the same person.

    `wanted` is a name, a V-number or a case number; `born` a date as far as it is known (1985,
    1985-03, 1985-03-12).
    """
    facts = Identity(
        birth_dates=[born] if born else [], nationalities=[nationality] if nationality else []
    )
    narrows = bool(facts.birth_dates or facts.nationalities)
    deep = MOST_NARROWED if narrows else most + 1
    try:
        facts.v_numbers = [clean_v_number(wanted)]
        pool = with_v_number(facts.v_numbers[0], deep)
    except ValidationError:  # then it is a name, or the number of a case
        facts.names = [wanted] if wanted else []
        key = name_key(wanted)
        pool = search_names(key, deep) if key else born_on(born, deep) if born else []
    full = len(pool) >= deep
    # of a common name the first hits may all be others: so from the other side too
    if len(born) == 10 and facts.names:
        pool = list(dict.fromkeys([*named_and_born(key, born), *candidates([facts])[0], *pool]))
    if narrows:  # what tells people apart is read first, their names only of who is left
        narrowing = Identity(birth_dates=facts.birth_dates, nationalities=facts.nationalities)
        known = identities_of(pool, {"birth_dates", "nationalities"})
        pool = [case for case in pool if A.OTHER not in agreements(narrowing, known[case]).values()]
    known = identities_of(pool, {attribute for attribute, text in vars(facts).items() if text})
    agreeing = {case: agreements(facts, known[case]) for case in pool}
    if narrows:
        pool.sort(key=lambda case: -weight(agreeing[case]))
    words: dict[int, list[str | Promise]] = {}
    number, wrong = _asked_number(wanted)
    if number:
        by_end = len(number) == END
        numbered = Case.objects.filter(**{"number_end" if by_end else "number": number})
        says = _("the case number ends so") if by_end else _("this case number")
        words = {case.pk: [says] for case in numbered.newest_first().only("pk")[:most]}
    for case in pool:
        words[case] = [
            _("the name contains this") if pair == ("name", A.OTHER) else WORDS[pair]
            for pair in agreeing[case].items()
            if pair in WORDS or pair == ("name", A.OTHER)
        ]
    best = list(words)[:most]
    places = {case: place for place, case in enumerate(best)}
    people = Case.objects.filter(pk__in=best).values("person__same_as")
    cases = list(Case.objects.filter(person__same_as__in=people).for_list()) if best else []
    cases.sort(key=lambda case: (places.get(case.pk, most), -case.pk))
    more = full or len(words) > most
    words.update(
        {case.pk: [_("linked as the same person")] for case in cases if case.pk not in places}
    )
    return Found(cases[: len(best) + most], words, more, wrong)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def case_search(request: ClearanceRequest) -> HttpResponse:
    """By POST: none of this belongs in an address."""
    clearance = request.clearance
    if not clearance.sees_cases:
        raise PermissionDenied
    if request.method == "GET":
        return redirect("casework:case_list")
    form = SearchForm(request.POST)
    teams = visible_teams(clearance)
    result = Found()
    if form.is_valid() and any(form.cleaned_data.values()):
        data = form.cleaned_data
        result = search(data["q"], data["born"], data["nationality"])
    context = {
        "rows": case_rows.rows(result.cases, teams, clearance, result.words),
        "form": form,
        "more": result.more,
        "wrong": result.wrong,
    }
    return render(
        request, "casework/cases/search.html", context, status=400 if form.errors else 200
    )
