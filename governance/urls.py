from django.urls import include, path

from governance.convenants import approval_views as approvals
from governance.convenants import views
from governance.drafts import views as drafts
from governance.mandates import views as mandates
from governance.printing import views as printing

pages = (
    [
        path("convenanten/", views.convenant_list, name="convenant_list"),
        path("convenanten/mandaten/", mandates.mandate_list, name="mandate_list"),
        path("convenanten/<uuid:reference>/", views.convenant_detail, name="convenant_detail"),
        path("convenanten/<uuid:reference>/voorstel/", views.proposal_add, name="proposal_add"),
        path(
            "convenanten/voorstellen/<uuid:reference>/",
            views.proposal_decide,
            name="proposal_decide",
        ),
        path(
            "convenanten/instemming/<uuid:reference>/",
            approvals.approval_detail,
            name="approval_detail",
        ),
        path(
            "convenanten/instemming/<uuid:reference>/advies/",
            approvals.approval_advise,
            name="approval_advise",
        ),
        path(
            "convenanten/instemming/<uuid:reference>/bezwaar/",
            approvals.approval_object,
            name="approval_object",
        ),
        path(
            "convenanten/instemming/<uuid:reference>/besluit/",
            approvals.approval_record,
            name="approval_record",
        ),
        path("afdrukken/<uuid:reference>/", printing.printout_detail, name="printout_detail"),
        path(
            "afdrukken/<uuid:reference>/voortgang/",
            printing.printout_progress,
            name="printout_progress",
        ),
        path("afdrukken/<uuid:reference>/bestand/", printing.printout_file, name="printout_file"),
        # draft_: text that is not sent yet
        path("concepten/", drafts.draft_save, name="draft_save"),
        path("concepten/weg/", drafts.draft_discard, name="draft_discard"),
        path("concepten/<uuid:reference>/", drafts.draft_detail, name="draft_detail"),
    ],
    "governance",
)
urlpatterns = [path("", include(pages))]
