-- All records of a case, read in one statement.

-- All records of some cases in one statement, under the policies of whoever asks. In plpgsql, so that its plan is kept:
-- planning forty policies anew for every page would cost more than running them.
CREATE FUNCTION dossier_rows(cases bigint[]) RETURNS TABLE (
    kind text, row_data jsonb, category text, team_ids integer[], visibility text, author integer, shared integer[],
    shared_until date, case_id bigint) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
$$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT 'identity_value', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_identityvalue r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'document', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_identitydocument r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'relation', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_relation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'briefing', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_briefing r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'research', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_identityresearch r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'stay', to_jsonb(r), 'contact_shelter'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_stay r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'allowance', to_jsonb(r), 'contact_shelter'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_allowance r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'note', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_note r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'contact', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_contact r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'signal', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_signal r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'procedure', to_jsonb(r), 'procedures'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_procedure r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'procedure_step', to_jsonb(r), 'procedures'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_procedurestep r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'residence_title', to_jsonb(r), 'procedures'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_residencetitle r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'departure_plan', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_departureplan r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'travel_document', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_traveldocument r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'travel_document_step', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_traveldocumentstep r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'mediation', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_mediation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'return_support', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_returnsupport r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'supervision', to_jsonb(r), 'public_order'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_supervision r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'legal_aid', to_jsonb(r), 'legal_aid'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_legalaid r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'limitation', to_jsonb(r), 'medical_limitation'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_medicallimitation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'medical', to_jsonb(r), 'medical_content'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_medicalrecord r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'consent', to_jsonb(r), 'medical_content'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_consent r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'hand_over', to_jsonb(r), 'outcome'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_receptionhandover r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'correction', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_correctionrequest r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'intake', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_intake r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'intake_report', to_jsonb(r), 'guidance'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_intakereport r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'dossier_request', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_dossierrequest r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'dossier', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_servicedossier r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'agenda_item', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_agendaitem r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'position', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_position r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'decision', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_conferencedecision r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'formal_decision', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_formaldecision r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'scenario', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_scenario r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'goal', to_jsonb(r), 'guidance'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_goal r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'action', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_action r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'task', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_task r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'escalation', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_escalation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'escalation_part', to_jsonb(r), 'conference'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_escalationpart r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'absence', to_jsonb(r), 'contact_shelter'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_absence r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'exit', to_jsonb(r), 'outcome'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_exit r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'confirmation', to_jsonb(r), 'outcome'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_confirmation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'check', to_jsonb(r), 'outcome'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_followupcheck r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'destination_report', to_jsonb(r), 'outcome'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_destinationreport r WHERE r.case_id = ANY (cases);
END
$$;

-- Of what I see of these cases, what one of their teams sees: the same judgement, over that team's rights of today, and
-- the rules that hold for steps and members of a household.
CREATE FUNCTION dossier_rows_of(cases bigint[], team integer) RETURNS TABLE (kind text, reference uuid)
    LANGUAGE sql STABLE AS
$$
    WITH has AS MATERIALIZED (SELECT r.category, r.verb FROM access_readers(ARRAY[team]) r),
    seen AS MATERIALIZED (SELECT d.* FROM dossier_rows(cases) d WHERE team = ANY (d.team_ids)),
    consents AS (
        SELECT d.case_id, w.organisation_id FROM seen d JOIN partners_team w ON w.id = d.author
        WHERE d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team AND d.row_data ->> 'ended_at' IS NULL
          AND (d.row_data ->> 'since')::date <= access_today() AND (d.row_data ->> 'until')::date > access_today()
          AND (d.row_data ->> 'withdrawn_on' IS NULL OR (d.row_data ->> 'withdrawn_on')::date > access_today())),
    judged AS MATERIALIZED (
        SELECT d.kind, d.row_data FROM seen d
        WHERE access_judge(
                  CASE WHEN EXISTS (SELECT FROM has h WHERE h.category = d.category AND h.verb = 'read') THEN ARRAY[team] ELSE '{}' END,
                  CASE WHEN EXISTS (SELECT FROM has h WHERE h.category = d.category AND h.verb = 'write') THEN ARRAY[team] ELSE '{}' END,
                  '{}', d.team_ids, access_openness(d.category, d.visibility), d.author, d.shared, d.shared_until, d.case_id)
           OR (d.row_data ->> 'source_team_id')::integer = team
              AND EXISTS (SELECT FROM has h WHERE h.category = d.category AND h.verb = 'write')
           OR d.category = 'medical_content'
              AND EXISTS (SELECT FROM consents c JOIN partners_team a ON a.organisation_id = c.organisation_id
                          WHERE c.case_id = d.case_id AND a.id = d.author)
              AND not_over(d.shared_until)
              AND (d.visibility = 'permitted_partners' OR d.visibility = 'selected_partners' AND team = ANY (d.shared))
           OR d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team AND EXISTS (SELECT FROM has)
           -- Who only attends the conference: the items that are for its team, and what hangs on them (below).
           OR d.kind = 'agenda_item' AND team = ANY (d.shared) AND EXISTS (SELECT FROM has h WHERE h.verb = 'attend')
           OR d.kind IN ('position', 'decision') AND EXISTS (SELECT FROM has h WHERE h.verb = 'attend')
           OR d.kind IN ('correction', 'hand_over', 'task', 'action') AND (d.row_data ->> 'to_team_id')::integer = team
              AND EXISTS (SELECT FROM has h WHERE h.category = d.category))
    SELECT j.kind, (j.row_data ->> 'reference')::uuid FROM judged j
    WHERE CASE j.kind
          WHEN 'procedure_step' THEN EXISTS (
              SELECT FROM judged p WHERE p.kind = 'procedure' AND p.row_data ->> 'id' = j.row_data ->> 'procedure_id')
          WHEN 'travel_document_step' THEN EXISTS (
              SELECT FROM judged p WHERE p.kind = 'travel_document' AND p.row_data ->> 'id' = j.row_data ->> 'application_id')
          WHEN 'position' THEN EXISTS (
              SELECT FROM judged p WHERE p.kind = 'agenda_item' AND p.row_data ->> 'id' = j.row_data ->> 'item_id')
          WHEN 'decision' THEN EXISTS (SELECT FROM has h WHERE h.category = 'conference' AND h.verb <> 'attend') OR EXISTS (
              SELECT FROM judged p WHERE p.kind = 'agenda_item' AND p.row_data ->> 'id' = j.row_data ->> 'item_id')
          WHEN 'relation' THEN j.row_data ->> 'other_id' IS NULL OR EXISTS (
              SELECT FROM casework_person p WHERE p.id = (j.row_data ->> 'other_id')::bigint AND team = ANY (p.team_ids)
                  AND EXISTS (SELECT FROM has h WHERE h.category = 'identity' AND h.verb = 'read'))
          ELSE true END
$$;

GRANT EXECUTE ON FUNCTION dossier_rows, dossier_rows_of TO lvv_app;
