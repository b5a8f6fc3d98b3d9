-- Cases in sight to be compared with somebody at the desk, or with everybody on a list, in one statement
-- (docs/matching.md): the same V-number; the same day of birth, exchanged or only its year, with one word of a name that
-- sounds the same; two such words, or the only one. `asked` is a list of {row, names, born, numbers}. At most `most` a row,
-- those of a number first, then of a birth, then of a name; of a very common name any `most`.
CREATE FUNCTION match_candidates(asked jsonb, most integer) RETURNS TABLE (row_asked integer, case_id bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
#variable_conflict use_column
BEGIN
    IF access_teams('read_identity') || access_teams('write_identity') = '{}' AND access_granted('identity') = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH claim AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(asked) AS c ("row" integer, names text[], born text[], numbers text[])),
    heard AS MATERIALIZED (
        SELECT c."row", ARRAY[one.sound, other.sound] AS sounds
        FROM claim c CROSS JOIN unnest(c.names) one (sound) JOIN unnest(c.names) other (sound) ON one.sound < other.sound
        UNION ALL
        SELECT c."row", c.names FROM claim c WHERE cardinality(c.names) = 1),
    hit AS (
        SELECT c."row", f.case_id, 1 AS rank FROM claim c CROSS JOIN LATERAL (
            SELECT v.case_id FROM casework_identityvalue v
            WHERE v.kind = 'v_number' AND v.key = ANY (c.numbers) AND v.ended_at IS NULL
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                               v.shared_until, v.case_id)
            LIMIT most) f
        UNION ALL
        SELECT h."row", f.case_id, 3 FROM heard h CROSS JOIN LATERAL (
            SELECT v.case_id FROM (  -- by sound alone: with the teams' index beside it, it cost ten times as much
                SELECT w.* FROM casework_identityvalue w
                WHERE w.kind IN ('name', 'alias') AND w.sounds @> h.sounds AND w.ended_at IS NULL OFFSET 0) v
            WHERE access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                               v.shared_until, v.case_id)
            LIMIT most) f
        UNION ALL
        SELECT c."row", f.case_id, 3 FROM claim c CROSS JOIN unnest(c.names) one (sound) CROSS JOIN LATERAL (
            SELECT v.case_id FROM casework_identityvalue v
            WHERE v.kind IN ('name', 'alias') AND cardinality(v.sounds) = 1 AND v.sounds = ARRAY[one.sound]
              AND v.ended_at IS NULL
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                               v.shared_until, v.case_id)
            LIMIT most) f
        UNION ALL
        SELECT c."row", f.case_id, 2 FROM claim c CROSS JOIN LATERAL (
            SELECT b.case_id FROM casework_identityvalue b
            JOIN casework_identityvalue v ON v.case_id = b.case_id AND v.kind IN ('name', 'alias') AND v.ended_at IS NULL
            WHERE b.kind = 'birth_date' AND b.key = ANY (c.born) AND b.ended_at IS NULL AND v.sounds && c.names
              AND access_reads('identity', b.team_ids, b.visibility, b.author_team_id, b.shared_team_ids,
                               b.shared_until, b.case_id)
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                               v.shared_until, v.case_id)
            LIMIT most) f),
    first AS (
        SELECT h."row", h.case_id, row_number() OVER (PARTITION BY h."row" ORDER BY min(h.rank), h.case_id DESC) AS place
        FROM hit h GROUP BY h."row", h.case_id)
    SELECT f."row", f.case_id FROM first f WHERE f.place <= most ORDER BY f."row", f.place;
END
$$;

GRANT EXECUTE ON FUNCTION match_candidates TO lvv_app;
