"""People who may be the same as somebody who registers, as a worker compares and judges them."""

from typing import Any

from django.utils.crypto import salted_hmac

from casework.cases.models import Case
from casework.register.doubles import Candidate
from casework.register.identity import leading_names
from casework.register.models import IdentityValue
from casework.register.values import display


def candidate_rows(candidates: list[Candidate]) -> list[dict[str, Any]]:
    """Candidates as people compare them: name, birth date, pilot, state, and in what they agree."""
    keys = [candidate.case_id for candidate in candidates]
    cases = Case.objects.select_related("pilot", "person", "progress").in_bulk(keys)
    names = leading_names(keys)
    births = dict(
        IdentityValue.objects.current()
        .filter(case__in=keys, kind="birth_date")
        .values_list("case_id", "value")
    )
    return [
        {
            "case": cases[candidate.case_id],
            "name": names.get(candidate.case_id, ""),
            "birth_date": display("birth_date", births[candidate.case_id])
            if candidate.case_id in births
            else "",
            "words": candidate.words,
        }
        for candidate in candidates
        if candidate.case_id in cases
    ]


def judged(candidates: list[Candidate]) -> str:
    """These candidates as a page names them that shows them to be judged: no key, which would
    count."""
    return ",".join(_mark(candidate) for candidate in candidates)


def same_candidates(visible: str, candidates: list[Candidate]) -> bool:
    """Whether the worker judged exactly these candidates, and no new one turned up since."""
    return set(visible.split(",")) >= set(map(_mark, candidates))


def _mark(candidate: Candidate) -> str:
    mark: str = salted_hmac("casework.registration.judged", str(candidate.case_id)).hexdigest()
    return mark[:20]
