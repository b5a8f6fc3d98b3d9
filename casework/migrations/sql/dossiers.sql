-- What goes beyond one table of records: questions to another team, steps and members of a household, the protected
-- address, and reading all records of a case at once.

-- Who reads a category may ask its owner for a correction, also where she writes nothing of it.
CREATE POLICY correction_asked ON casework_correctionrequest FOR INSERT TO lvv_app
    WITH CHECK (source_team_id IS NULL AND author_team_id = ANY (access_teams('read_' || category))
                AND author_team_id = ANY (team_ids) AND answer = '');
CREATE POLICY correction_withdrawn ON casework_correctionrequest FOR UPDATE TO lvv_app
    USING (author_team_id = ANY (access_teams('read_' || category)) AND author_team_id = ANY (team_ids));

-- A step shows to whoever the procedure or application shows to, and is written where one writes that.
CREATE POLICY step_with_parent ON casework_procedurestep AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_procedure p WHERE p.id = procedure_id AND p.case_id = casework_procedurestep.case_id));
CREATE POLICY step_with_parent ON casework_traveldocumentstep AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_traveldocument p
                   WHERE p.id = application_id AND p.case_id = casework_traveldocumentstep.case_id));

-- Of a member of the household nothing shows that the reader does not see anyway, not even that she exists.
CREATE POLICY relation_other ON casework_relation AS RESTRICTIVE FOR ALL TO lvv_app
    USING (other_id IS NULL OR EXISTS (SELECT FROM casework_person p WHERE p.id = other_id));

-- ------------------------------------------------------------------ shelter

-- Whether somebody has a place today, whatever the local matrix lets the asker read: the departure service may not
-- leave while she has. Only for it and for those who may end its part, in a case in which they take part.
CREATE FUNCTION shelter_is_running(which bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT EXISTS (SELECT FROM casework_stay s WHERE s.case_id = which AND s.ended_at IS NULL
                   AND s.since <= access_today() AND (s.until IS NULL OR s.until > access_today()))
       AND EXISTS (SELECT FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id
                   JOIN casework_case c ON c.id = which
                   WHERE t.id = ANY (access_teams('teams')) AND t.id = ANY (c.team_ids)
                     AND o.kind IN ('dtv', 'municipality', 'ngo', 'shelter_operator'))
$$;

-- Locations have names, which who reads addresses may know; where they are stands apart.
ALTER TABLE casework_location ENABLE ROW LEVEL SECURITY;
CREATE POLICY location_read ON casework_location FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams')) OR EXISTS (
        SELECT FROM partners_team t WHERE t.pilot_id = casework_location.pilot_id
            AND t.id = ANY (access_teams('read_shelter_address'))));
CREATE POLICY location_add ON casework_location FOR INSERT TO lvv_app
    WITH CHECK (pilot_id = ANY (access_teams('coordinates')));
CREATE POLICY location_change ON casework_location FOR UPDATE TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')));
GRANT SELECT, INSERT, UPDATE ON casework_location TO lvv_app;
SELECT access_wall_around_history('casework_location', 'casework_historicallocation');

ALTER TABLE casework_locationaddress ENABLE ROW LEVEL SECURITY;
CREATE POLICY address_of_my_location ON casework_locationaddress FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_location l WHERE l.id = location_id AND l.team_id = ANY (access_teams('teams'))));
GRANT SELECT ON casework_locationaddress TO lvv_app;

ALTER TABLE casework_addressreading ENABLE ROW LEVEL SECURITY;
-- Who reads the address sees who else did; the case manager finds it in the audit log too.
CREATE POLICY address_reading_read ON casework_addressreading FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id
                   AND c.team_ids && access_teams('read_shelter_address')));
GRANT SELECT ON casework_addressreading TO lvv_app;

-- The address behind a stay that has begun and not ended, for a team of mine that takes part and reads addresses; with
-- a reason, which is kept (R19). Staff of the location itself reads the table. NULL if there is nothing for her.
CREATE FUNCTION shelter_address(which uuid, why text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    place record;
BEGIN
    IF length(trim(why)) < 5 THEN
        RAISE EXCEPTION 'an address is read with a reason' USING ERRCODE = 'check_violation';
    END IF;
    SELECT s.id, s.case_id, a.address,
           (access_both(s.team_ids, access_teams('read_shelter_address')))[1] AS team INTO place
    FROM casework_stay s JOIN casework_locationaddress a ON a.location_id = s.location_id
    WHERE s.reference = which AND s.ended_at IS NULL
      AND s.since <= access_today() AND (s.until IS NULL OR s.until > access_today())
      AND s.team_ids && access_both(access_teams('read_shelter_address'), access_teams('read_contact_shelter'))
      AND access_reads('contact_shelter', s.team_ids, s.visibility, s.author_team_id, s.shared_team_ids, s.shared_until,
                       s.case_id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO casework_addressreading (case_id, stay_id, user_id, team_id, reason, read_at)
    VALUES (place.case_id, place.id, access_user(), place.team, left(trim(why), 300), now());
    RETURN place.address;
END
$$;

-- A coordinator writes an address without reading the one that stood there.
CREATE FUNCTION shelter_write_address(which bigint, written text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM casework_location l WHERE l.id = which AND l.pilot_id = ANY (access_teams('coordinates'))) THEN
        RETURN false;
    END IF;
    INSERT INTO casework_locationaddress (location_id, address) VALUES (which, written)
    ON CONFLICT (location_id) DO UPDATE SET address = excluded.address;
    RETURN true;
END
$$;

-- ------------------------------------------------------------------ reading a case

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
        FROM casework_handover r WHERE r.case_id = ANY (cases)
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
        FROM casework_dossierdelivery r WHERE r.case_id = ANY (cases)
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
              AND (d.shared_until IS NULL OR d.shared_until > access_today())
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

REVOKE ALL ON FUNCTION shelter_is_running(bigint), shelter_address(uuid, text), shelter_write_address(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shelter_is_running(bigint), shelter_address(uuid, text), shelter_write_address(bigint, text)
    TO lvv_app;
