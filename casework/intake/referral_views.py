"""When somebody came and who referred her: corrected, with what stood there before."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.enums import CaseState
from casework.cases.progress import StepTaken
from casework.cases.views import case_url
from casework.intake.forms import REFERRAL, ReferralForm
from casework.journey.acts import locked
from casework.journey.step_days import correct_day, readers_of_step
from casework.registration.perms import can_complete_registration
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from partners.accountability.activities import REGISTRATION, processes
from partners.accountability.history import set_change_reason


@processes(REGISTRATION)
@form_view
def case_referral(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    if not can_complete_registration(reader):
        raise PermissionDenied
    form = open_form(request, ReferralForm, REFERRAL.key(reference), reader=reader)

    def act() -> str:
        _correct(reader, form, seen_version(request))
        return case_url(reader.case)

    return send_form(request, form, act) or show_form(
        request,
        "casework/intake/referral.html",
        form,
        read_by=readers_of_step(reader, Category.CONFERENCE),
        **reader.context(),
    )


@transaction.atomic
def _correct(reader: CaseReader, form: ReferralForm, version: str) -> None:
    """Raises VersionConflict."""
    case, data = locked(reader.case), form.cleaned_data
    case.claim_version(version)
    case.referred_on, case.referrer = data["referred_on"], data["referrer"]
    set_change_reason(case, data["why"])
    case.save()
    progress = case.visible_progress
    if progress is not None and progress.state == CaseState.REGISTERED:
        progress.since = case.referred_on
        progress.version += 1
        set_change_reason(progress, data["why"])
        progress.save()
    first = StepTaken.objects.select_for_update(of=("self",)).filter(case=case, number="T1").first()
    team = reader.author_team()
    if first is not None and first.on != case.referred_on and team is not None:
        correct_day(first, case.referred_on, data["why"], by=reader.clearance, team=team)
