from django.urls import path

from casework.journey import views

urlpatterns = [
    # case_step: the steps of the journey
    path("casussen/<uuid:reference>/stap/<slug:slug>/", views.case_step, name="case_step"),
]
