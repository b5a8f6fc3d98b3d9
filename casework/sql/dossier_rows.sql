-- All records of a case, read in one statement; and which team reads a record.

-- All records of some cases in one statement, under the policies of whoever asks: written out from the kinds that are
-- declared. In plpgsql, so that its plan is kept: planning forty policies anew for every page would cost more than running
-- them.
DO $do$
BEGIN
    EXECUTE 'CREATE FUNCTION dossier_rows(cases bigint[]) RETURNS TABLE (
        kind text, row_data jsonb, category text, team_ids integer[], visibility text, author integer, shared integer[],
        shared_until date, case_id bigint) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
        $$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY '
        || (SELECT string_agg(format('
            SELECT %L, to_jsonb(r), %s::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
                FROM %I r WHERE r.case_id = ANY (cases)',
                t.kind, coalesce(quote_literal(t.category), 'r.category'), t.name), ' UNION ALL' ORDER BY t.name)
            FROM access_record_table t)
        || '; END $$';
END
$do$;

-- Whether one team reads a record, by what it may today (`has`, such as read_identity): the same judgement as the policies
-- make of whoever asks. `consented`: a consent names it; `addressed`: the record asks it; `named`: the record is such a consent.
CREATE FUNCTION access_team_reads(team integer, has text[], of text, teams integer[], visible text, author integer, source integer,
                                  shared integer[], shared_until date, consented boolean, addressed boolean, named boolean) RETURNS boolean
    LANGUAGE sql STABLE AS
$$
    SELECT access_judge(CASE WHEN 'read_' || of = ANY (has) THEN ARRAY[team] ELSE '{}' END,
                        CASE WHEN 'write_' || of = ANY (has) THEN ARRAY[team] ELSE '{}' END,
                        '{}', teams, access_openness(of, visible), author, shared, shared_until, NULL)
        OR source = team AND 'write_' || of = ANY (has)
        OR of = 'medical_content' AND consented AND not_over(shared_until)
           AND (visible = 'permitted_partners' OR visible = 'selected_partners' AND team = ANY (shared))
        OR addressed AND has && ARRAY['read_' || of, 'write_' || of, 'attend_' || of]
        OR named AND has <> '{}'
$$;

-- The teams that would read such a record of this case, before it is written. `joining` would take part by it; `addressed`
-- it asks, or names if it is a consent: of medical content nothing is asked before it is written.
CREATE FUNCTION access_would_read(which bigint, of text, visible text, author integer, shared integer[], joining integer[],
                                  addressed integer[]) RETURNS SETOF integer LANGUAGE sql STABLE AS
$$
    SELECT r.team_id
    FROM (SELECT c.team_ids || joining AS teams FROM casework_case c WHERE c.id = which) c
    CROSS JOIN LATERAL (SELECT r.team_id, array_agg(r.verb || '_' || r.category) AS has
                        FROM access_readers(c.teams) r GROUP BY r.team_id) r
    WHERE access_team_reads(r.team_id, r.has, of, c.teams, visible, author, NULL, shared, NULL, EXISTS (
              SELECT FROM casework_consent k JOIN partners_team w ON w.id = k.author_team_id
              JOIN partners_team a ON a.organisation_id = w.organisation_id
              WHERE k.case_id = which AND k.team_id = r.team_id AND a.id = author AND k.ended_at IS NULL
                AND in_force(k.since, least(k.until, k.withdrawn_on))),
          r.team_id = ANY (addressed) AND of <> 'medical_content', r.team_id = ANY (addressed) AND of = 'medical_content')
$$;

-- Of what I see of these cases, what one of their teams sees: the same judgement, and the rules that hold for steps and
-- members of a household.
CREATE FUNCTION dossier_rows_of(cases bigint[], team integer) RETURNS TABLE (kind text, reference uuid)
    LANGUAGE sql STABLE AS
$$
    WITH has AS MATERIALIZED (SELECT r.category, r.verb FROM access_readers(ARRAY[team]) r),
    rights AS MATERIALIZED (SELECT coalesce(array_agg(h.verb || '_' || h.category), '{}') AS has FROM has h),
    seen AS MATERIALIZED (
        SELECT d.*, t.addressed, t.parent, p.kind AS parent_kind FROM dossier_rows(cases) d
        JOIN access_record_table t ON t.kind = d.kind LEFT JOIN access_record_table p ON p.name = t.parent_name
        WHERE team = ANY (d.team_ids)),
    consents AS (
        SELECT d.case_id, w.organisation_id FROM seen d JOIN partners_team w ON w.id = d.author
        WHERE d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team AND d.row_data ->> 'ended_at' IS NULL
          AND in_force((d.row_data ->> 'since')::date,
                       least((d.row_data ->> 'until')::date, (d.row_data ->> 'withdrawn_on')::date))),
    judged AS MATERIALIZED (
        SELECT d.kind, d.row_data, d.parent, d.parent_kind FROM seen d CROSS JOIN rights
        WHERE access_team_reads(
                  team, rights.has, d.category, d.team_ids, d.visibility, d.author, (d.row_data ->> 'source_team_id')::integer,
                  d.shared, d.shared_until,
                  EXISTS (SELECT FROM consents c JOIN partners_team a ON a.organisation_id = c.organisation_id
                          WHERE c.case_id = d.case_id AND a.id = d.author),
                  (d.row_data ->> 'to_team_id')::integer = team AND d.addressed,
                  d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team)
           -- Who only attends the conference: the items that are for its team, and what hangs on them (below).
           OR d.kind = 'agenda_item' AND team = ANY (d.shared) AND EXISTS (SELECT FROM has h WHERE h.verb = 'attend')
              AND conference_is_attended((d.row_data ->> 'meeting_id')::bigint, ARRAY[team])
           OR d.kind IN ('position', 'decision') AND EXISTS (SELECT FROM has h WHERE h.verb = 'attend'))
    SELECT j.kind, (j.row_data ->> 'reference')::uuid FROM judged j
    WHERE (j.parent = '' OR EXISTS (
              SELECT FROM judged p WHERE p.kind = j.parent_kind AND p.row_data ->> 'id' = j.row_data ->> j.parent))
      AND CASE j.kind
          WHEN 'decision' THEN EXISTS (SELECT FROM has h WHERE h.category = 'conference' AND h.verb <> 'attend') OR EXISTS (
              SELECT FROM judged p WHERE p.kind = 'agenda_item' AND p.row_data ->> 'id' = j.row_data ->> 'item_id')
          WHEN 'relation' THEN j.row_data ->> 'other_id' IS NULL OR EXISTS (
              SELECT FROM casework_person p WHERE p.id = (j.row_data ->> 'other_id')::bigint AND team = ANY (p.team_ids)
                  AND EXISTS (SELECT FROM has h WHERE h.category = 'identity' AND h.verb = 'read'))
          ELSE true END
$$;

GRANT SELECT ON access_record_table TO lvv_app;

GRANT EXECUTE ON FUNCTION access_team_reads, access_would_read, dossier_rows, dossier_rows_of TO lvv_app;
