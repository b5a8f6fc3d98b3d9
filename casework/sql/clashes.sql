-- Clashes (R1): what the coordinators of two pilots settle between them.

-- Whether a value may be compared past the wall: what comes of it is told to the team that leads the case, which must read
-- it. What a partner keeps to itself meets nothing.
CREATE FUNCTION register_compares(v casework_identityvalue) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT v.ended_at IS NULL AND EXISTS (
        SELECT FROM casework_case c WHERE c.id = v.case_id
            AND (v.author_team_id = c.lead_team_id
                 OR not_over(v.shared_until)
                    AND (v.visibility = 'permitted_partners'
                         OR v.visibility = 'selected_partners' AND c.lead_team_id = ANY (v.shared_team_ids))))
$$;

-- A clash between the newest cases of two persons, for the coordinators of their pilots. Why it is asked is for the pilots of
-- who asks: the other takes no part in that case.
CREATE FUNCTION register_clash_between(ours bigint[], theirs bigint[], why text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    INSERT INTO casework_clash (reference, newer_case_id, older_case_id, newer_pilot_id, older_pilot_id, agreeing,
                                found_at, newer_answer, older_answer, trail)
    SELECT gen_random_uuid(), n.id, o.id, n.pilot_id, o.pilot_id,
           ARRAY(SELECT DISTINCT v.kind FROM casework_identityvalue v JOIN casework_identityvalue w
                 ON w.kind = v.kind AND w.key = v.key
                 WHERE v.case_id = n.id AND w.case_id = o.id AND register_compares(v) AND register_compares(w) ORDER BY 1), now(), '', '',
           jsonb_build_array(jsonb_build_object('at', now(), 'pilot', NULL, 'said', 'asked', 'why', left(trim(why), 500),
               'of', to_jsonb(register_answers_for(ours || theirs))))
    FROM (SELECT c.* FROM casework_case c WHERE c.person_id = ANY (ours) ORDER BY c.id DESC LIMIT 1) x
    CROSS JOIN (SELECT c.* FROM casework_case c WHERE c.person_id = ANY (theirs) ORDER BY c.id DESC LIMIT 1) y
    JOIN casework_case n ON n.id = greatest(x.id, y.id)
    JOIN casework_case o ON o.id = least(x.id, y.id)
    ON CONFLICT (newer_case_id, older_case_id) DO UPDATE
        SET trail = casework_clash.trail || excluded.trail, withdrawn_at = NULL,
            raised_by_id = CASE WHEN casework_clash.withdrawn_at IS NULL THEN casework_clash.raised_by_id END
$$;

-- The coordinators take back what they settled, from the screen on which they did.
CREATE FUNCTION clash_revoke(which uuid, why text) RETURNS boolean LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(bool_or(register_revoke(j.reference, why)), false)
    FROM casework_clash k JOIN casework_case n ON n.id = k.newer_case_id JOIN casework_case o ON o.id = k.older_case_id
    JOIN casework_judgement j ON j.revoked_at IS NULL AND j.one_id IN (n.person_id, o.person_id) AND j.other_id IN (n.person_id, o.person_id)
    WHERE k.reference = which
      AND ARRAY[k.newer_pilot_id::integer, k.older_pilot_id::integer] && access_teams('coordinates')  -- settled by both
$$;

-- A clash is for the coordinators of both pilots; but that somebody is shielded in the one is not told to the other.
CREATE FUNCTION clash_is_mine(newer bigint, newer_pilot bigint, older bigint, older_pilot bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT EXISTS (
        SELECT FROM (VALUES (newer_pilot, older, older_pilot), (older_pilot, newer, newer_pilot)) side (mine, theirs, their_pilot)
        WHERE side.mine = ANY (access_teams('coordinates')) AND (side.mine = side.their_pilot OR NOT EXISTS (
            SELECT FROM casework_case o JOIN casework_person op ON op.id = o.person_id
            JOIN casework_person p ON p.same_as = op.same_as
            JOIN casework_case s ON s.person_id = p.id AND s.pilot_id = o.pilot_id AND s.shielded_reason <> ''
            WHERE o.id = side.theirs)))
$$;

-- Whether one that a number made still rests on it: a sharing that ended on its day took it away, and no act did.
CREATE FUNCTION clash_rests(newer bigint, older bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT EXISTS (SELECT FROM casework_identityvalue v JOIN casework_identityvalue w ON w.key = v.key AND w.kind = 'v_number'
                   WHERE v.kind = 'v_number' AND v.case_id = newer AND w.case_id = older
                     AND register_compares(v) AND register_compares(w))
$$;

-- One that a number made answers nobody who typed it: not before the other pilot said something of it.
CREATE FUNCTION clash_is_told(k casework_clash) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT k.withdrawn_at IS NULL
       AND (k.raised_by_id IS NULL OR k.newer_answer <> '' AND k.newer_answer = k.older_answer OR clash_rests(k.newer_case_id, k.older_case_id))
       AND clash_is_mine(k.newer_case_id, k.newer_pilot_id, k.older_case_id, k.older_pilot_id)
       AND (k.raised_by_id IS DISTINCT FROM access_user() OR k.newer_pilot_id = k.older_pilot_id
            OR CASE WHEN k.newer_pilot_id = ANY (access_teams('coordinates')) THEN k.older_answer ELSE k.newer_answer END <> '')
$$;

CREATE POLICY clash_read ON casework_clash FOR SELECT TO lvv_app USING (clash_is_told(casework_clash));

GRANT SELECT ON casework_clash TO lvv_app;

-- Looks past the wall for other cases in which the same V-number was written down, and tells the caller nothing: not of
-- registrations that are one already, or were judged to be two by somebody who compared them. Who was only passed by when
-- somebody was registered (remember_others) is still for the coordinators once the numbers are the same.
CREATE FUNCTION register_clashes(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    IF NOT (access_teams_of_case(which) && access_teams('write_identity')) THEN
        RAISE EXCEPTION 'not your case';
    END IF;
    -- Two registrations of one number at the same moment: the second waits, and then sees the first.
    PERFORM lock_v_number(v.key) FROM casework_identityvalue v
        WHERE v.case_id = which AND v.kind = 'v_number';
    -- What a number made goes with it: ended, or replaced by another one, and both did not say the same of it yet.
    UPDATE casework_clash k SET withdrawn_at = now()
    WHERE which IN (k.newer_case_id, k.older_case_id) AND k.raised_by_id IS NOT NULL AND k.withdrawn_at IS NULL
      AND NOT (k.newer_answer <> '' AND k.newer_answer = k.older_answer)
      AND NOT EXISTS (SELECT FROM casework_identityvalue v JOIN casework_identityvalue w ON w.key = v.key AND w.kind = 'v_number'
                      WHERE v.kind = 'v_number' AND v.case_id = k.newer_case_id AND w.case_id = k.older_case_id
                        AND register_compares(v) AND register_compares(w));
    INSERT INTO casework_clash (reference, newer_case_id, older_case_id, newer_pilot_id, older_pilot_id, agreeing,
                                found_at, newer_answer, older_answer, trail, raised_by_id)
    SELECT DISTINCT ON (o.id) gen_random_uuid(), n.id, o.id, n.pilot_id, o.pilot_id,
           ARRAY(SELECT DISTINCT a.kind FROM casework_identityvalue a JOIN casework_identityvalue b
                 ON b.kind = a.kind AND b.key = a.key
                 WHERE a.case_id = n.id AND b.case_id = o.id AND register_compares(a) AND register_compares(b) ORDER BY 1),
           now(), '', '', '[]', access_user()
    FROM casework_case n
    JOIN casework_person np ON np.id = n.person_id
    JOIN casework_identityvalue mine ON mine.case_id = n.id AND mine.kind = 'v_number' AND register_compares(mine)
    JOIN casework_identityvalue theirs ON theirs.key = mine.key AND theirs.kind = 'v_number' AND theirs.ended_at IS NULL
        AND theirs.case_id <> n.id AND register_compares(theirs)
    JOIN casework_case o ON o.id = theirs.case_id AND o.person_id <> n.person_id
    -- Fenced: joined in the open, every registration read all people once (27 ms at 200,000).
    CROSS JOIN LATERAL (SELECT p.id, p.same_as FROM casework_person p WHERE p.id = o.person_id OFFSET 0) op
    WHERE n.id = which AND op.same_as <> np.same_as AND NOT EXISTS (
        SELECT FROM casework_judgement j WHERE j.revoked_at IS NULL AND j.answer = 'not_same' AND j.reason <> 'registration'
            AND j.one_id = least(np.id, op.id) AND j.other_id = greatest(np.id, op.id))
    ORDER BY o.id
    ON CONFLICT (newer_case_id, older_case_id) DO UPDATE
        SET withdrawn_at = NULL, found_at = now(), raised_by_id = excluded.raised_by_id, agreeing = excluded.agreeing,
            newer_answer = '', older_answer = '', newer_answered_by_id = NULL, older_answered_by_id = NULL
        WHERE casework_clash.withdrawn_at IS NOT NULL;
    -- One person already, and open in another pilot where the worker does not see it: for both coordinators (R1).
    INSERT INTO casework_clash (reference, newer_case_id, older_case_id, newer_pilot_id, older_pilot_id, agreeing,
                                found_at, newer_answer, older_answer, trail)
    SELECT gen_random_uuid(), n.id, o.id, n.pilot_id, o.pilot_id, '{}', now(), '', '',
           jsonb_build_array(jsonb_build_object('at', now(), 'pilot', NULL, 'said', 'overlap'))
    FROM casework_case n
    JOIN casework_person np ON np.id = n.person_id
    JOIN casework_person op ON op.same_as = np.same_as
    JOIN casework_case o ON o.person_id = op.id AND o.id < n.id AND o.pilot_id <> n.pilot_id
    WHERE n.id = which AND NOT (o.team_ids && access_teams('read_identity'))
      AND access_is_open(n.id, n.left_on)
      AND access_is_open(o.id, o.left_on)
    ON CONFLICT (newer_case_id, older_case_id) DO UPDATE SET withdrawn_at = NULL, raised_by_id = NULL
        WHERE casework_clash.withdrawn_at IS NOT NULL;
END
$$;

-- A coordinator answers for her own pilot. When both say the same, it is settled: a link, or a judgement to remember.
CREATE FUNCTION clash_answer(which uuid, said text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    mine integer[] := access_teams('coordinates');
    now_said record;
    people bigint[];
    number text;
    answers_newer boolean;
    answers_older boolean;
BEGIN
    PERFORM lock_links();
    -- For two pilots two people answer, also where somebody coordinates both.
    SELECT s.newer, s.newer AND s.alone OR NOT s.newer AND s.older INTO answers_newer, answers_older
    FROM casework_clash k CROSS JOIN LATERAL (
        SELECT k.newer_pilot_id = k.older_pilot_id AS alone,
               k.newer_pilot_id = ANY (mine) AND (k.newer_pilot_id = k.older_pilot_id OR k.older_answered_by_id IS NULL
                                                  OR is_counterpart(k.older_answered_by_id, access_user())) AS newer,
               k.older_pilot_id = ANY (mine) AND (k.newer_answered_by_id IS NULL
                                                  OR is_counterpart(k.newer_answered_by_id, access_user())) AS older) s
    WHERE k.reference = which;
    UPDATE casework_clash k SET
        newer_answer = CASE WHEN answers_newer THEN said ELSE k.newer_answer END,
        newer_answered_by_id = CASE WHEN answers_newer THEN access_user() ELSE k.newer_answered_by_id END,
        older_answer = CASE WHEN answers_older THEN said ELSE k.older_answer END,
        older_answered_by_id = CASE WHEN answers_older THEN access_user() ELSE k.older_answered_by_id END,
        trail = k.trail || jsonb_build_object('at', now(), 'said', said, 'by', access_user(), 'pilot',
            CASE WHEN answers_newer THEN k.newer_pilot_id ELSE k.older_pilot_id END)
    WHERE k.reference = which AND said IN ('same', 'not_same') AND (answers_newer OR answers_older)
      AND clash_is_told(k)
      AND NOT (k.newer_answer <> '' AND k.newer_answer = k.older_answer)  -- settled: first taken back
      AND NOT (said = 'not_same' AND EXISTS (  -- and so is a link that stands between them
          SELECT FROM casework_case n JOIN casework_person p ON p.id = n.person_id
          JOIN casework_person q ON q.same_as = p.same_as AND q.id <> p.id
          JOIN casework_case o ON o.person_id = q.id
          WHERE n.id = k.newer_case_id AND o.id = k.older_case_id))
    RETURNING k.* INTO now_said;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF now_said.newer_answer = now_said.older_answer THEN
        people := ARRAY(SELECT c.person_id FROM casework_case c WHERE c.id IN (now_said.newer_case_id, now_said.older_case_id)
                        ORDER BY c.person_id);
        UPDATE casework_judgement j SET revoked_at = now(), revoked_by_id = access_user(), revoke_reason = 'clash'
            WHERE j.revoked_at IS NULL AND j.answer = 'not_same' AND said = 'same' AND j.one_id = people[1] AND j.other_id = people[2];
        IF people[1] <> people[2] AND NOT EXISTS (
            SELECT FROM casework_person p JOIN casework_person q ON q.same_as = p.same_as
            WHERE p.id = people[1] AND q.id = people[2]) THEN
            INSERT INTO casework_judgement (reference, one_id, other_id, answer, reason, said_at, said_by_id, revoke_reason)
            VALUES (gen_random_uuid(), people[1], people[2], said, 'clash', now(), access_user(), '')
            ON CONFLICT DO NOTHING;
        END IF;
        IF said = 'same' THEN  -- the number both wrote down is confirmed
            SELECT v.key INTO number FROM casework_identityvalue v JOIN casework_identityvalue w ON w.kind = v.kind AND w.key = v.key
                WHERE v.kind = 'v_number' AND v.case_id = now_said.newer_case_id AND w.case_id = now_said.older_case_id
                  AND register_compares(v) AND register_compares(w)
                  AND NOT EXISTS (SELECT FROM casework_person p WHERE p.v_number = v.key) LIMIT 1;
            UPDATE casework_person SET v_number = number WHERE id = people[1] AND number IS NOT NULL AND v_number IS NULL;
        END IF;
    END IF;
    RETURN true;
END
$$;

-- Who typed numbers that met people of other pilots, more often on one day than is usual: for who oversees the
-- municipality of such a pilot. Names a worker, her pilot, a day and a number; nobody in a case.
CREATE FUNCTION clashes_unusual(most integer) RETURNS TABLE (day date, worker text, pilot text, clashes bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    WITH raised AS (
        SELECT (k.found_at AT TIME ZONE 'Europe/Amsterdam')::date AS day, k.raised_by_id, k.newer_pilot_id AS one, k.older_pilot_id AS other
        FROM casework_clash k WHERE k.raised_by_id IS NOT NULL AND k.newer_pilot_id <> k.older_pilot_id
          AND k.found_at > now() - interval '90 days'),
    unusual AS (SELECT r.day, r.raised_by_id, count(*) AS n FROM raised r GROUP BY 1, 2 HAVING count(*) > most)
    SELECT DISTINCT u.day, coalesce(nullif(w.name, ''), w.username)::text, l.name::text, u.n
    FROM unusual u JOIN partners_user w ON w.id = u.raised_by_id
    JOIN raised r ON r.day = u.day AND r.raised_by_id = u.raised_by_id
    JOIN partners_pilot mine ON mine.id IN (r.one, r.other) AND mine.municipality_id = ANY (access_teams('privacy'))
    JOIN partners_pilot l ON l.id IN (r.one, r.other) AND l.id <> mine.id
    ORDER BY 1 DESC, 2
$$;

GRANT EXECUTE ON FUNCTION clash_rests, clash_is_told, clashes_unusual, clash_answer, clash_is_mine, clash_revoke, register_clashes TO lvv_app;
