-- One person, once (R1, R2): links between registrations.

CREATE FUNCTION register_same_as() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.same_as := NEW.id;
    ELSIF NEW.same_as IS NULL OR current_user = 'lvv_app' THEN
        NEW.same_as := OLD.same_as;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER person_same_as BEFORE INSERT OR UPDATE ON casework_person FOR EACH ROW EXECUTE FUNCTION register_same_as();

-- Who is one with whom: from the links in force, whatever the column says.
CREATE FUNCTION register_groups(people bigint[]) RETURNS TABLE (person bigint, first bigint) LANGUAGE sql STABLE AS
$$
    WITH RECURSIVE edge AS MATERIALIZED (
        SELECT j.one_id AS a, j.other_id AS b FROM casework_judgement j WHERE j.answer = 'same' AND j.revoked_at IS NULL
            AND (j.one_id = ANY (people) OR j.other_id = ANY (people))
        UNION ALL
        SELECT j.other_id, j.one_id FROM casework_judgement j WHERE j.answer = 'same' AND j.revoked_at IS NULL
            AND (j.one_id = ANY (people) OR j.other_id = ANY (people))),
    reached AS (
        SELECT p AS person, p AS seen FROM unnest(people) p
        UNION
        SELECT r.person, e.b FROM reached r JOIN edge e ON e.a = r.seen)
    SELECT person, min(seen) FROM reached GROUP BY person
$$;

-- A link made or undone: who is one, and which teams that gives each registration.
CREATE FUNCTION register_regroup() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    people bigint[];
    its_cases bigint[];
BEGIN
    PERFORM lock_links();  -- links are rare: one after the other
    people := ARRAY(SELECT p.id FROM casework_person p WHERE p.same_as IN (
        SELECT k.same_as FROM casework_person k WHERE k.id IN (NEW.one_id, NEW.other_id)));
    -- Cases before persons, as everywhere.
    its_cases := ARRAY(SELECT c.id FROM casework_case c WHERE c.person_id = ANY (people) ORDER BY c.id FOR UPDATE);
    PERFORM 1 FROM casework_person p WHERE p.id = ANY (people) ORDER BY p.id FOR UPDATE;
    UPDATE casework_person p SET same_as = g.first FROM register_groups(people) g
        WHERE p.id = g.person AND p.same_as <> g.first;
    PERFORM access_project(its_cases);
    RETURN NULL;
END
$$;

CREATE TRIGGER judgement_links AFTER INSERT ON casework_judgement FOR EACH ROW
    WHEN (NEW.answer = 'same') EXECUTE FUNCTION register_regroup();

CREATE TRIGGER judgement_undone AFTER UPDATE OF revoked_at ON casework_judgement FOR EACH ROW
    WHEN (NEW.answer = 'same') EXECUTE FUNCTION register_regroup();

CREATE POLICY judgement_read ON casework_judgement FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.person_id = one_id)
           AND EXISTS (SELECT FROM casework_case c WHERE c.person_id = other_id));

GRANT SELECT ON casework_judgement TO lvv_app;

-- The pilots in which I answer for the registration of somebody: in a team that leads a case of hers, or coordinates
-- its pilot, and that reads and writes who she is.
CREATE FUNCTION register_answers_for(people bigint[]) RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(DISTINCT c.pilot_id::integer), '{}') FROM casework_case c
    WHERE c.person_id = ANY (people) AND c.team_ids && access_teams('write_identity') AND c.team_ids && access_teams('read_identity')
      AND (c.lead_team_id = ANY (access_teams('teams')) OR c.pilot_id = ANY (access_teams('coordinates')))
$$;

CREATE FUNCTION register_registrations(which uuid) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(k.id), '{}') FROM casework_person p JOIN casework_person k ON k.same_as = p.same_as
    WHERE p.reference = which
      AND EXISTS (SELECT FROM casework_case c WHERE c.person_id = k.id AND c.team_ids && access_teams('read_identity'))
$$;

