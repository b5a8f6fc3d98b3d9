from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReachKind(TextChoices):
    TELEPHONE = "telephone", _("phone")
    MESSENGER = "messenger", _("messenger")
    E_MAIL = "e_mail", _("e-mail address")
    ADDRESS = "address", _("address for messages")


class ContactKind(TextChoices):
    REFERRAL_CONTACT = "referral_contact", _("referral contact")
    INTAKE_INTERVIEW = "intake_interview", _("intake interview")
    GUIDANCE_TALK = "guidance_talk", _("guidance talk")
    DEPARTURE_INTERVIEW = "departure_interview", _("departure interview")
    LEGAL_CONSULTATION = "legal_consultation", _("legal consultation")
    IOM_TALK = "iom_talk", _("talk with IOM")
    PRESENTATION_IN_PERSON = "presentation_in_person", _("presentation to authorities")
    PHONE_CALL = "phone_call", _("phone call")
    HOME_VISIT = "home_visit", _("home visit")
    CARE_COORDINATION = "care_coordination", _("coordination of care, without content")
    AFTERCARE_CONTACT = "aftercare_contact", _("aftercare contact")
    NO_SHOW = "no_show", _("did not appear")
