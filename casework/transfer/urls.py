from django.urls import path

from casework.transfer import views

urlpatterns = [
    # transfer: to another pilot
    path("casussen/<uuid:reference>/overplaatsing/", views.transfer, name="transfer"),
    path(
        "casussen/<uuid:reference>/overplaatsing/begeleiding/",
        views.transfer_tick,
        name="transfer_tick",
    ),
    path(
        "casussen/<uuid:reference>/overplaatsing/terug/",
        views.transfer_take_back,
        name="transfer_take_back",
    ),
    path("overplaatsingen/<uuid:reference>/", views.transfer_offered, name="transfer_offered"),
]
