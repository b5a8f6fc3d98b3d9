-- The protected address of a location (R19): who reads it, with a reason that is kept.

-- Written for a team of mine, which still has the location: to whom it is given, its address is written anew.
CREATE POLICY address_of_my_location ON casework_locationaddress FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams'))
           AND EXISTS (SELECT FROM casework_location l WHERE l.id = location_id AND l.team_id = casework_locationaddress.team_id));

GRANT SELECT ON casework_locationaddress TO lvv_app;

-- What stood there before, for the team it was written for, while it reads what stands there: written by the function below
-- alone.
ALTER TABLE casework_historicallocationaddress ENABLE ROW LEVEL SECURITY;

CREATE POLICY history_read ON casework_historicallocationaddress FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_locationaddress live WHERE live.id = casework_historicallocationaddress.id)
           AND team_id = ANY (access_teams('teams')));

GRANT SELECT ON casework_historicallocationaddress TO lvv_app;

-- Who reads the address sees who else did; the case manager finds it in the audit log too.
CREATE POLICY address_reading_read ON casework_addressreading FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id
                   AND c.team_ids && access_teams('read_shelter_address')));

GRANT SELECT ON casework_addressreading TO lvv_app;

-- The address behind a stay that has begun and not ended, for a team of mine that takes part and reads addresses; with
-- a reason, which is kept (R19). Staff of the location itself reads the table. NULL if there is nothing for her.
CREATE FUNCTION shelter_address(which uuid, why text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    place record;
BEGIN
    IF length(trim(why)) < 5 THEN
        RAISE EXCEPTION 'an address is read with a reason' USING ERRCODE = 'check_violation';
    END IF;
    SELECT s.id, s.case_id, a.address,
           (access_both(s.team_ids, access_teams('read_shelter_address')))[1] AS team INTO place
    FROM casework_stay s JOIN casework_locationaddress a ON a.location_id = s.location_id
    WHERE s.reference = which AND s.ended_at IS NULL
      AND in_force(s.since, s.until)
      AND s.team_ids && access_both(access_teams('read_shelter_address'), access_teams('read_contact_shelter'))
      AND access_reads('contact_shelter', s.team_ids, s.visibility, s.author_team_id, s.shared_team_ids, s.shared_until,
                       s.case_id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO casework_addressreading (case_id, stay_id, user_id, team_id, reason, read_at)
    VALUES (place.case_id, place.id, access_user(), place.team, left(trim(why), 300), now());
    RETURN place.address;
END
$$;

-- A coordinator writes an address without reading the one that stood there.
CREATE FUNCTION shelter_write_address(which bigint, written text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    row_id bigint;
    added boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM casework_location l WHERE l.id = which AND l.pilot_id = ANY (access_teams('coordinates'))) THEN
        RETURN false;
    END IF;
    INSERT INTO casework_locationaddress AS a (location_id, team_id, address)
    SELECT l.id, l.team_id, written FROM casework_location l WHERE l.id = which
    ON CONFLICT (location_id) DO UPDATE SET address = excluded.address, team_id = excluded.team_id
        WHERE (a.address, a.team_id) IS DISTINCT FROM (excluded.address, excluded.team_id)
    RETURNING a.id, a.xmax = 0 INTO row_id, added;
    IF row_id IS NOT NULL THEN
        PERFORM access_history('casework_locationaddress', ARRAY[row_id], CASE WHEN added THEN '+' ELSE '~' END, 'changed');
    END IF;
    RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION shelter_address, shelter_write_address TO lvv_app;
