-- What others recorded in some cases since a moment, under the policies of whoever asks: of every kind that is declared, and
-- the steps. The oldest first: who has seen these is
-- shown the next.
DO $do$
BEGIN
    EXECUTE 'CREATE FUNCTION changes_since(cases bigint[], since timestamptz, most integer)
        RETURNS TABLE (kind text, reference uuid, case_id bigint, recorded_at timestamptz)
        LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
        $$
        #variable_conflict use_column
        DECLARE
            me integer := access_user();
        BEGIN
            RETURN QUERY SELECT x.* FROM (
                (SELECT ''step''::text, s.reference, s.case_id, s.recorded_at FROM casework_steptaken s
                    WHERE s.case_id = ANY (cases) AND s.recorded_at > since AND s.by_id <> me AND s.number <> ''''
                    ORDER BY s.recorded_at LIMIT most) UNION ALL '
        || (SELECT string_agg(format('
                (SELECT %L, r.reference, r.case_id, r.recorded_at FROM %I r
                    WHERE r.case_id = ANY (cases) AND r.recorded_at > since AND r.author_id <> me AND r.ended_at IS NULL
                    ORDER BY r.recorded_at LIMIT most)', t.kind, t.name), ' UNION ALL' ORDER BY t.name)
            FROM access_record_table t)
        || ') x ORDER BY 4, 2 LIMIT most; END $$';
END
$do$;

GRANT EXECUTE ON FUNCTION changes_since TO lvv_app;

-- One's own, whoever one is.
CREATE POLICY look_own ON casework_lastlook FOR ALL TO lvv_app USING (user_id = access_user());

GRANT SELECT, INSERT, UPDATE ON casework_lastlook TO lvv_app;
