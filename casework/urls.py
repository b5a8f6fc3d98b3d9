from django.urls import include, path

from casework.accountability import views as accountability
from casework.cases import household, register_views, searching
from casework.cases import views as cases
from casework.conference import agenda, meetings, minutes
from casework.custody import views as custody
from casework.deciding import views as deciding
from casework.dossiers import address, checking, delivering
from casework.dossiers import views as dossiers
from casework.elsewhere import views as elsewhere
from casework.escalation import views as escalation
from casework.exporting import views as exporting
from casework.importing import views as importing
from casework.intake import views as intake
from casework.journal import views as journal
from casework.journey import views as journey
from casework.linking import views as linking
from casework.outcomes import views as outcomes
from casework.overview import shared
from casework.overview import views as overview
from casework.plan import views as plan
from casework.shelter import views as shelter
from casework.transfer import views as transfer

RECORD = "casussen/<uuid:reference>/dossier/<slug:kind>/<uuid:record>/"

pages = (
    [
        # case_: one passage of one person
        path("casussen/", cases.case_list, name="case_list"),
        path("casussen/zoeken/", searching.case_search, name="case_search"),
        path("casussen/<uuid:reference>/", overview.case_detail, name="case_detail"),
        path("casussen/<uuid:reference>/gedeeld/", shared.case_shared, name="case_shared"),
        path("casussen/<uuid:reference>/waarom/", cases.case_why, name="case_why"),
        path("casussen/<uuid:reference>/betrekken/", cases.case_involve, name="case_involve"),
        path("casussen/<uuid:reference>/overnemen/", cases.case_take_over, name="case_take_over"),
        path("casussen/<uuid:reference>/contactpersoon/", cases.case_contact, name="case_contact"),
        path("casussen/<uuid:reference>/informeren/", cases.case_briefing, name="case_briefing"),
        path("casussen/<uuid:reference>/dubbelen/", linking.case_doubles, name="case_doubles"),
        path("casussen/<uuid:reference>/elders/", elsewhere.case_elsewhere, name="case_elsewhere"),
        path("casussen/<uuid:reference>/afschermen/", elsewhere.case_shield, name="case_shield"),
        path(
            "casussen/<uuid:reference>/deelname/<int:pk>/einde/",
            cases.involvement_end,
            name="involvement_end",
        ),
        path("casussen/uitvoer/", exporting.case_export, name="case_export"),
        # case_step: the steps of the journey
        path("casussen/<uuid:reference>/stap/<slug:slug>/", journey.case_step, name="case_step"),
        # intake: from the first conversation to the dossiers
        path("intake/", intake.intake_list, name="intake_list"),
        path("intake/criteria/<slug:slug>/", intake.criteria, name="criteria"),
        path("casussen/<uuid:reference>/intake/", intake.intake, name="intake"),
        path(
            "casussen/<uuid:reference>/intake/verslag/", intake.intake_report, name="intake_report"
        ),
        path("casussen/<uuid:reference>/intake/stoppen/", intake.intake_stop, name="intake_stop"),
        path(
            "casussen/<uuid:reference>/intake/lezers/", intake.intake_readers, name="intake_readers"
        ),
        path(
            "casussen/<uuid:reference>/intake/<slug:page>/", intake.intake_page, name="intake_page"
        ),
        path(
            "casussen/<uuid:reference>/dossiers/opvragen/",
            intake.dossiers_request,
            name="dossiers_request",
        ),
        path("intake/dossiers/", delivering.dossiers_deliver, name="dossiers_deliver"),
        # meeting_, agenda_: the case conference
        path("lso/", meetings.meeting_list, name="meeting_list"),
        path("lso/niet-besproken/", meetings.undiscussed_list, name="undiscussed_list"),
        path("lso/plannen/<slug:slug>/", meetings.meeting_plan, name="meeting_plan"),
        path("lso/<uuid:reference>/", meetings.meeting_detail, name="meeting_detail"),
        path("lso/<uuid:reference>/verplaatsen/", meetings.meeting_move, name="meeting_move"),
        path("lso/<uuid:reference>/afgelasten/", meetings.meeting_cancel, name="meeting_cancel"),
        path(
            "lso/<uuid:reference>/aanwezig/", meetings.meeting_attendance, name="meeting_attendance"
        ),
        path("lso/<uuid:reference>/verslag/", minutes.minutes, name="minutes"),
        path("lso/<uuid:reference>/verslag.pdf", minutes.minutes_pdf, name="minutes_pdf"),
        path("lso/<uuid:reference>/<slug:act>/", meetings.meeting_act, name="meeting_act"),
        path("lso/punt/<uuid:reference>/", agenda.agenda_item, name="agenda_item"),
        path("lso/punt/<uuid:reference>/scherm/", agenda.agenda_room, name="agenda_room"),
        path("lso/punt/<uuid:reference>/standpunt/", agenda.position_take, name="position_take"),
        path("lso/punt/<uuid:reference>/namens/", agenda.position_behalf, name="position_behalf"),
        path("lso/punt/<uuid:reference>/wijzigen/", agenda.item_change, name="item_change"),
        path("lso/punt/<uuid:reference>/besluit/", agenda.agenda_decide, name="agenda_decide"),
        path("lso/punt/<uuid:reference>/<slug:act>/", agenda.agenda_change, name="agenda_change"),
        path("casussen/<uuid:reference>/lso/", agenda.case_conference, name="conference"),
        path("casussen/<uuid:reference>/lso/agenderen/", agenda.agenda_add, name="agenda_add"),
        # formal_decision: what the municipality decides, and the letter
        path(
            "casussen/<uuid:reference>/besluit/",
            deciding.formal_decision_add,
            name="formal_decision_add",
        ),
        path(
            "casussen/<uuid:reference>/besluit/<uuid:record>/",
            deciding.formal_decision,
            name="formal_decision",
        ),
        path("casussen/<uuid:reference>/heroverwegen/", deciding.case_reopen, name="case_reopen"),
        path("lso/brieven/<slug:slug>/", deciding.letters, name="letters"),
        # plan: scenario, goals and actions
        path("casussen/<uuid:reference>/plan/", plan.plan, name="plan"),
        path("casussen/<uuid:reference>/plan/voor-haar/", plan.plan_person, name="plan_person"),
        path("casussen/<uuid:reference>/plan/<uuid:record>/", plan.action_done, name="action_done"),
        path("casussen/<uuid:reference>/opschaling/", escalation.escalation, name="escalation"),
        # exit, claim, check: how it ended and whether it holds
        path("casussen/<uuid:reference>/uitstroom/", outcomes.exit_page, name="exit"),
        path(
            "casussen/<uuid:reference>/uitstroom/voorstellen/",
            outcomes.exit_propose,
            name="exit_propose",
        ),
        path(
            "casussen/<uuid:reference>/uitstroom/bevestigen/",
            outcomes.exit_confirm,
            name="exit_confirm",
        ),
        path(
            "casussen/<uuid:reference>/uitstroom/vaststellen/",
            outcomes.exit_establish,
            name="exit_establish",
        ),
        path(
            "casussen/<uuid:reference>/uitstroom/terugdraaien/",
            outcomes.exit_undo,
            name="exit_undo",
        ),
        path(
            "casussen/<uuid:reference>/uitstroom/antwoorden/",
            outcomes.claim_answer,
            name="claim_answer",
        ),
        path(
            "casussen/<uuid:reference>/uitstroom/controleren/", outcomes.check_add, name="check_add"
        ),
        path(
            "casussen/<uuid:reference>/uitstroom/controle/terug/",
            outcomes.check_take_back,
            name="check_take_back",
        ),
        # transfer: to another pilot
        path("casussen/<uuid:reference>/overplaatsing/", transfer.transfer, name="transfer"),
        path(
            "casussen/<uuid:reference>/overplaatsing/begeleiding/",
            transfer.transfer_tick,
            name="transfer_tick",
        ),
        path(
            "casussen/<uuid:reference>/overplaatsing/terug/",
            transfer.transfer_take_back,
            name="transfer_take_back",
        ),
        path(
            "overplaatsingen/<uuid:reference>/", transfer.transfer_offered, name="transfer_offered"
        ),
        # custody: the dossiers of a facility that ends
        path("pilots/<uuid:reference>/dossiers/", custody.custody, name="custody"),
        path(
            "pilots/<uuid:reference>/dossiers/bewaring/",
            custody.custody_agreement,
            name="custody_agreement",
        ),
        path("dossierpakketten/<uuid:reference>/", custody.custody_package, name="custody_package"),
        path(
            "dossierpakketten/<uuid:reference>/ontvangst/",
            custody.custody_receipt,
            name="custody_receipt",
        ),
        path(
            "dossierpakketten/<uuid:reference>/terug/",
            custody.custody_take_back,
            name="custody_take_back",
        ),
        # import_: lists that are taken over
        path("personen/invoer/", importing.import_list, name="import_list"),
        path("personen/invoer/<uuid:reference>/", importing.import_detail, name="import_detail"),
        path(
            "personen/invoer/<uuid:reference>/voortgang/",
            importing.import_progress,
            name="import_progress",
        ),
        # note_: the journal
        path("casussen/<uuid:reference>/notities/nieuw/", journal.note_add, name="note_add"),
        path(
            "casussen/<uuid:reference>/notities/lezers/", journal.note_readers, name="note_readers"
        ),
        # record_: the dossiers
        path("casussen/controleren/", checking.records_check, name="records_check"),
        path(
            "casussen/<uuid:reference>/dossier/<slug:kind>/nieuw/",
            dossiers.record_add,
            name="record_add",
        ),
        path(
            "casussen/<uuid:reference>/dossier/<slug:kind>/lezers/",
            dossiers.record_readers,
            name="record_readers",
        ),
        path(RECORD, dossiers.record_detail, name="record_detail"),
        path(f"{RECORD}wijzigen/", dossiers.record_change, name="record_change"),
        path(f"{RECORD}beeindigen/", dossiers.record_end, name="record_end"),
        path(f"{RECORD}intrekken/", dossiers.record_withdraw, name="record_withdraw"),
        path(f"{RECORD}corrigeren/", dossiers.record_correct, name="record_correct"),
        path(f"{RECORD}antwoorden/", dossiers.record_answer, name="record_answer"),
        path(
            "casussen/<uuid:reference>/verblijf/<uuid:record>/adres/",
            address.stay_address,
            name="stay_address",
        ),
        # location_: where people stay
        path("opvang/locaties/", shelter.location_list, name="location_list"),
        path("opvang/locaties/nieuw/<slug:slug>/", shelter.location_add, name="location_add"),
        path("opvang/locaties/<uuid:reference>/", shelter.location_change, name="location_change"),
        # register_: T1
        path("personen/aanmelden/", register_views.register_person, name="register_person"),
        path("personen/huishouden/", household.register_household, name="register_household"),
        path("personen/noodopvang/", register_views.register_emergency, name="register_emergency"),
        # person_: who somebody is
        path("personen/", overview.person_list, name="person_list"),
        path("personen/<uuid:reference>/", overview.person_detail, name="person_detail"),
        # one person, once
        path("personen/<uuid:reference>/dubbel/", linking.person_double, name="person_double"),
        path(
            "personen/<uuid:reference>/dubbel/<uuid:other>/",
            linking.person_link,
            name="person_link",
        ),
        path("personen/oordelen/<uuid:reference>/", linking.judgement_undo, name="judgement_undo"),
        path("personen/vragen/", elsewhere.questions_received, name="questions_received"),
        path("botsingen/<uuid:reference>/", linking.clash_detail, name="clash_detail"),
        path("botsingen/<uuid:reference>/terug/", linking.clash_undo, name="clash_undo"),
        path("botsingen/<uuid:reference>/antwoord/", linking.clash_answer, name="clash_answer"),
        # who looked
        path("verantwoording/", accountability.readings, name="readings"),
        path("verantwoording/verwerkingen/", accountability.activities, name="activities"),
    ],
    "casework",
)

urlpatterns = [path("", overview.home, name="home"), path("", include(pages))]
