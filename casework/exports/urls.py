from django.urls import path

from casework.exports import views

urlpatterns = [
    path("casussen/uitvoer/", views.case_export, name="case_export"),
]
