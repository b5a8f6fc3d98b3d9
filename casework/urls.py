from django.urls import include, path

from casework.accountability import views as accountability
from casework.cases import household, register_views, searching
from casework.cases import views as cases
from casework.dossiers import address, checking
from casework.dossiers import views as dossiers
from casework.elsewhere import views as elsewhere
from casework.exporting import views as exporting
from casework.importing import views as importing
from casework.journal import views as journal
from casework.linking import views as linking
from casework.overview import shared
from casework.overview import views as overview
from casework.shelter import views as shelter

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
        path("casussen/<uuid:reference>/deelname/<int:pk>/einde/", cases.involvement_end, name="involvement_end"),
        path("casussen/uitvoer/", exporting.case_export, name="case_export"),
        # import_: lists that are taken over
        path("personen/invoer/", importing.import_list, name="import_list"),
        path("personen/invoer/<uuid:reference>/", importing.import_detail, name="import_detail"),
        path("personen/invoer/<uuid:reference>/voortgang/", importing.import_progress, name="import_progress"),
        # note_: the journal
        path("casussen/<uuid:reference>/notities/nieuw/", journal.note_add, name="note_add"),
        path("casussen/<uuid:reference>/notities/lezers/", journal.note_readers, name="note_readers"),
        # record_: the dossiers
        path("casussen/controleren/", checking.records_check, name="records_check"),
        path("casussen/<uuid:reference>/dossier/<slug:kind>/nieuw/", dossiers.record_add, name="record_add"),
        path("casussen/<uuid:reference>/dossier/<slug:kind>/lezers/", dossiers.record_readers, name="record_readers"),
        path(RECORD, dossiers.record_detail, name="record_detail"),
        path(f"{RECORD}wijzigen/", dossiers.record_change, name="record_change"),
        path(f"{RECORD}beeindigen/", dossiers.record_end, name="record_end"),
        path(f"{RECORD}intrekken/", dossiers.record_withdraw, name="record_withdraw"),
        path(f"{RECORD}corrigeren/", dossiers.record_correct, name="record_correct"),
        path(f"{RECORD}antwoorden/", dossiers.record_answer, name="record_answer"),
        path("casussen/<uuid:reference>/verblijf/<uuid:record>/adres/", address.stay_address, name="stay_address"),
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
        path("personen/<uuid:reference>/dubbel/<uuid:other>/", linking.person_link, name="person_link"),
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
