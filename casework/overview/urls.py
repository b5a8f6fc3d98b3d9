from django.urls import path

from casework.overview import sharing_register, views

urlpatterns = [
    path("casussen/<uuid:reference>/", views.case_detail, name="case_detail"),
    path("casussen/<uuid:reference>/gedeeld/", sharing_register.case_shared, name="case_shared"),
    # person_: who somebody is
    path("personen/", views.person_list, name="person_list"),
    path("personen/<uuid:reference>/", views.person_detail, name="person_detail"),
]
