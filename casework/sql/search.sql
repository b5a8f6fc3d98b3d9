-- Finding people by name, and likely doubles: both look past the policies with the predicate the policies have, and answer
-- keys of cases only; the rows follow under the policies.

SELECT word_similarity('', '');  -- loads pg_trgm: only then may its threshold be set

-- LIKE and similarity are not leakproof, so under a policy their index is not used (53 ms against 2). In stages, each only
-- when the one before left room: beginnings in the order of their index (so equal names come first), then fragments, sounds
-- and misspellings. Ranking every match first cost 200 ms for a common fragment; of misspellings 500 are ranked.
-- The planner cannot know how many people somebody sees, so it is led: beginnings without bitmaps (or it fetched all 15,000
-- names in al- and sorted them: 17 ms against 2); in the other stages names are met first and judged afterwards (OFFSET 0), and
-- where the index of fragments is meant, the kind is asked afterwards too (with the indexes of teams or sounds beside it: 150 ms
-- against 25); each time anew (a plan for any name read all of them: 90 ms against 20).
CREATE FUNCTION search_names(wanted text, asked text[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    SET pg_trgm.word_similarity_threshold = 0.5 AS
$$
DECLARE
    inside text := '%' || replace(replace(replace(wanted, '\', '\\'), '%', '\%'), '_', '\_') || '%';
    found bigint[];
BEGIN
    IF access_teams('read_identity') || access_teams('write_identity') = '{}' AND access_granted('identity') = '{}' THEN
        RETURN;
    END IF;
    PERFORM set_config('enable_bitmapscan', 'off', true);
    found := ARRAY(
        SELECT f.case_id FROM (
            SELECT v.case_id, v.key FROM casework_identityvalue v
            WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL
              AND v.key ~>=~ wanted AND v.key ~<~ (wanted || chr(1114111))
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.shared_until,
                               v.case_id)
            ORDER BY v.key USING ~<~ LIMIT 3 * most) f
        GROUP BY f.case_id ORDER BY min(f.key) USING ~<~, f.case_id DESC LIMIT most);
    PERFORM set_config('enable_bitmapscan', 'on', true);
    IF cardinality(found) < most AND length(wanted) > 2 THEN
        found := found || ARRAY(
            SELECT DISTINCT f.case_id FROM (
                SELECT v.case_id FROM (
                    SELECT w.* FROM casework_identityvalue w
                    WHERE w.key LIKE inside OFFSET 0) v
                WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT 3 * most) f
            ORDER BY 1 DESC LIMIT most - cardinality(found));
    END IF;
    IF cardinality(found) < most AND length(wanted) > 2 AND asked <> '{}' THEN
        found := found || ARRAY(
            SELECT DISTINCT f.case_id FROM (
                SELECT v.case_id FROM (
                    SELECT w.* FROM casework_identityvalue w
                    WHERE w.kind IN ('name', 'alias') AND w.ended_at IS NULL AND w.sounds @> asked OFFSET 0) v
                WHERE v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT 3 * most) f
            ORDER BY 1 DESC LIMIT most - cardinality(found));
    END IF;
    IF cardinality(found) < most AND length(wanted) > 2 THEN
        found := found || ARRAY(
            SELECT f.case_id FROM (
                SELECT v.case_id, v.key FROM (
                    SELECT w.* FROM casework_identityvalue w
                    WHERE wanted <% w.key OFFSET 0) v
                WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT 500) f
            GROUP BY f.case_id ORDER BY max(strict_word_similarity(wanted, f.key)) DESC, f.case_id DESC
            LIMIT most - cardinality(found));
    END IF;
    RETURN QUERY SELECT unnest(found);
END
$$;

GRANT EXECUTE ON FUNCTION search_names TO lvv_app;
