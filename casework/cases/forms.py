from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import Ground
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team

INVOLVE = DraftKind("involve", _("Involving a partner"))

CHOSEN_GROUNDS = (
    Ground.DOSSIER_REQUEST,
    Ground.MADE_KNOWN,
    Ground.STAY,
    Ground.LEGAL_AID,
    Ground.CARE,
    Ground.IDENTITY_RESEARCH,
    Ground.RETURN_SUPPORT,
    Ground.HAND_OVER,
    Ground.COOPERATION,
)


FITS = {
    Ground.STAY: TeamFunction.SHELTER,
    Ground.CARE: TeamFunction.CARE,
    Ground.LEGAL_AID: TeamFunction.LEGAL,
    Ground.MADE_KNOWN: OrganisationKind.DTV,
}


class InvolveForm(KeptForm):
    """Which team, why, and until when."""

    team = forms.TypedChoiceField(
        label=_("Partner"),
        coerce=int,
        error_messages={"required": _("Choose the partner you want to involve.")},
    )
    ground = forms.TypedChoiceField(
        label=_("Ground"),
        coerce=Ground,
        error_messages={"required": _("Choose why this partner takes part.")},
        choices=[
            ("", _("Choose a ground")),
            *((ground.value, ground.label) for ground in CHOSEN_GROUNDS),
        ],
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        max_length=300,
        help_text=_("What is this partner needed for? Everybody in the case reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Explain what the partner is needed for.")},
    )
    until = DateField(
        label=_("Until"),
        required=False,
        help_text=_("The first day on which the partner sees nothing any more. Empty: no end yet."),
    )

    def __init__(self, *args: Any, teams: list[Team], dtv_stays: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dtv_stays = dtv_stays
        self.teams = {team.pk: team for team in teams}
        self.fields["team"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a team")),
            *((team.pk, team.label) for team in teams),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        team = self.teams[data["team"]] if data.get("team") else None
        fits = FITS.get(data["ground"]) if data.get("ground") else None
        if team and fits and fits not in (team.function, team.organisation.kind):
            self.add_error("ground", _("This ground fits another kind of partner."))
        if (
            team
            and self.dtv_stays
            and data.get("until")
            and team.organisation.kind == OrganisationKind.DTV
        ):
            self.add_error(
                "until",
                _("The departure service takes part as long as the person is sheltered or guided."),
            )
        return data

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until <= timezone.localdate():
            raise ValidationError(_("The end must lie in the future."), code="past")
        return until
