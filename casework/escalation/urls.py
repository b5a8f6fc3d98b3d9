from django.urls import path

from casework.escalation import views

urlpatterns = [
    path("casussen/<uuid:reference>/opschaling/", views.escalation, name="escalation"),
]
