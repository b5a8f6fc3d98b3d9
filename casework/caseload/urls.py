from django.urls import path

from casework.caseload import views

urlpatterns = [
    path("casussen/overdragen/", views.caseload_give, name="caseload_give"),
]
