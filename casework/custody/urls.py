from django.urls import path

from casework.custody import views

urlpatterns = [
    # custody: the dossiers of a facility that ends
    path("pilots/<uuid:reference>/dossiers/", views.custody, name="custody"),
    path(
        "pilots/<uuid:reference>/dossiers/bewaring/",
        views.custody_agreement,
        name="custody_agreement",
    ),
    path("dossierpakketten/<uuid:reference>/", views.custody_package, name="custody_package"),
    path(
        "dossierpakketten/<uuid:reference>/ontvangst/",
        views.custody_receipt,
        name="custody_receipt",
    ),
    path(
        "dossierpakketten/<uuid:reference>/terug/",
        views.custody_take_back,
        name="custody_take_back",
    ),
]
