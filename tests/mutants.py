"""`make mutants`: loosen one rule at a time and see that a test notices. A rule that nobody misses
is not proved.

Works on a copy of the project; takes about half a minute for each rule, so it is not part of
`make test`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lvv import postgres
from lvv.common.env import BASE_DIR
from lvv.roles import make_roles

ACCESS = "governance/migrations/sql/access.sql"
SCOPE, WALL, DOSSIERS, FINDING, ONE, ELSEWHERE, LISTS, JOURNEY = (
    f"casework/migrations/sql/{name}.sql"
    for name in (
        "scope",
        "wall",
        "dossiers",
        "finding",
        "one_person",
        "elsewhere",
        "lists",
        "journey",
    )
)
LOG = "partners/migrations/sql/accountability.sql"

# file, what stands there, what it becomes
MUTANTS = [
    (ACCESS, "c.in_force_from <= day AND", "true AND"),
    (ACCESS, "(c.in_force_until IS NULL OR c.in_force_until > day)", "true"),
    (ACCESS, "(y.signed_on IS NULL OR y.signed_on > day)", "false"),
    (ACCESS, "AND u.is_active", ""),
    (ACCESS, "m.since <= day AND (m.until IS NULL OR m.until > day)", "true"),
    (ACCESS, "l.state <> 'closed' AND (l.closes_on", "(l.closes_on"),
    (ACCESS, "AND (l.closes_on IS NULL OR l.closes_on > day)", ""),
    (ACCESS, "AND y.organisation_id = t.organisation_id", ""),
    (ACCESS, "AND c.pilot_id = t.pilot_id", ""),
    (SCOPE, "access_user() <> who", "false"),
    (SCOPE, "g.since <= today AND g.until > today", "true"),
    (SCOPE, "AND l.state <> 'closed' AND (l.closes_on IS NULL OR l.closes_on > today)\n      -- A guest", "-- A guest"),
    (SCOPE, "AND (g.kind <> 'meeting' OR EXISTS (", "AND (true OR EXISTS ("),
    (JOURNEY, "AND g.kind = sort THEN greatest(g.until, ends)", "THEN greatest(g.until, ends)"),
    (JOURNEY, "AND o.kind IN ('avim', 'ministry', 'vng'));", "AND false);"),
    (JOURNEY, "AND y.kind IN ('avim', 'ministry', 'vng'))", "AND false)"),
    (JOURNEY, "WHERE c.team_ids && access_teams('read_identity')\n              AND p.same_as", "WHERE c.id = asked.case_id AND p.same_as"),
    (JOURNEY, "WHERE c.team_ids && access_teams('read_identity')\n              AND p.same_as", "WHERE p.same_as"),
    (JOURNEY, "AND (m.on >= access_today() OR m.opened_at IS NOT NULL)),", "),"),
    (JOURNEY, "AND t.to_team_id = ANY (c.team_ids)),", "),"),
    (WALL, "USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('person')))", "USING (true)"),
    (WALL, "USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('identity')))", "USING (true)"),
    (WALL, "OR c.team_ids && access_teams('read_' || tells)", "OR true"),
    (WALL, "$$ SELECT author = ANY (access_teams('write_' || category)) AND author = ANY (teams) $$", "$$ SELECT true $$"),
    (WALL, "AND k.team_id = ANY (c.team_ids)", ""),
    (WALL, "AND k.since <= access_today() AND k.until > access_today()", ""),
    (WALL, "AND (k.withdrawn_on IS NULL OR k.withdrawn_on > access_today())", ""),
    (WALL, "USING (EXISTS (SELECT FROM %2$I live WHERE live.id = %1$I.id))', past, record);\n    EXECUTE format('CREATE POLICY history_add", "USING (true)', past, record);\n    EXECUTE format('CREATE POLICY history_add"),
    (WALL, "WITH CHECK (team_ids <@ access_teams('write_identity') AND team_ids <> '{}'\n", "WITH CHECK (true\n"),
    (WALL, "AND EXISTS (SELECT FROM casework_person p WHERE p.id = person_id)", ""),
    (WALL, "AND (SELECT bool_and(t.pilot_id = casework_case.pilot_id)", "AND (SELECT true OR bool_and(t.pilot_id = casework_case.pilot_id)"),
    (WALL, "FOR UPDATE TO lvv_app USING (team_ids && access_teams('write'))", "FOR UPDATE TO lvv_app USING (true)"),
    (ACCESS, "USING (owner_id = access_user());\nGRANT SELECT, INSERT, UPDATE, DELETE ON governance_draft", "USING (true);\nGRANT SELECT, INSERT, UPDATE, DELETE ON governance_draft"),
    (ACCESS, "USING (owner_id = access_user());\nGRANT SELECT, INSERT, UPDATE, DELETE ON governance_formtoken", "USING (true);\nGRANT SELECT, INSERT, UPDATE, DELETE ON governance_formtoken"),
    (ONE, "USING (clash_is_mine(newer_case_id, newer_pilot_id, older_case_id, older_pilot_id));", "USING (true);"),
    (ONE, "AND s.pilot_id = o.pilot_id AND s.shielded_reason <> ''", "AND false"),
    (WALL, "AND a.organisation_id = w.organisation_id", ""),
    (SCOPE, "WHEN NEW.ground = 'made_known' THEN 'contact_shelter'", ""),
    (WALL, "cases && (SELECT access_managed_cases())", "true"),
    (WALL, "USING (actor_org_id = ANY (access_teams('privacy')))", "USING (true)"),
    (WALL, "USING (pilot_id = ANY (access_teams('coordinates')))", "USING (true)"),
    (WALL, "AND c.team_ids && access_teams('read_identity')\n$$", "\n$$"),
    (SCOPE, "NEW.person_id := OLD.person_id;", ""),
    (DOSSIERS, "AND o.kind IN ('dtv', 'municipality', 'ngo', 'shelter_operator')", ""),
    (SCOPE, "v.due_on <= today", "false"),
    (SCOPE, "AND l.municipality_id = s.organisation_id", ""),
    (LOG, "PERFORM pg_advisory_xact_lock(7305001);", ""),
    ("governance/access/wall.py", "clearance is not None\n            and", "False\n            and"),
    ("governance/access/middleware.py", "transaction.set_rollback(True)", "pass"),
    ("casework/cases/involving.py", "return category is None or clearance.reads(case, category) or", "return True or"),
    ("casework/cases/involving.py", "    if team not in teams or knows_team(", "    if True or knows_team("),
    ("casework/cases/involving.py", "if category is not None and team.pk not in clearance.teams:", "if False:"),
    ("casework/cases/perms.py", "        and (involvement.team_id in clearance.teams or can_involve(clearance, case))\n", ""),
    ("casework/cases/perms.py", "        and involvement.team_id != case.lead_team_id\n", ""),
    ("casework/cases/perms.py", "    ) and clearance.writes(case, Category.IDENTITY)\n", "    )\n"),
    ("casework/cases/perms.py", "case.lead_team_id in clearance.teams and case.case_manager_id", "case.case_manager_id"),
    ("casework/cases/involving.py", "        clearance.reads(case, category) for category in TELLS.values()\n", "        True for category in TELLS.values()\n"),
    ("partners/accounts/views.py", "if is_mfa_enabled(found.user):", "if False:"),
    ("partners/accountability/logs.py", "worker.cases_by_organisation(cases or {})", "{o: list(cases or {}) for o in worker.cases_by_organisation(cases or {})}"),
    (WALL, "a.cases && ARRAY[c.reference] AND a.outcome <> 'denied'\n", "a.cases && ARRAY[c.reference]\n"),
    (WALL, "OR c.lead_team_id = ANY (access_teams('teams'))", "OR true"),
    ("partners/accounts/closing.py", "by.pk in (reset.requested_by_id, reset.user_id)", "False"),
    ("partners/accounts/middleware.py", "if now - started >= settings.SESSION_ABSOLUTE_SECONDS:", "if False:"),
    ("partners/accounts/models.py", ".exclude(session_key=besides)", ""),
    (WALL, "AND (visible = 'permitted_partners' OR visible = 'selected_partners' AND shared", "AND (true OR visible = 'selected_partners' AND shared"),
    (WALL, "(author = ANY (reads) AND author = ANY (teams)\n", "(author = ANY (reads)\n"),
    (WALL, "shared && access_both(reads, teams)", "shared && reads"),
    (WALL, "OR (shared_until IS NULL OR shared_until > access_today())\n", "OR true\n"),
    (WALL, "OR author = ANY (writes) AND author = ANY (teams)\n", "OR author = ANY (writes)\n"),
    (WALL, "SELECT teams && reads\n", "SELECT true\n"),
    (WALL, "SELECT category <> 'public_order' AND author", "SELECT author"),
    (WALL, "AND l.id = ANY (access_teams('coordinates')))", ")"),
    (WALL, "WITH CHECK (source_team_id IS NULL AND access_writes", "WITH CHECK (access_writes"),
    (WALL, "to_team_id = ANY (team_ids) AND to_team_id = ANY (access_teams", "to_team_id = ANY (access_teams"),
    (SCOPE, "NEW := OLD;\n", "\n"),
    (DOSSIERS, "USING (EXISTS (SELECT FROM casework_procedure p", "USING (true OR EXISTS (SELECT FROM casework_procedure p"),
    (DOSSIERS, "USING (other_id IS NULL OR EXISTS", "USING (true OR EXISTS"),
    (DOSSIERS, "USING (team_id = ANY (access_teams('teams')) OR EXISTS (", "USING (true OR EXISTS ("),
    (DOSSIERS, "AND l.team_id = ANY (access_teams('teams')))", ")"),
    (DOSSIERS, "WHERE l.id = which AND l.pilot_id = ANY (access_teams('coordinates'))", "WHERE l.id = which"),
    (DOSSIERS, "s.team_ids && access_both(access_teams('read_shelter_address'), access_teams('read_contact_shelter'))", "true"),
    (DOSSIERS, "IF length(trim(why)) < 5 THEN", "IF false THEN"),
    (SCOPE, "NEW.team_ids := coalesce(access_teams_of_case(NEW.case_id), '{}');", ""),
    (SCOPE, "IF OLD.source_team_id IS NOT NULL AND OLD.author_team_id <> ALL (access_teams('teams')) THEN", "IF false THEN"),
    (WALL, "USING (access_writes(%s, team_ids, source_team_id))", "USING (true)"),
    (SCOPE, "RAISE EXCEPTION 'a record keeps its category' USING ERRCODE = 'check_violation';", "RETURN NEW;"),
    (WALL, "WITH CHECK (team_id = ANY (access_teams('teams')) AND until <= access_today())", "WITH CHECK (true)"),
    (DOSSIERS, "p.row_data ->> 'id' = j.row_data ->> 'procedure_id')", "true)"),
    (DOSSIERS, "team = ANY (p.team_ids)\n", "true\n"),
    (ONE, "IF NOT (access_teams_of_case(which) && access_teams('write_identity')) THEN", "IF false THEN"),
    (ONE, "      AND clash_is_mine(k.newer_case_id, k.newer_pilot_id, k.older_case_id, k.older_pilot_id)\n", ""),
    (ONE, "      AND NOT (k.newer_answer <> '' AND k.newer_answer = k.older_answer)  -- settled: first taken back\n", ""),
    (ONE, "    IF now_said.newer_answer = now_said.older_answer THEN", "    IF true THEN"),
    (ONE, "USING (EXISTS (SELECT FROM casework_case c WHERE c.person_id = one_id)\n           AND", "USING (true AND"),
    (ONE, "AND (c.lead_team_id = ANY (access_teams('teams')) OR c.pilot_id = ANY (access_teams('coordinates')))", ""),
    (ONE, "      AND EXISTS (SELECT FROM casework_case c WHERE c.person_id = k.id AND c.team_ids && access_teams('read_identity'))\n", ""),
    (ONE, "IF said = 'same' AND NOT answers_for_both", "IF false AND NOT answers_for_both"),
    (ONE, "WHERE answers_for_both AND why", "WHERE why"),
    (ONE, "answers_for_both AND why <> 'registration'", "answers_for_both"),
    (ONE, "AND j.answer = 'not_same' AND j.reason <> 'registration'", "AND j.answer = 'not_same'"),
    (ONE, "AND (cardinality(register_answers_for(ARRAY[j.one_id, j.other_id])) > 0", "AND (true"),
    (SCOPE, "WHERE k.same_as = ANY (people) GROUP BY k.same_as", "WHERE k.same_as = ANY (people) AND k.id = k.same_as GROUP BY k.same_as"),
    (ELSEWHERE, "IF NOT elsewhere_allowed(here.pilot_id, here.organisation) THEN", "IF false THEN"),
    (ELSEWHERE, "    WHERE elsewhere_allowed(c.pilot_id, t.organisation_id)\n", "    WHERE true\n"),
    (ELSEWHERE, "WHERE p.id = here.person_id AND s.shielded_reason <> ''", "WHERE false"),
    (ONE, "        NEW.same_as := NEW.id;\n    ELSIF", "        NEW.same_as := coalesce(NEW.same_as, NEW.id);\n    ELSIF"),
    (LISTS, "AND r.footprint = f.size", ""),
    (ELSEWHERE, "q.asked_at > now() - interval '1 hour') >= 10 THEN", "false) >= 10 THEN"),
    (ELSEWHERE, "AND NOT EXISTS (SELECT FROM casework_hit s WHERE s.question_id = q.id AND s.shielded)", ""),
    (ELSEWHERE, "WHERE p.id = which AND s.shielded_reason <> ''", "WHERE sp.id = which AND s.shielded_reason <> ''"),
    (ELSEWHERE, "o.kind IN ('municipality', 'ngo', 'shelter_operator')\n    WHERE c.reference = which", "true\n    WHERE c.reference = which"),
    (ELSEWHERE, "FOR SELECT TO lvv_app USING (pilot_id = ANY (access_teams('coordinates')));", "FOR SELECT TO lvv_app USING (true);"),
    (ELSEWHERE, "casework_contactrequest.pilot_id = ANY (q.pilots) AND ", ""),
    (ELSEWHERE, "AND trim(said) <> '' AND r.pilot_id = ANY (access_teams('coordinates'));", "AND trim(said) <> '';"),
    (LISTS, "USING (owner_id = access_user() AND team_id = ANY (access_teams('teams')));", "USING (true);"),
    (LISTS, "USING (owner_id = access_user() AND team_id = ANY (access_teams('teams')));", "USING (owner_id = access_user());"),
    (LISTS, "USING (EXISTS (SELECT FROM casework_import i WHERE i.id = upload_id))", "USING (true)"),
    (LISTS, "USING (team_id = ANY (access_teams('teams')))", "USING (true)"),
    (LISTS, "USING (owner_id = access_user() OR organisation_id = ANY (access_teams('privacy')))", "USING (true)"),
    ("casework/importing/working.py", "if upload.state != S.UNDOING and upload.team not in perms.registering_teams(clearance):", "if False:"),
    ("casework/importing/working.py", "    return clearance.coordinates(upload.team.pilot_id) and any(", "    return True or any("),
    ("casework/importing/views.py", "int(case) in {shown for shown, _words in row.doubles}", "True"),
    ("casework/exporting/views.py", "    return f\"'{text}\" if text.startswith(FORMULA) else text", "    return text"),
    (ELSEWHERE, "USING (team_id = ANY (access_teams('read_identity')) AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))", "USING (true)"),
    (DOSSIERS, "                   AND c.team_ids && access_teams('read_shelter_address'))", ")"),
    (FINDING, "            WHERE access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,\n                               v.shared_until, v.case_id)\n", ""),
    (FINDING, "\n              AND access_reads('identity'", "\n              AND true >= access_reads('identity'"),
    (FINDING, "\n                  AND access_reads('identity'", "\n                  AND true >= access_reads('identity'"),
    (ONE, "AND c.case_manager_id = access_user()\n", "\n"),
    ("casework/cases/involving.py", "if theirs & hidden and not theirs & known}", "if False}"),
    ("casework/cases/involving.py", "or team.function != TeamFunction.LEGAL\n        and not (hides", "or not (hides"),
    ("casework/cases/involving.py", "return case.state in BEFORE_GUIDANCE and", "return False and"),
    ("casework/plan/views.py", "known_partners(request.clearance, case, teams) if marks(team) is None]", "known_partners(request.clearance, case, teams)]"),
    ("casework/conference/agenda.py", "if (team := teams.get(pk)) and knows_team(clearance, case, team)", "if (team := teams.get(pk))"),
    ("casework/overview/shared.py", "            if (shown, everybody) != shared.get(version.id, ([], False)):", "            if True:"),
    ("casework/dossiers/views.py", "    if saves and not meanwhile and form.is_valid():", "    if saves and form.is_valid():"),
]  # fmt: skip


def survives(copy: Path, path: str, old: str, new: str) -> bool:
    source = copy / path
    text = source.read_text(encoding="utf-8")
    if old not in text:
        sys.exit(f"{path} does not say: {old}")
    source.write_text(text.replace(old, new), encoding="utf-8")
    kept = "--reuse-db" if path.endswith(".py") else "--create-db"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-rf",
        "--no-header",
        "-p",
        "no:cacheprovider",
        kept,
        "-n",
        "2",
        "-m",
        "not browser and not slow and not setup",
        "--ignore",
        "tests/lvv",
        "--ignore",
        "tests/browser",
    ]
    try:
        done = subprocess.run(
            command,
            cwd=copy,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    finally:
        source.write_text(text, encoding="utf-8")
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if done.returncode and not failed:  # nothing was tried: the change is no working SQL or Python
        sys.exit(f"{path}: {new}\n{done.stdout[-3000:]}")
    print("SURVIVES" if not failed else "noticed ", path, repr(old[:70]), *failed[:1], flush=True)
    return not failed


def main(argv: Sequence[str]) -> None:
    wanted = [
        mutant for mutant in MUTANTS if not argv or any(word in " ".join(mutant) for word in argv)
    ]
    wanted.sort(
        key=lambda mutant: not mutant[0].endswith(".py")
    )  # first those that leave the database as it is
    with tempfile.TemporaryDirectory(prefix="lvv-mutants-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "project"
        shutil.copytree(
            BASE_DIR,
            copy,
            ignore=shutil.ignore_patterns(".git", ".venv", "var", ".*_cache", ".hypothesis"),
        )
        os.environ.update(
            LVV_DATA_DIR=folder,
            LVV_DEMO="1",
            LVV_MUTANTS="1",
            DJANGO_SETTINGS_MODULE="lvv.settings.test",
        )
        server = postgres.start()
        try:
            make_roles(server.url(), createdb=True)
            survivors = [mutant for mutant in wanted if survives(copy, *mutant)]
        finally:
            postgres.stop()
    sys.exit(f"{len(survivors)} of {len(wanted)} survive" if survivors else None)


if __name__ == "__main__":
    main(sys.argv[1:])
