from django.urls import path

from casework.registration import household_views, views

urlpatterns = [
    # register_: T1
    path("personen/aanmelden/", views.register_person, name="register_person"),
    path("personen/huishouden/", household_views.register_household, name="register_household"),
    path("personen/noodopvang/", views.register_emergency, name="register_emergency"),
    path("casussen/<uuid:reference>/informeren/", views.case_briefing, name="case_briefing"),
]