-- Says that two registrations are one person, or are not. One link joins two groups, so a link undone parts them again.
-- Answers what came of it: done, herself, already, not_same (take that back first), two_pilots (both coordinators must
-- say it, which is asked of them now), or refused.
CREATE FUNCTION register_judge(a uuid, b uuid, said text, why text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    ours bigint[];
    theirs bigint[];
    here integer[];
    there integer[];
    first bigint;
    second bigint;
    answers_for_both boolean;
BEGIN
    PERFORM lock_links();
    ours := register_registrations(a);  -- only now: what another link did is seen
    theirs := register_registrations(b);
    IF cardinality(ours) = 0 OR cardinality(theirs) = 0 OR said NOT IN ('same', 'not_same') THEN
        RETURN 'refused';
    END IF;
    SELECT p.id INTO first FROM casework_person p WHERE p.reference = a;
    SELECT p.id INTO second FROM casework_person p WHERE p.reference = b;
    IF first = second THEN
        RETURN 'herself';
    END IF;
    IF ours && theirs THEN
        RETURN 'already';
    END IF;
    here := register_answers_for(ours);
    there := register_answers_for(theirs);
    -- Who registered somebody said then already who she is not.
    IF cardinality(here || there) = 0 AND NOT (said = 'not_same' AND EXISTS (
        SELECT FROM casework_case c WHERE c.person_id = ANY (ours || theirs) AND access_manages(c)
            AND c.team_ids && access_teams('write_identity'))) THEN
        RETURN 'refused';
    END IF;
    IF EXISTS (SELECT FROM casework_judgement j WHERE j.answer = 'not_same' AND j.revoked_at IS NULL
               AND (j.one_id = ANY (ours) AND j.other_id = ANY (theirs) OR j.one_id = ANY (theirs) AND j.other_id = ANY (ours))) THEN
        RETURN CASE said WHEN 'same' THEN 'not_same' ELSE 'already' END;
    END IF;
    answers_for_both := here && there;
    IF said = 'same' AND NOT answers_for_both THEN
        PERFORM register_clash_between(ours, theirs, why);
        RETURN 'two_pilots';
    END IF;
    INSERT INTO casework_judgement (reference, one_id, other_id, answer, reason, said_at, said_by_id, revoke_reason)
    VALUES (gen_random_uuid(), least(first, second), greatest(first, second), said, left(trim(why), 500), now(), access_user(), '');
    -- A clash that was open about these two is settled by it, if she answers for both sides; else by the coordinators (R1).
    UPDATE casework_clash k SET newer_answer = said, older_answer = said, newer_answered_by_id = access_user(),
           older_answered_by_id = access_user(), trail = k.trail || jsonb_build_object('at', now(), 'pilot', NULL, 'said', said, 'by', access_user())
        FROM casework_case n, casework_case o
        WHERE answers_for_both AND why <> 'registration' AND n.id = k.newer_case_id AND o.id = k.older_case_id
          AND (n.person_id = first AND o.person_id = second OR n.person_id = second AND o.person_id = first);
    RETURN 'done';
END
$$;

-- Takes a judgement back: whoever answers for one of the two, or coordinates a pilot of one. What two coordinators had
-- settled is open between them again.
CREATE FUNCTION register_revoke(which uuid, why text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    held record;
BEGIN
    PERFORM lock_links();
    SELECT j.* INTO held FROM casework_judgement j WHERE j.reference = which AND j.revoked_at IS NULL
        AND (cardinality(register_answers_for(ARRAY[j.one_id, j.other_id])) > 0
             OR EXISTS (SELECT FROM casework_clash k JOIN casework_case n ON n.id = k.newer_case_id
                        JOIN casework_case o ON o.id = k.older_case_id
                        WHERE j.one_id IN (n.person_id, o.person_id) AND j.other_id IN (n.person_id, o.person_id)
                          AND ARRAY[k.newer_pilot_id::integer, k.older_pilot_id::integer] && access_teams('coordinates')));
    IF NOT FOUND OR trim(why) = '' THEN
        RETURN false;
    END IF;
    UPDATE casework_judgement SET revoked_at = now(), revoked_by_id = access_user(), revoke_reason = left(trim(why), 500)
        WHERE id = held.id;
    -- A number is confirmed by two coordinators who settled just this.
    UPDATE casework_person SET v_number = NULL
        WHERE id IN (held.one_id, held.other_id) AND held.answer = 'same' AND held.reason = 'clash';
    UPDATE casework_clash k SET newer_answer = '', older_answer = '', trail = k.trail || jsonb_build_object(
            'at', now(), 'pilot', NULL, 'said', 'undone', 'by', access_user())
        FROM casework_case n, casework_case o
        WHERE n.id = k.newer_case_id AND o.id = k.older_case_id AND n.person_id IN (held.one_id, held.other_id)
          AND o.person_id IN (held.one_id, held.other_id);
    RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION register_judge, register_revoke TO lvv_app;
