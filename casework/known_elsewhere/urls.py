from django.urls import path

from casework.known_elsewhere import views

urlpatterns = [
    path("casussen/<uuid:reference>/elders/", views.case_elsewhere, name="case_elsewhere"),
    path("casussen/<uuid:reference>/afschermen/", views.case_shield, name="case_shield"),
    path("personen/vragen/", views.questions_received, name="questions_received"),
]
