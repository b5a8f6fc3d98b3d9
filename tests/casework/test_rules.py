"""Rules that no single room owns, each by its number, and the terms of a journey on the day before and on the day."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from casework.dossiers.cautions import NO_FAULT, RESIDENCE, cautions
from casework.dossiers.enums import ProcedureKind
from casework.models import Case
from tests import factories as make
from tests.casework.ten_teams import page_of

pytestmark = pytest.mark.django_db
BESIDE, STATELESS, MINOR = "gaan niet samen", "neemt die niet in behandeling", "minderjarig"


def warns(journey, who):
    """Which of the three warnings this worker reads on the case page."""
    page = journey.get(who, "case_detail").text
    return {sentence for sentence in (BESIDE, STATELESS, MINOR) if sentence in page}


def test_r4_registered_sheltered_admitted_and_in_guidance_are_days_of_their_own(journey):
    case = journey.case
    assert (case.admitted_on, case.guidance_from, case.exited_on) == (None, None, None)
    stay = make.StayFactory(case=case, author_team=journey.teams["ngo"], since=timezone.localdate() - timedelta(days=50),
                            until=None)  # fmt: skip
    journey.to_admitted()
    case.refresh_from_db()
    assert case.admitted_on == timezone.localdate()
    assert case.guidance_from is None  # admitted is not yet in guidance
    assert (case.registered_on, stay.since) == (
        timezone.localdate() - timedelta(days=60), timezone.localdate() - timedelta(days=50),
    )  # fmt: skip
    counted = {
        "registered": Case.objects.filter(pk=case.pk, registered_on__isnull=False).count(),
        "admitted": Case.objects.filter(pk=case.pk, admitted_on__isnull=False).count(),
        "in_guidance": Case.objects.filter(pk=case.pk, guidance_from__isnull=False).count(),
    }
    assert counted == {"registered": 1, "admitted": 1, "in_guidance": 0}


def test_r15_warns_of_a_mediation_beside_a_procedure_for_residence_whoever_reads_both(journey):
    make.RECORDS["procedure"](case=journey.case, author_team=journey.teams["ind"], kind="regular_family_life")
    assert warns(journey, "municipality") == set()
    mediation = make.RECORDS["mediation"](case=journey.case, author_team=journey.teams["dtv"])
    assert warns(journey, "municipality") == {BESIDE}
    make.InvolvementFactory(case=journey.case, team=journey.teams["care"], ground="care")
    assert warns(journey, "care") == set()  # it does not read departure: nothing tells it of the mediation
    mediation.result, mediation.result_on = "failed", timezone.localdate()
    mediation.save()
    assert warns(journey, "municipality") == set()


def test_r15_warns_of_a_petition_about_statelessness_beside_an_undecided_asylum_application(journey):
    make.RECORDS["procedure"](case=journey.case, author_team=journey.teams["ind"], kind="statelessness")
    assert warns(journey, "ngo") == set()
    asylum = make.RECORDS["procedure"](case=journey.case, author_team=journey.teams["ind"], kind="repeat_asylum")
    assert warns(journey, "ngo") == {STATELESS}
    asylum.result, asylum.result_on = "rejected", timezone.localdate()
    asylum.save()
    assert warns(journey, "ngo") == set()


def test_r15_warns_of_a_minor_in_the_facility_and_blocks_nothing(journey, on_day):
    today = timezone.localdate()
    born = date(today.year - 18, today.month, 28 if today.day == 29 else today.day) + timedelta(days=40)
    make.NameFactory(case=journey.case, author_team=journey.teams["municipality"], kind="birth_date", value=str(born))
    assert warns(journey, "municipality") == set()  # no place in the facility
    make.StayFactory(case=journey.case, author_team=journey.teams["ngo"], until=None)
    assert warns(journey, "municipality") == {MINOR}
    on_day(born.replace(year=born.year + 18))  # eighteen today
    assert warns(journey, "municipality") == set()


def test_r15_nothing_is_warned_of_without_records():
    assert cautions({slug: [] for slug in ("procedure", "mediation", "stay")}, "", date(2026, 2, 28)) == []


def test_r28_nothing_says_removable_because_of_code_98(journey):
    def pages():
        return [journey.get(who, name).text for who in ("municipality", "dtv", "avim", "ind")
                for name in ("case_detail", "case_why")]  # fmt: skip

    for team in ("dtv", "avim", "ind"):
        make.InvolvementFactory(case=journey.case, team=journey.teams[team])
    states = [journey.get(who, "case_detail").context["next_steps"] for who in ("municipality", "dtv")]
    title = make.RECORDS["residencetitle"](case=journey.case, author_team=journey.teams["ind"], code="98")
    for page in pages():
        for word in ("verwijderbaar", "removable", "uitzetbaar"):
            assert word not in page.casefold()
    journey.case.refresh_from_db()
    assert journey.case.state == "registered"
    assert [journey.get(who, "case_detail").context["next_steps"] for who in ("municipality", "dtv")] == states
    said = journey.client.act_as(journey.workers["ind"]).get(
        page_of(journey.case) + f"dossier/residence_title/{title.reference}/"
    )
    assert "betekent niet dat" in said.text


def due(journey, who, what):
    """Whether this waits for her, and whether it is due: None, False or True."""
    rows = [row for row in journey.client.act_as(journey.workers[who]).get("/?alles").context["to_do"]
            if row.case == journey.case and what in row.what]  # fmt: skip
    return rows[0].is_due if rows else None


def on_the_day(journey, on_day, day, what, who="municipality"):
    on_day(day - timedelta(days=1))
    assert due(journey, who, what) is False
    on_day(day)
    assert due(journey, who, what) is True
    on_day(day + timedelta(days=400))
    assert due(journey, who, what) is True  # it does not pass by itself


def test_t6_r8_the_end_of_the_rest_period_is_a_task_and_moves_nothing(journey, on_day):
    journey.to_rest(on=-4)
    ends = timezone.localdate() - timedelta(days=4) + timedelta(days=14)
    on_the_day(journey, on_day, ends, "rusttermijn is voorbij")
    journey.case.refresh_from_db()
    assert journey.case.state == "rest_period"


def test_r16_the_end_of_the_stay_is_a_task_on_29_february_too(journey, on_day):
    on_day(date(2027, 8, 29))
    journey.pilot.pilot.maximum_stay_months = 6
    journey.pilot.pilot.save()
    journey.case.registered_on = date(2027, 6, 1)
    journey.case.save()
    journey.to_admitted()
    assert journey.case.admitted_on == date(2027, 8, 29)
    on_the_day(journey, on_day, date(2028, 2, 29), "maximale duur eindigt")
    journey.case.refresh_from_db()
    assert journey.case.state == "admitted"


def test_a_review_by_the_conference_is_a_task_over_the_change_to_summer_time(journey, on_day):
    on_day(date(2027, 2, 28))
    journey.case.registered_on = date(2026, 12, 1)
    journey.case.save()
    journey.to_conference()
    assert journey.room.decide("deferred", due_on="28-03-2027").status_code == 302
    journey.room.close()
    on_the_day(journey, on_day, date(2027, 3, 28), "LSO bekijkt")


def test_t15_the_term_for_objection_is_a_task(journey, on_day):
    journey.to_conference()
    assert journey.room.decide("not_admitted").status_code == 302
    assert journey.formal("refused", objection_until=42).status_code == 302
    day = timezone.localdate() + timedelta(days=43)
    on_the_day(journey, on_day, day, "bezwaartermijn is voorbij")
    journey.case.refresh_from_db()
    assert journey.case.state == "not_admitted"


def test_r12_each_check_is_a_task_on_its_own_day(journey, on_day):
    on_day(date(2027, 11, 30))
    journey.case.registered_on = date(2027, 10, 1)
    journey.case.save()
    journey.to_exit()
    on_the_day(journey, on_day, date(2028, 2, 29), "3 maanden later")


def test_every_kind_of_procedure_is_known_to_the_rule():
    others = {"dublin", "medical_postponement", "statelessness", "lift_entry_ban", "objection_lvv_decision"}
    assert {kind.value for kind in NO_FAULT | RESIDENCE} == {kind.value for kind in ProcedureKind} - others
