from django.urls import path

from casework.overview import (
    case_views,
    line_views,
    person_views,
    sharing_register,
    worklist_views,
)

urlpatterns = [
    path("veranderd/", worklist_views.changes, name="changes"),
    path("werklijst/<slug:kind>/<uuid:reference>/", line_views.line_act, name="line_act"),
    path("casussen/<uuid:reference>/", case_views.case_detail, name="case_detail"),
    path("casussen/<uuid:reference>/gedeeld/", sharing_register.case_shared, name="case_shared"),
    # person_: who somebody is
    path("personen/", person_views.person_list, name="person_list"),
    path("personen/<uuid:reference>/", person_views.person_detail, name="person_detail"),
]
