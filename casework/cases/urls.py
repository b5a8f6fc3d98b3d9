from django.urls import path

from casework.cases import search, views

urlpatterns = [
    # case_: one passage of one person
    path("casussen/", views.case_list, name="case_list"),
    path("casussen/zoeken/", search.case_search, name="case_search"),
    path("casussen/<uuid:reference>/waarom/", views.case_why, name="case_why"),
    path("casussen/<uuid:reference>/betrekken/", views.case_involve, name="case_involve"),
    path("casussen/<uuid:reference>/overnemen/", views.case_take_over, name="case_take_over"),
    path("casussen/<uuid:reference>/contactpersoon/", views.case_contact, name="case_contact"),
    path(
        "casussen/<uuid:reference>/deelname/<uuid:involvement>/einde/",
        views.involvement_end,
        name="involvement_end",
    ),
]
