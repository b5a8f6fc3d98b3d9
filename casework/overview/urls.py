from django.urls import path

from casework.overview import case_views, person_views, sharing_register

urlpatterns = [
    path("casussen/<uuid:reference>/", case_views.case_detail, name="case_detail"),
    path("casussen/<uuid:reference>/gedeeld/", sharing_register.case_shared, name="case_shared"),
    # person_: who somebody is
    path("personen/", person_views.person_list, name="person_list"),
    path("personen/<uuid:reference>/", person_views.person_detail, name="person_detail"),
]
