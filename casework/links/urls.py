from django.urls import path

from casework.links import views

urlpatterns = [
    path("casussen/<uuid:reference>/dubbelen/", views.case_doubles, name="case_doubles"),
    # one person, once
    path("personen/<uuid:reference>/dubbel/", views.person_double, name="person_double"),
    path(
        "personen/<uuid:reference>/dubbel/<uuid:other>/",
        views.person_link,
        name="person_link",
    ),
    path("personen/oordelen/<uuid:reference>/", views.judgement_undo, name="judgement_undo"),
    path("botsingen/<uuid:reference>/", views.clash_detail, name="clash_detail"),
    path("botsingen/<uuid:reference>/terug/", views.clash_undo, name="clash_undo"),
    path("botsingen/<uuid:reference>/antwoord/", views.clash_answer, name="clash_answer"),
]
