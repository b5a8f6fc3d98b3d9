-- Who acts for the person of a case, under the policies of whoever asks: of the procedures that run, and of the objections
-- to decisions of the facility.
CREATE FUNCTION representatives_of(which bigint) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(DISTINCT btrim(p.representative)), '{}') FROM casework_procedure p
    WHERE p.case_id = which AND p.ended_at IS NULL AND btrim(p.representative) <> ''
      AND (p.result = 'pending' OR p.kind = 'objection_lvv_decision')
$$;

GRANT EXECUTE ON FUNCTION representatives_of TO lvv_app;

-- To whom a copy of a formal decision goes tells of legal aid (R18), and of procedures that may be kept: it is read as if
-- the team that decided kept it, and added by that team, which takes part.
CREATE POLICY copy_read ON casework_decisioncopy FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_formaldecision d WHERE d.id = decision_id
                   AND access_reads('conference', d.team_ids, 'own_organisation', d.author_team_id, '{}', NULL, d.case_id)));

CREATE POLICY copy_add ON casework_decisioncopy FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_formaldecision d WHERE d.id = decision_id
                        AND access_writes('conference', d.team_ids, d.author_team_id)
                        AND (team_id IS NULL OR team_id = ANY (d.team_ids))));

-- No right to change or delete one.
GRANT SELECT, INSERT ON casework_decisioncopy TO lvv_app;
