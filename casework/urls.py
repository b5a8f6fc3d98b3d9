from django.urls import include, path

from casework.accountability import views as accountability
from casework.cases import register_views
from casework.cases import views as cases
from casework.journal import views as journal
from casework.overview import views as overview

pages = (
    [
        # case_: one passage of one person
        path("casussen/", cases.case_list, name="case_list"),
        path("casussen/zoeken/", cases.case_search, name="case_search"),
        path("casussen/<uuid:reference>/", overview.case_detail, name="case_detail"),
        path("casussen/<uuid:reference>/waarom/", cases.case_why, name="case_why"),
        path("casussen/<uuid:reference>/betrekken/", cases.case_involve, name="case_involve"),
        path("casussen/<uuid:reference>/overnemen/", cases.case_take_over, name="case_take_over"),
        path("casussen/<uuid:reference>/informeren/", cases.case_briefing, name="case_briefing"),
        path("casussen/<uuid:reference>/dubbelen/", cases.case_doubles, name="case_doubles"),
        path("casussen/<uuid:reference>/deelname/<int:pk>/einde/", cases.involvement_end, name="involvement_end"),
        # note_: the journal
        path("casussen/<uuid:reference>/notities/nieuw/", journal.note_add, name="note_add"),
        path("casussen/<uuid:reference>/notities/lezers/", journal.note_readers, name="note_readers"),
        # register_: T1
        path("personen/aanmelden/", register_views.register_person, name="register_person"),
        path("personen/noodopvang/", register_views.register_emergency, name="register_emergency"),
        # person_: who somebody is
        path("personen/", overview.person_list, name="person_list"),
        path("personen/<uuid:reference>/", overview.person_detail, name="person_detail"),
        path("botsingen/<uuid:reference>/", overview.clash_answer, name="clash_answer"),
        # who looked
        path("verantwoording/", accountability.readings, name="readings"),
        path("verantwoording/verwerkingen/", accountability.activities, name="activities"),
    ],
    "casework",
)

urlpatterns = [path("", overview.home, name="home"), path("", include(pages))]
