-- Records that were supplied on a partner's behalf are the partner's too; a record keeps its category; and what one
-- partner sees of a case follows the rules that hold for steps and members of a household.

CREATE OR REPLACE FUNCTION access_record_written() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    written record := NEW;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.team_ids := coalesce(access_teams_of_case(NEW.case_id), '{}');
    ELSIF current_user = 'lvv_app' THEN
        -- The team on whose behalf it was recorded ends it, and writes its own word in a record of its own.
        IF OLD.source_team_id IS NOT NULL AND OLD.author_team_id <> ALL (access_teams('teams')) THEN
            NEW := OLD;
            NEW.ended_at := written.ended_at;
            NEW.end_reason := written.end_reason;
            NEW.version := written.version;
        END IF;
        NEW.team_ids := OLD.team_ids;
        NEW.case_id := OLD.case_id;
        NEW.author_team_id := OLD.author_team_id;
        NEW.author_id := OLD.author_id;
        NEW.source_team_id := OLD.source_team_id;
        NEW.reference := OLD.reference;
        NEW.recorded_at := OLD.recorded_at;
    END IF;
    RETURN NEW;
END
$$;

-- Another category would show the earlier wordings to other readers.
CREATE FUNCTION access_category_kept() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION 'a record keeps its category' USING ERRCODE = 'check_violation';
END
$$;

DO
$$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('casework_identityvalue', '''identity'''), ('casework_identitydocument', '''identity'''),
        ('casework_relation', '''identity'''), ('casework_identityresearch', '''identity'''),
        ('casework_procedure', '''procedures'''), ('casework_procedurestep', '''procedures'''),
        ('casework_residencetitle', '''procedures'''), ('casework_departureplan', '''departure'''),
        ('casework_traveldocument', '''departure'''), ('casework_traveldocumentstep', '''departure'''),
        ('casework_mediation', '''departure'''), ('casework_returnsupport', '''departure'''),
        ('casework_legalaid', '''legal_aid'''), ('casework_medicallimitation', '''medical_limitation'''),
        ('casework_medicalrecord', '''medical_content'''), ('casework_note', 'category'), ('casework_contact', 'category'),
        ('casework_signal', 'category'), ('casework_correctionrequest', 'category')) t (name, category)
    LOOP
        IF one.category = 'category' THEN
            EXECUTE format('CREATE TRIGGER record_keeps_category BEFORE UPDATE ON %I FOR EACH ROW
                            WHEN (NEW.category <> OLD.category) EXECUTE FUNCTION access_category_kept()', one.name);
        ELSE
            EXECUTE format('CREATE POLICY record_of_source ON %I FOR SELECT TO lvv_app
                            USING (access_writes(%s, team_ids, source_team_id))', one.name, one.category);
        END IF;
    END LOOP;
END
$$;

-- A team that writes nothing here may still leave.
CREATE POLICY involvement_leave ON casework_involvement FOR UPDATE TO lvv_app
    USING (team_id = ANY (access_teams('teams')) AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))
    WITH CHECK (team_id = ANY (access_teams('teams')) AND until <= access_today());

CREATE OR REPLACE FUNCTION dossier_rows_of(cases bigint[], team integer) RETURNS TABLE (kind text, reference uuid)
    LANGUAGE sql STABLE AS
$$
    WITH has AS MATERIALIZED (SELECT r.category, r.verb FROM access_readers(ARRAY[team]) r),
    seen AS MATERIALIZED (SELECT d.* FROM dossier_rows(cases) d WHERE team = ANY (d.team_ids)),
    consents AS (
        SELECT d.case_id FROM seen d
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
           OR d.category = 'medical_content' AND d.case_id IN (SELECT c.case_id FROM consents c)
              AND (d.shared_until IS NULL OR d.shared_until > access_today())
              AND (d.visibility = 'permitted_partners' OR d.visibility = 'selected_partners' AND team = ANY (d.shared))
           OR d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team AND EXISTS (SELECT FROM has)
           OR d.kind IN ('correction', 'hand_over') AND (d.row_data ->> 'to_team_id')::integer = team
              AND EXISTS (SELECT FROM has h WHERE h.category = d.category))
    SELECT j.kind, (j.row_data ->> 'reference')::uuid FROM judged j
    WHERE CASE j.kind
          WHEN 'procedure_step' THEN EXISTS (
              SELECT FROM judged p WHERE p.kind = 'procedure' AND p.row_data ->> 'id' = j.row_data ->> 'procedure_id')
          WHEN 'travel_document_step' THEN EXISTS (
              SELECT FROM judged p WHERE p.kind = 'travel_document' AND p.row_data ->> 'id' = j.row_data ->> 'application_id')
          WHEN 'relation' THEN j.row_data ->> 'other_id' IS NULL OR EXISTS (
              SELECT FROM casework_person p WHERE p.id = (j.row_data ->> 'other_id')::bigint AND team = ANY (p.team_ids)
                  AND EXISTS (SELECT FROM has h WHERE h.category = 'identity' AND h.verb = 'read'))
          ELSE true END
$$;
