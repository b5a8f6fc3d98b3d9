-- Persons and cases: who sees them, and what nobody changes.

-- The web cannot write a projection: the database fills it in, whatever was sent.
CREATE FUNCTION access_keep_projection() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.team_ids := OLD.team_ids;
    END IF;
    RETURN NEW;
END
$$;

-- Numbers that no case has yet: a year, six digits drawn at random, and the check digit of casework/cases/numbers.py. Past
-- the wall, because others have numbers too; a number that is taken is told by nothing but another one that is given.
CREATE FUNCTION case_numbers(most integer, year integer) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    damm text[] := ARRAY['0317598642', '7092154863', '4206871359', '1750983426', '6123045978', '3674209581', '5869720134',
                         '8945362017', '9438617205', '2581436790'];
    given text[] := '{}';
    digits text;
    interim integer;
BEGIN
    WHILE cardinality(given) < most LOOP
        digits := year || lpad((('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint % 1000000)::text, 6, '0');
        interim := 0;
        FOR place IN 1..length(digits) LOOP
            interim := substr(damm[interim + 1], substr(digits, place, 1)::integer + 1, 1)::integer;
        END LOOP;
        digits := left(digits, 4) || '-' || substr(digits, 5) || interim;
        IF digits <> ALL (given) AND NOT EXISTS (SELECT FROM casework_case c WHERE c.number = digits) THEN
            given := given || digits;
        END IF;
    END LOOP;
    RETURN QUERY SELECT unnest(given);
END
$$;

CREATE FUNCTION case_number_ends() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    NEW.number_end := right(NEW.number, 4);
    RETURN NEW;
END
$$;

CREATE TRIGGER case_numbered BEFORE INSERT OR UPDATE OF number, number_end ON casework_case
    FOR EACH ROW EXECUTE FUNCTION case_number_ends();

GRANT EXECUTE ON FUNCTION case_numbers TO lvv_app, lvv_jobs;

-- Whose case it is, where and under which number does not change; and only the team that leads, or the coordinator,
-- shields and no longer shields.
CREATE FUNCTION access_case_written() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.team_ids := OLD.team_ids;
        NEW.team_reveals := OLD.team_reveals;
        NEW.person_id := OLD.person_id;
        NEW.pilot_id := OLD.pilot_id;
        NEW.number := OLD.number;
        NEW.reference := OLD.reference;
        NEW.registered_on := OLD.registered_on;
        NEW.read_only_from := OLD.read_only_from;
        IF NOT (OLD.lead_team_id = ANY (access_teams('teams')) OR OLD.pilot_id = ANY (access_teams('coordinates'))) THEN
            NEW.shielded_reason := OLD.shielded_reason;
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER case_written BEFORE UPDATE ON casework_case FOR EACH ROW EXECUTE FUNCTION access_case_written();

CREATE TRIGGER person_keeps_teams BEFORE UPDATE ON casework_person FOR EACH ROW EXECUTE FUNCTION access_keep_projection();

CREATE POLICY person_read ON casework_person FOR SELECT TO lvv_app
    -- Bare: inside (select ...) the planner loses the value, and 9 ms become 230.
    USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('person')));

CREATE POLICY person_add ON casework_person FOR INSERT TO lvv_app
    WITH CHECK (team_ids <@ access_teams('write_identity') AND team_ids <> '{}' AND v_number IS NULL);

GRANT SELECT, INSERT ON casework_person TO lvv_app;

CREATE POLICY case_read ON casework_case FOR SELECT TO lvv_app
    USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('identity')));

CREATE POLICY case_add ON casework_case FOR INSERT TO lvv_app
    WITH CHECK (team_ids <@ access_teams('write_identity') AND team_ids <> '{}'
        AND team_reveals = '{}'
        -- A case of somebody out of sight would bring her into sight.
        AND EXISTS (SELECT FROM casework_person p WHERE p.id = person_id)
        -- Of one pilot: the teams, the team that leads, and the case.
        AND (SELECT bool_and(t.pilot_id = casework_case.pilot_id) FROM partners_team t
             WHERE t.id = ANY (casework_case.team_ids || casework_case.lead_team_id)));

-- Any involved team that writes something may move the case on; which step is allowed, the transition table says.
CREATE POLICY case_change ON casework_case FOR UPDATE TO lvv_app USING (team_ids && access_teams('write'));

GRANT SELECT, INSERT, UPDATE ON casework_case TO lvv_app;

SELECT access_wall_around_history('casework_person', 'casework_historicalperson'),
       access_wall_around_history('casework_case', 'casework_historicalcase'),
       access_wall_around_history('casework_involvement', 'casework_historicalinvolvement'),
       access_wall_around_history('casework_caseuserobjectpermission', 'casework_historicalcaseuserobjectpermission');
