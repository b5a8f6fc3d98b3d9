-- Who acts for the person of a case, under the policies of whoever asks: of the procedures that run, and of the objections
-- to decisions of the facility.
CREATE FUNCTION representatives_of(which bigint) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(DISTINCT btrim(p.representative)), '{}') FROM casework_procedure p
    WHERE p.case_id = which AND p.ended_at IS NULL AND btrim(p.representative) <> ''
      AND (p.result = 'pending' OR p.kind = 'objection_lvv_decision')
$$;

GRANT EXECUTE ON FUNCTION representatives_of TO lvv_app;
