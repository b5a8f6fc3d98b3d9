from django.urls import include, path

from governance.convenants import views

pages = (
    [
        path("convenanten/", views.convenant_list, name="convenant_list"),
        path("convenanten/<uuid:reference>/", views.convenant_detail, name="convenant_detail"),
        path("convenanten/<uuid:reference>/voorstel/", views.proposal_add, name="proposal_add"),
        path("convenanten/voorstellen/<uuid:reference>/", views.proposal_decide, name="proposal_decide"),
    ],
    "governance",
)
urlpatterns = [path("", include(pages))]
