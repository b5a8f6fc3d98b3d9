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

# file, what stands there, what it becomes
MUTANTS = [
    ("partners/sql/today.sql", "SELECT since <= day AND (until", "SELECT (until"),
    ("partners/sql/today.sql", "since <= day AND (until IS NULL OR until > day)", "since <= day"),
    ("partners/sql/today.sql", "SELECT until IS NULL OR until > day", "SELECT true"),
    ("governance/sql/agreements.sql", "in_force(c.in_force_from, c.in_force_until, day)", "true"),
    ("governance/sql/agreements.sql", "(y.signed_on IS NULL OR y.signed_on > day)", "false"),
    ("governance/sql/scope.sql", "AND u.is_active", ""),
    ("governance/sql/scope.sql", "in_force(m.since, m.until, day)", "true"),
    ("governance/sql/scope.sql", "l.state IN ('open', 'winding_down') AND not_over(", "not_over("),
    ("governance/sql/scope.sql", "AND not_over(l.closes_on, day)", ""),
    ("governance/sql/scope.sql", "AND y.organisation_id = t.organisation_id", ""),
    ("governance/sql/scope.sql", "AND c.pilot_id = t.pilot_id", ""),
    ("casework/sql/clearance.sql", "access_user() <> who", "false"),
    ("casework/sql/clearance.sql", "in_force(g.since, g.until, today)", "true"),
    ("casework/sql/clearance.sql", "AND l.state IN ('open', 'winding_down') AND not_over(l.closes_on, today)\n      -- A guest", "-- A guest"),
    ("casework/sql/clearance.sql", "AND (g.kind <> 'meeting' OR EXISTS (", "AND (true OR EXISTS ("),
    ("casework/sql/personal_grants.sql", "AND g.kind = sort THEN greatest(g.until, ends)", "THEN greatest(g.until, ends)"),
    ("casework/sql/personal_grants.sql", "AND o.kind IN ('avim', 'ministry', 'vng'))", "AND false)"),
    ("casework/sql/personal_grants.sql", "IF NOT FOUND OR NOT access_grantable(who) THEN", "IF NOT FOUND THEN"),
    ("casework/sql/escalation.sql", "OR NOT access_grantable(who)\n", "\n"),
    ("casework/sql/escalation.sql", "AND m.user_id <> who) >= seats", "AND m.user_id <> who) >= 99"),
    ("casework/sql/escalation.sql", "its_kind NOT IN ('municipality', 'ngo', 'ind', 'dtv')", "false"),
    ("casework/sql/transfer.sql", "OR NOT is_counterpart(left_by.author_id, access_user())", "OR false"),
    ("casework/sql/escalation.sql", "escalation_involved(asked.case_id, who) THEN", "false THEN"),
    ("casework/sql/escalation.sql", "OR asked.answer_due_on < access_today()", ""),
    ("casework/sql/escalation.sql", "WHERE c.team_ids && access_teams('read_identity')\n          AND p.same_as", "WHERE c.id = which AND p.same_as"),
    ("casework/sql/escalation.sql", "WHERE c.team_ids && access_teams('read_identity')\n          AND p.same_as", "WHERE p.same_as"),
    ("casework/sql/journey_facts.sql", "AND (m.on >= access_today() OR m.opened_at IS NOT NULL)),", "),"),
    ("casework/sql/journey_facts.sql", "AND t.to_team_id = ANY (c.team_ids)),", "),"),
    ("casework/sql/cases.sql", "USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('person')))", "USING (true)"),
    ("casework/sql/cases.sql", "USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('identity')))", "USING (true)"),
    ("casework/sql/involvements.sql", "OR c.team_ids && access_teams('read_' || reveals)", "OR true"),
    ("partners/sql/counterparts.sql", "coalesce(one <> other, false) AND NOT EXISTS", "coalesce(one <> other, false) AND true OR NOT EXISTS"),
    ("partners/sql/counterparts.sql", "SELECT i.user_id, i.issued_by_id, i.issued_at FROM partners_invitation i", "SELECT i.user_id, i.user_id, i.issued_at FROM partners_invitation i"),
    ("partners/accounts/roles.py", "if row.confirmed_by_id or row.given_by_id is None or by.pk == row.user_id:", "if row.confirmed_by_id:"),
    ("partners/accounts/roles.py", "if not is_counterpart(row.given_by_id, by):", "if False:"),
    ("partners/accounts/roles.py", "today + timedelta(days=1)\n", "today\n"),
    ("partners/accounts/roles.py", "        membership.since = membership.until = None\n", "        pass\n"),
    ("partners/accounts/roles.py", "and membership.team.function == TeamFunction.SHELTER\n", "and True\n"),
    ("partners/accounts/lifecycle.py", "by.pk != reset.user_id and is_counterpart(reset.requested_by_id, by)", "by.pk not in (reset.user_id, reset.requested_by_id)"),
    ("governance/sql/scope.sql", "l.state IN ('open', 'winding_down') AND not_over(", "l.state <> 'closed' AND not_over("),
    ("governance/sql/agreements.sql", "AND a.confirmed_at IS NULL) THEN", "AND false) THEN"),
    ("governance/convenants/approvals.py", "opened = writing[change.category] if \"read\" in change.gains else set()", "opened = set()"),
    ("governance/convenants/perms.py", "        and is_counterpart(approval.recorded_by_id, clearance.user_id)", "        and True"),
    ("governance/convenants/perms.py", "        and is_counterpart(proposal.proposed_by_id, clearance.user_id)", "        and True"),
    ("casework/outcomes/perms.py", "    return leads(reader) and is_counterpart(exit_.author_id, reader.clearance.user_id)", "    return leads(reader)"),
    ("casework/sql/clashes.sql", "OR is_counterpart(k.older_answered_by_id, access_user())) AS newer,", "OR true) AS newer,"),
    ("casework/cases/numbers.py", "if last and check_digit(year + first + second) != last:", "if False:"),
    ("casework/sql/cases.sql", "interim := substr(damm[interim + 1], substr(digits, place, 1)::integer + 1, 1)::integer;", "interim := 0;"),
    ("casework/sql/clashes.sql", "AND (k.raised_by_id IS DISTINCT FROM access_user() OR", "AND (true OR"),
    ("casework/sql/clashes.sql", "SELECT k.withdrawn_at IS NULL AND clash_is_mine", "SELECT clash_is_mine"),
    ("casework/sql/clashes.sql", "AND mine.municipality_id = ANY (access_teams('privacy'))", ""),
    ("casework/sql/clashes.sql", "HAVING count(*) > most", "HAVING count(*) > 0"),
    ("casework/sql/known_elsewhere.sql", "SELECT coalesce(sum(q.compared), 0)", "SELECT 0 * count(*)"),
    ("casework/sql/known_elsewhere.sql", "SELECT DISTINCT ON (v.kind) v.kind::text", "SELECT v.kind::text"),
    ("casework/dossiers/acts.py", "        former.end(EndReason.REPLACED)", "        pass"),
    ("casework/sql/progress.sql", "USING (access_reads_step('identity', team_ids, case_id)\n       AND (", "USING ((", ),
    ("casework/sql/progress.sql", "category = 'conference' AND access_reads_step('conference', team_ids, case_id)", "category = 'conference'"),
    ("casework/sql/progress.sql", "category = 'guidance' AND access_reads_step('guidance', team_ids, case_id)", "category = 'guidance'"),
    ("casework/sql/progress.sql", "category = 'outcome' AND access_reads_step('outcome', team_ids, case_id)", "category = 'outcome'"),
    ("casework/sql/progress.sql", "OR which = ANY (access_granted(category)) $$", "$$"),
    ("casework/sql/progress.sql", "CREATE POLICY history_read ON casework_historicalprogress FOR SELECT TO lvv_app\n    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND access_reads_step(category, c.team_ids, c.id)))", "CREATE POLICY history_read ON casework_historicalprogress FOR SELECT TO lvv_app\n    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))"),
    ("casework/sql/progress.sql", "CREATE POLICY step_read ON casework_steptaken FOR SELECT TO lvv_app\n    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND access_reads_step(category, c.team_ids, c.id)))", "CREATE POLICY step_read ON casework_steptaken FOR SELECT TO lvv_app\n    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))"),
    ("casework/sql/progress.sql", "IF (here.left_on IS NOT NULL) <> (NEW.category = 'outcome') THEN", "IF false THEN"),
    ("casework/cases/models.py", "return CaseState.ADMITTED\n        return KnownState.OPEN", "return KnownState.OPEN\n        return KnownState.OPEN"),
    ("casework/cases/case_reader.py", "            category is None\n            or self.reads(category)", "            True\n            or self.reads(category)"),
    ("casework/journey/acts.py", "team__in=reading,", "team__in=case.team_ids,"),
    ("casework/sql/wall.sql", "$$ SELECT author = ANY (access_teams('write_' || category)) AND author = ANY (teams) $$", "$$ SELECT true $$"),
    ("casework/sql/wall.sql", "AND k.team_id = ANY (c.team_ids)", ""),
    ("casework/sql/wall.sql", "AND in_force(k.since, k.until)", ""),
    ("casework/sql/wall.sql", "AND (k.withdrawn_on IS NULL OR k.withdrawn_on > access_today())", ""),
    ("casework/sql/wall.sql", "WITH CHECK (history_user_id = access_user() AND EXISTS (", "WITH CHECK (EXISTS ("),
    ("casework/sql/progress.sql", "WITH CHECK (history_user_id = access_user()\n                AND EXISTS", "WITH CHECK (EXISTS"),
    ("casework/sql/wall.sql", "USING (EXISTS (SELECT FROM %2$I live WHERE live.id = %1$I.id))', past, record);\n    EXECUTE format('CREATE POLICY history_add", "USING (true)', past, record);\n    EXECUTE format('CREATE POLICY history_add"),
    ("casework/sql/cases.sql", "WITH CHECK (team_ids <@ access_teams('write_identity') AND team_ids <> '{}'\n", "WITH CHECK (true\n"),
    ("casework/sql/cases.sql", "AND EXISTS (SELECT FROM casework_person p WHERE p.id = person_id)", ""),
    ("casework/sql/cases.sql", "AND (SELECT bool_and(t.pilot_id = casework_case.pilot_id)", "AND (SELECT true OR bool_and(t.pilot_id = casework_case.pilot_id)"),
    ("casework/sql/cases.sql", "FOR UPDATE TO lvv_app USING (team_ids && access_teams('write'))", "FOR UPDATE TO lvv_app USING (true)"),
    ("governance/sql/drafts.sql", "ON governance_draft FOR ALL TO lvv_app USING (owner_id = access_user())", "ON governance_draft FOR ALL TO lvv_app USING (true)"),
    ("governance/sql/drafts.sql", "ON governance_formtoken FOR ALL TO lvv_app USING (owner_id = access_user())", "ON governance_formtoken FOR ALL TO lvv_app USING (true)"),
    ("casework/sql/clashes.sql", "USING (clash_is_told(casework_clash));", "USING (true);"),
    ("casework/sql/clashes.sql", "AND s.pilot_id = o.pilot_id AND s.shielded_reason <> ''", "AND false"),
    ("casework/sql/wall.sql", "AND a.organisation_id = w.organisation_id", ""),
    ("casework/sql/involvements.sql", "AND r.code = o.kind AND ground <> 'dossier_request'", "AND false"),
    ("casework/cases/case_reader.py", "if marked(team, category) in self.case.team_reveals", "if True"),
    ("casework/sql/audit_readers.sql", "cases && (SELECT access_managed_cases())", "true"),
    ("casework/sql/audit_readers.sql", "USING (actor_org_id = ANY (access_teams('privacy')))", "USING (true)"),
    ("casework/sql/audit_readers.sql", "USING (pilot_id = ANY (access_teams('coordinates')))", "USING (true)"),
    ("casework/sql/audit_readers.sql", "AND c.team_ids && access_teams('read_identity')\n$$", "\n$$"),
    ("casework/sql/cases.sql", "NEW.person_id := OLD.person_id;", ""),
    ("casework/sql/shelter.sql", "AND o.kind IN ('dtv', 'municipality', 'ngo', 'shelter_operator')", ""),
    ("casework/sql/involvements.sql", "v.due_on <= today", "false"),
    ("casework/sql/clearance.sql", "AND l.municipality_id = s.organisation_id", ""),
    ("partners/sql/audit.sql", "    PERFORM lock_audit();\n", ""),
    ("partners/sql/audit.sql", "coalesce(nullif(current_setting('lvv.user', true), '')::integer, row.actor_id)", "row.actor_id"),
    ("partners/accountability/heads.py", "        and (problem is None or head[\"seq\"] < problem[0])\n", ""),
    ("partners/accountability/heads.py", "        and known.get(head[\"seq\"]) == head[\"hash\"]\n", ""),
    ("partners/accountability/heads.py", "    if rows.filter(urgent).exists() or many.exists():", "    if many.exists():"),
    ("partners/accountability/heads.py", " | Q(role__contains=ADMINISTRATOR)", ""),
    ("partners/accountability/heads.py", "< AT_MOST_EVERY:", "< timedelta(0):"),
    ("casework/imports/acts.py", "            reason=\"stopped\" if upload.stopped else \"\",\n", ""),
    ("casework/sql/custody.sql", "AND d.handed_over_on IS NULL AND d.pilot_id = ANY (access_teams('coordinates')) FOR UPDATE", "AND d.handed_over_on IS NULL FOR UPDATE"),
    ("casework/sql/custody.sql", "IF (SELECT access_is_open(c.id, c.left_on) FROM casework_case c WHERE c.id = goes.case_id) THEN", "IF false THEN"),
    ("casework/sql/custody.sql", "AND (d.to_team_id IS NOT NULL OR d.receipt_on IS NOT NULL OR EXISTS (", "AND (EXISTS ("),
    ("casework/sql/custody.sql", "AND c.read_only_from IS NULL))) THEN", "AND false))) THEN"),
    ("casework/sql/transfer.sql", "AND x.confirmed_on = access_today() AND x.undone_on IS NULL", "AND x.undone_on IS NULL"),
    ("casework/sql/transfer.sql", "AND x.confirmed_on IS NOT NULL AND x.undone_on IS NULL AND x.ended_at IS NULL;", "AND x.confirmed_on IS NOT NULL;"),
    ("casework/sql/transfer.sql", "here.pilot_id <> ALL (access_teams('coordinates')) OR", "false OR"),
    ("casework/sql/transfer.sql", "x.confirmed_by_id = access_user() AND x.outcome <> 'moved_to_other_pilot'", "x.outcome <> 'moved_to_other_pilot'"),
    ("casework/sql/open_questions.sql", "WHERE r.id = which AND r.author_id = access_user()", "WHERE r.id = which"),
    ("lvv/checks.py", "    if not sql.is_current():", "    if False:"),
    ("governance/access/wall.py", "clearance is not None\n            and", "False\n            and"),
    ("governance/access/middleware.py", "transaction.set_rollback(True)", "pass"),
    ("lvv/middleware.py", "    yield request.path_info\n", ""),
    ("lvv/middleware.py", "            yield from (name, *map(str, values))", "            yield from map(str, values)"),
    ("lvv/middleware.py", "        yield name\n        for file", "        for file"),
    ("lvv/middleware.py", " or is_deep(request.POST.get(CREDENTIAL, \"\"))", ""),
    ("lvv/common/untrusted.py", "if not text or is_deep(text):", "if not text:"),
    ("lvv/common/untrusted.py", "    if any(map(is_odd, _texts(result))):", "    if False:"),
    ("governance/access/middleware.py", "(403, 404, 405)", "(403, 404)"),
    ("governance/access/middleware.py", "        if isinstance(error, REFUSALS):", "        if False:"),
    ("governance/access/middleware.py", "worker, outcome, _tried(request))", "worker, outcome)"),
    ("governance/access/middleware.py", "typed_text_left_behind.send_robust(", "typed_text_left_behind.send("),
    ("partners/accounts/middleware.py", "        refuse(request)\n", ""),
    ("casework/sql/audit_readers.sql", "|| array_agg(p.reference)", ""),
    ("casework/cases/case_reader.py", "category == Category.IDENTITY or self.reads(category) for", "True for"),
    ("casework/cases/case_reader.py", "        if self.may_know(source):\n", "        if True:\n"),
    ("casework/cases/filters.py", "result |= takes_part & knows", "result |= takes_part"),
    ("casework/sql/cases.sql", "NEW.team_reveals := OLD.team_reveals;", ""),
    ("casework/cases/perms.py", "        and (involvement.team_id in reader.clearance.teams or can_involve(reader))\n", ""),
    ("casework/cases/perms.py", "        and involvement.team_id != reader.case.lead_team_id\n", ""),
    ("casework/registration/perms.py", "coordinates) and reader.writes(Category.IDENTITY)\n", "coordinates)\n"),
    ("casework/cases/perms.py", "return reader.team_leads and not reader.manages", "return not reader.manages"),
    ("casework/cases/case_reader.py", "            self.reads(category)\n            for revealed", "            True\n            for revealed"),
    ("partners/accounts/views.py", "if is_mfa_enabled(result.user):", "if False:"),
    ("partners/accounts/scoped_admin.py", "return lookup in {self._sent_by(name) for name in self.list_filter}", "return True"),
    ("partners/accounts/scoped_admin.py", "return to_field == self.opts.pk.name", "return True"),
    ("partners/accounts/admin_site.py", "if request.user.is_authenticated and not self.has_permission(request):", "if False:"),
    ("partners/accountability/logs.py", "or acts or activity.shows_workers):", "or acts):"),
    ("partners/accountability/logs.py", "worker.cases_by_organisation(cases or {})", "{o: list(cases or {}) for o in worker.cases_by_organisation(cases or {})}"),
    ("casework/sql/audit_readers.sql", "a.cases && ARRAY[c.reference] AND a.outcome = 'done'\n", "a.cases && ARRAY[c.reference]\n"),
    ("casework/sql/involvements.sql", "OR c.lead_team_id = ANY (access_teams('teams'))", "OR true"),
    ("partners/accounts/middleware.py", "if now - started >= settings.SESSION_ABSOLUTE_SECONDS:", "if False:"),
    ("partners/accounts/models.py", ".exclude(session_key=besides)", ""),
    ("casework/sql/wall.sql", "AND (visible = 'permitted_partners' OR visible = 'selected_partners' AND shared", "AND (true OR visible = 'selected_partners' AND shared"),
    ("casework/sql/wall.sql", "(author = ANY (reads) AND author = ANY (teams)\n", "(author = ANY (reads)\n"),
    ("casework/sql/wall.sql", "shared && access_both(reads, teams)", "shared && reads"),
    ("casework/sql/wall.sql", "OR not_over(shared_until)\n", "OR true\n"),
    ("casework/sql/wall.sql", "OR author = ANY (writes) AND author = ANY (teams)\n", "OR author = ANY (writes)\n"),
    ("casework/sql/wall.sql", "SELECT teams && reads\n", "SELECT true\n"),
    ("casework/sql/wall.sql", "SELECT category <> 'public_order' AND author", "SELECT author"),
    ("casework/sql/wall.sql", "AND l.id = ANY (access_teams('coordinates')))", ")"),
    ("casework/sql/wall.sql", "WITH CHECK (source_team_id IS NULL AND access_writes", "WITH CHECK (access_writes"),
    ("casework/sql/wall.sql", "to_team_id = ANY (team_ids) AND to_team_id = ANY (access_teams", "to_team_id = ANY (access_teams"),
    ("casework/sql/record_triggers.sql", "NEW := OLD;\n", "\n"),
    ("casework/sql/records.sql", "USING (EXISTS (SELECT FROM %2$I p", "USING (true OR EXISTS (SELECT FROM %2$I p"),
    ("casework/sql/records.sql", "USING (other_id IS NULL OR EXISTS", "USING (true OR EXISTS"),
    ("casework/sql/shelter.sql", "USING (team_id = ANY (access_teams('teams')) OR EXISTS (", "USING (true OR EXISTS ("),
    ("casework/sql/address.sql", "AND l.team_id = ANY (access_teams('teams')))", ")"),
    ("casework/sql/address.sql", "WHERE l.id = which AND l.pilot_id = ANY (access_teams('coordinates'))", "WHERE l.id = which"),
    ("casework/sql/address.sql", "s.team_ids && access_both(access_teams('read_shelter_address'), access_teams('read_contact_shelter'))", "true"),
    ("casework/sql/address.sql", "IF length(trim(why)) < 5 THEN", "IF false THEN"),
    ("casework/sql/record_triggers.sql", "NEW.team_ids := coalesce(access_teams_of_case(NEW.case_id), '{}');", ""),
    ("casework/sql/record_triggers.sql", "IF OLD.source_team_id IS NOT NULL AND OLD.author_team_id <> ALL (access_teams('teams')) THEN", "IF false THEN"),
    ("casework/sql/wall.sql", "USING (access_writes(%s, team_ids, source_team_id))", "USING (true)"),
    ("casework/sql/record_triggers.sql", "RAISE EXCEPTION 'a record keeps its category' USING ERRCODE = 'check_violation';", "RETURN NEW;"),
    ("casework/sql/involvements.sql", "WITH CHECK (team_id = ANY (access_teams('teams')) AND until <= access_today())", "WITH CHECK (true)"),
    ("casework/sql/dossier_rows.sql", "p.row_data ->> 'id' = j.row_data ->> j.parent))", "true))"),
    ("casework/sql/dossier_rows.sql", "team = ANY (p.team_ids)\n", "true\n"),
    ("casework/sql/clashes.sql", "IF NOT (access_teams_of_case(which) && access_teams('write_identity')) THEN", "IF false THEN"),
    ("casework/sql/clashes.sql", "      AND clash_is_told(k)\n", ""),
    ("casework/sql/clashes.sql", "      AND NOT (k.newer_answer <> '' AND k.newer_answer = k.older_answer)  -- settled: first taken back\n", ""),
    ("casework/sql/clashes.sql", "    IF now_said.newer_answer = now_said.older_answer THEN", "    IF true THEN"),
    ("casework/sql/links.sql", "USING (EXISTS (SELECT FROM casework_case c WHERE c.person_id = one_id)\n           AND", "USING (true AND"),
    ("casework/sql/links.sql", "AND (c.lead_team_id = ANY (access_teams('teams')) OR c.pilot_id = ANY (access_teams('coordinates')))", ""),
    ("casework/sql/links.sql", "      AND EXISTS (SELECT FROM casework_case c WHERE c.person_id = k.id AND c.team_ids && access_teams('read_identity'))\n", ""),
    ("casework/sql/links.sql", "IF said = 'same' AND NOT answers_for_both", "IF false AND NOT answers_for_both"),
    ("casework/sql/links.sql", "WHERE answers_for_both AND why", "WHERE why"),
    ("casework/sql/links.sql", "answers_for_both AND why <> 'registration'", "answers_for_both"),
    ("casework/sql/clashes.sql", "AND j.answer = 'not_same' AND j.reason <> 'registration'", "AND j.answer = 'not_same'"),
    ("casework/sql/links.sql", "AND (cardinality(register_answers_for(ARRAY[j.one_id, j.other_id])) > 0", "AND (true"),
    ("casework/sql/projections.sql", "WHERE k.same_as = ANY (people) GROUP BY k.same_as", "WHERE k.same_as = ANY (people) AND k.id = k.same_as GROUP BY k.same_as"),
    ("casework/sql/known_elsewhere.sql", "IF NOT elsewhere_allowed(here.pilot_id, here.organisation) THEN", "IF false THEN"),
    ("casework/sql/known_elsewhere.sql", "    WHERE elsewhere_allowed(c.pilot_id, t.organisation_id)\n", "    WHERE true\n"),
    ("casework/sql/known_elsewhere.sql", "WHERE p.id = here.person_id AND s.shielded_reason <> ''", "WHERE false"),
    ("casework/sql/links.sql", "        NEW.same_as := NEW.id;\n    ELSIF", "        NEW.same_as := coalesce(NEW.same_as, NEW.id);\n    ELSIF"),
    ("casework/sql/imports.sql", "AND r.footprint = f.size", ""),
    ("casework/sql/known_elsewhere.sql", "q.asked_at > now() - interval '1 hour') > 10 THEN", "false) >= 10 THEN"),
    ("casework/sql/known_elsewhere.sql", "AND NOT EXISTS (SELECT FROM casework_hit s WHERE s.question_id = q.id AND s.shielded)", ""),
    ("casework/sql/known_elsewhere.sql", "WHERE p.id = which AND s.shielded_reason <> ''", "WHERE sp.id = which AND s.shielded_reason <> ''"),
    ("casework/sql/known_elsewhere.sql", "o.kind IN ('municipality', 'ngo', 'shelter_operator')\n    WHERE c.reference = which", "true\n    WHERE c.reference = which"),
    ("casework/sql/known_elsewhere.sql", "FOR SELECT TO lvv_app USING (pilot_id = ANY (access_teams('coordinates')));", "FOR SELECT TO lvv_app USING (true);"),
    ("casework/sql/known_elsewhere.sql", "casework_contactrequest.pilot_id = ANY (q.pilots) AND ", ""),
    ("casework/sql/known_elsewhere.sql", "AND trim(said) <> '' AND r.pilot_id = ANY (access_teams('coordinates'));", "AND trim(said) <> '';"),
    ("casework/sql/imports.sql", "USING (owner_id = access_user() AND team_id = ANY (access_teams('teams')));", "USING (true);"),
    ("casework/sql/imports.sql", "USING (owner_id = access_user() AND team_id = ANY (access_teams('teams')));", "USING (owner_id = access_user());"),
    ("casework/sql/imports.sql", "USING (EXISTS (SELECT FROM casework_import i WHERE i.id = upload_id))", "USING (true)"),
    ("casework/sql/imports.sql", "USING (team_id = ANY (access_teams('teams')))", "USING (true)"),
    ("casework/sql/imports.sql", "CREATE POLICY import_file_own ON casework_importfile FOR ALL TO lvv_app\n    USING (EXISTS (SELECT FROM casework_import i WHERE i.id = upload_id))", "CREATE POLICY import_file_own ON casework_importfile FOR ALL TO lvv_app\n    USING (true)"),
    ("casework/sql/imports.sql", "    DELETE FROM casework_importfile WHERE upload_id = which;\n", ""),
    ("casework/sql/imports.sql", "    DELETE FROM casework_importfile f USING casework_import i\n        WHERE i.id = f.upload_id AND i.uploaded_at < access_today() - 14;\n", ""),
    ("casework/imports/acts.py", "        file.delete()\n", "        pass\n"),
    ("casework/imports/acts.py", "                    return  # that may have taken long\n", "                    continue\n"),
    ("casework/imports/views.py", ".count() >= MOST_UNREAD:", ".count() >= 99:"),
    ("casework/imports/files.py", "if self.in_row > MOST_CELLS_IN_A_ROW:", "if False:"),
    ("casework/imports/files.py", "if self.cells > MOST_CELLS or", "if"),
    ("casework/imports/files.py", "if self.cells > MOST_CELLS or self.rows > MOST_ROWS_OF_A_SHEET:", "if self.cells > MOST_CELLS:"),
    ("casework/imports/files.py", "if self.rows and self.bytes > MOST_SHEET:", "if False:"),
    ("casework/imports/files.py", "if self.elements > MOST_ELEMENTS:", "if False:"),
    ("casework/imports/files.py", "load_workbook(counted, read_only", "load_workbook(io.BytesIO(content), read_only"),
    ("casework/imports/files.py", "if texts > MOST_TEXTS:", "if False:"),
    ("casework/imports/files.py", "            if width > MOST_CELLS_IN_A_ROW:", "            if False:"),
    ("casework/imports/files.py", "        if empty > MOST_ROWS:", "        if False:"),
    ("casework/imports/reader.py", "    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))\n", ""),
    ("casework/imports/reader.py", "            timeout=MOST_SECONDS,\n", ""),
    ("casework/imports/reader.py", "env=known |", "env=os.environ |"),
    ("casework/sql/exports.sql", "USING (owner_id = access_user() OR organisation_id = ANY (access_teams('privacy')))", "USING (true)"),
    ("casework/imports/acts.py", "if upload.state != S.UNDOING and upload.team not in perms.registering_teams(clearance):", "if False:"),
    ("casework/imports/acts.py", "    return clearance.coordinates(upload.team.pilot_id) and any(", "    return True or any("),
    ("casework/imports/views.py", "int(case) in {visible for visible, _words in row.doubles}", "True"),
    ("casework/exports/views.py", "    return f\"'{text}\" if text.startswith(FORMULA) else text", "    return text"),
    ("casework/sql/known_elsewhere.sql", "USING (team_id = ANY (access_teams('read_identity')) AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))", "USING (true)"),
    ("casework/sql/address.sql", "                   AND c.team_ids && access_teams('read_shelter_address'))", ")"),
    ("casework/sql/matching.sql", "            WHERE access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,\n                               v.shared_until, v.case_id)\n", ""),
    ("casework/sql/search.sql", "\n              AND access_reads('identity'", "\n              AND true >= access_reads('identity'"),
    ("casework/sql/search.sql", "\n                  AND access_reads('identity'", "\n                  AND true >= access_reads('identity'"),
    ("casework/sql/links.sql", "AND c.case_manager_id = access_user()\n", "\n"),
    ("casework/cases/case_reader.py", "if theirs & hidden and not theirs & known", "if False"),
    ("casework/cases/case_reader.py", "or team.function != TeamFunction.LEGAL", "or True"),
    ("casework/plan/views.py", "for team in reader.partners if reveals_always(team) is None]", "for team in reader.partners]"),
    ("casework/conference/item_views.py", "known = reader.named(item.shared_team_ids)", "known = [reader.teams[pk] for pk in item.shared_team_ids if pk in reader.teams]"),
    ("casework/overview/sharing_register.py", "            if (visible, everybody) != shared.get(version.id, ([], False)):", "            if True:"),
    ("casework/dossiers/views.py", "if saves and not meanwhile else None", "if saves else None"),
    ("partners/accountability/origin.py", "stated[-settings.TRUSTED_PROXIES]", "stated[0]"),
    ("partners/accounts/throttle.py", 'Counter("name and place", name, place)', 'Counter("name and place", name)'),
    ("partners/accounts/throttle.py", 'Counter("name and place", name, place)', 'Counter("name and place", place)'),
    ("partners/accounts/throttle.py", 'browser and _digest(name) in browser["names"]', "browser"),
    ("partners/accounts/throttle.py", 'browser and _digest(name) in browser["names"]', "False"),
    ("partners/accounts/throttle.py", "1 if is_busy else MOST", "MOST"),
    ("partners/accounts/throttle.py", "strip().upper()", "strip().lower()"),
    ("partners/accounts/first_administrators.py", "if any(user.has_usable_password() for user in present.values()):", "if False:"),
    ("partners/accounts/first_administrators.py", "if present and set(present) != set(names):", "if False:"),
    ("partners/admin.py", "return own | without_two_administrators() if is_national(request) else own", "return own | without_two_administrators()"),
    ("partners/admin.py", ".filter(people__gte=2)", ".filter(people__gte=9)"),
    ("partners/admin.py", 'if data.get("user") == self.me:', "if False:"),
    ("partners/admin.py", 'if elsewhere and data.get("role") != Role.FUNCTIONAL_ADMIN:', "if False:"),
    ("lvv/sql/rights.sql", "GRANT SELECT ON lvv_heartbeat TO lvv_app;", "GRANT SELECT, INSERT, UPDATE ON lvv_heartbeat TO lvv_app;"),
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
