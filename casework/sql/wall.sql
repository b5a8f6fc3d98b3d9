-- The wall: row-level security on everything that belongs to a person or a case. The functions of
-- the policies, and those that put them around a table.

-- What is in both: a function of its own, because a sub-select in access_reads() would keep it from being inlined.
CREATE FUNCTION access_both(a integer[], b integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ARRAY(SELECT unnest(a) INTERSECT SELECT unnest(b)) $$;

-- One record and somebody who reads this category for the teams `reads`, writes it for `writes`, and has it by personal
-- grant in the cases `granted`: the matrix, then the record's own visibility, which ends on its day, or the author's own.
-- A personal grant opens what is for every partner, and nothing that its author keeps or shares with some.
CREATE FUNCTION access_judge(reads integer[], writes integer[], granted bigint[], teams integer[], visible text,
                             author integer, shared integer[], shared_until date, which bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT teams && reads
           AND (author = ANY (reads) AND author = ANY (teams)
                OR not_over(shared_until)
                   AND (visible = 'permitted_partners' OR visible = 'selected_partners' AND shared && access_both(reads, teams)))
        OR author = ANY (writes) AND author = ANY (teams)
        OR visible = 'permitted_partners' AND not_over(shared_until) AND which = ANY (granted)
$$;

-- What is said to a lawyer or a doctor stays with the team it was said to, however open the record is (R17, R18); medical
-- content is read by others through a consent alone.
CREATE FUNCTION access_openness(category text, visible text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT CASE WHEN category IN ('medical_content', 'legal_aid') THEN 'own_organisation' ELSE visible END
$$;

-- The same for whoever has entered. Inlined into every policy; with a literal category the planner sees the value.
CREATE FUNCTION access_reads(category text, teams integer[], visible text, author integer, shared integer[],
                             shared_until date, which bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT access_judge(access_teams('read_' || category), access_teams('write_' || category), access_granted(category),
                        teams, access_openness(category, visible), author, shared, shared_until, which)
$$;

CREATE FUNCTION access_writes(category text, teams integer[], author integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT author = ANY (access_teams('write_' || category)) AND author = ANY (teams) $$;

-- Teams of mine that are named by a consent in force in this case, and involved in it (R17): one that was recorded in the
-- organisation that wrote the record. What another organisation keeps is no part of it.
CREATE FUNCTION access_consented(which bigint, author integer) RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(k.team_id), '{}')
    FROM casework_consent k JOIN casework_case c ON c.id = k.case_id
    JOIN partners_team w ON w.id = k.author_team_id JOIN partners_team a ON a.id = author AND a.organisation_id = w.organisation_id
    WHERE k.case_id = which AND k.team_id = ANY (access_teams('teams')) AND k.team_id = ANY (c.team_ids)
      AND k.ended_at IS NULL AND in_force(k.since, k.until)
      AND (k.withdrawn_on IS NULL OR k.withdrawn_on > access_today())
$$;

-- What a partner supplied outside the application: written by the coordinator of the pilot's municipality, in the name
-- of another team, and never about public order (R20). That this team takes part is asked when it is written
-- (access_record_written): later it must still be possible to correct it.
CREATE FUNCTION access_supplies(category text, teams integer[], author integer, source integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT category <> 'public_order' AND author = ANY (access_teams('teams')) AND author = ANY (teams)
        AND source <> author
        AND EXISTS (SELECT FROM partners_team t JOIN partners_pilot l ON l.id = t.pilot_id
                    WHERE t.id = author AND t.organisation_id = l.municipality_id
                      AND l.id = ANY (access_teams('coordinates')))
$$;

-- The wall around one table of records: triggers, policies, rights; and the same rows, no others, of its history.
-- `category` is a literal in quotes, or the name of the column that holds it. What may be `supplied` on a partner's behalf
-- is that partner's too.
CREATE FUNCTION access_wall_around(record text, category text, supplied boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    in_column boolean := category !~ '^''';
    consented text := 'not_over(shared_until)
                AND (visibility = ''permitted_partners'' AND access_consented(case_id, author_team_id) <> ''{}''
                     OR visibility = ''selected_partners'' AND shared_team_ids && access_consented(case_id, author_team_id))';
    reads text := format('access_reads(%s, team_ids, visibility, author_team_id, shared_team_ids, shared_until, case_id)',
                         category);
    supplies text := format('access_supplies(%s, team_ids, author_team_id, source_team_id)', category);
BEGIN
    IF in_column THEN  -- the column may say medical content, for which a consent stands in for the cell
        reads := reads || format(' OR %s = ''medical_content'' AND ', category) || consented;
        EXECUTE format('CREATE TRIGGER record_keeps_category BEFORE UPDATE ON %I FOR EACH ROW
                        WHEN (NEW.category <> OLD.category) EXECUTE FUNCTION access_category_kept()', record);
    ELSIF category = '''medical_content''' THEN
        reads := reads || ' OR ' || consented;
    END IF;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record);
    EXECUTE format('CREATE TRIGGER record_written BEFORE INSERT OR UPDATE ON %I
                    FOR EACH ROW EXECUTE FUNCTION access_record_written()', record);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO lvv_app', record);
    EXECUTE format('CREATE POLICY record_read ON %I FOR SELECT TO lvv_app USING (%s)', record, reads);
    EXECUTE format('CREATE POLICY record_add ON %I FOR INSERT TO lvv_app
                    WITH CHECK (source_team_id IS NULL AND access_writes(%s, team_ids, author_team_id) OR %s)',
                   record, category, supplies);
    -- The source's own word replaces what was recorded on its behalf, so it may end that.
    EXECUTE format('CREATE POLICY record_change ON %I FOR UPDATE TO lvv_app
                    USING (access_writes(%2$s, team_ids, author_team_id) AND source_team_id IS NULL OR %3$s
                           OR source_team_id IS NOT NULL AND access_writes(%2$s, team_ids, source_team_id))',
                   record, category, supplies);
    IF supplied THEN
        EXECUTE format('CREATE POLICY record_of_source ON %I FOR SELECT TO lvv_app
                        USING (access_writes(%s, team_ids, source_team_id))', record, category);
    END IF;
    PERFORM access_wall_around_history(record, replace(record, 'casework_', 'casework_historical'));
END
$$;

-- A record that asks another team something: that team reads it, and may change its answer.
CREATE FUNCTION access_wall_addressed(record text, category text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    mine text := format('to_team_id = ANY (team_ids) AND to_team_id = ANY (access_teams(''read_'' || %1$s)
                         || access_teams(''write_'' || %1$s) || access_teams(''attend_'' || %1$s))', category);
BEGIN
    PERFORM access_wall_around(record, category);
    EXECUTE format('CREATE POLICY record_asked ON %I FOR SELECT TO lvv_app USING (%s)', record, mine);
    EXECUTE format('CREATE POLICY record_answer ON %I FOR UPDATE TO lvv_app USING (%s)', record, mine);
    EXECUTE format('CREATE TRIGGER record_answered BEFORE UPDATE ON %I
                    FOR EACH ROW EXECUTE FUNCTION access_record_answered()', record);
END
$$;

-- A history row is visible exactly when its live row is: its own copy of the teams would be yesterday's.
CREATE FUNCTION access_wall_around_history(record text, past text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', past);
    EXECUTE format('CREATE POLICY history_read ON %1$I FOR SELECT TO lvv_app
                    USING (EXISTS (SELECT FROM %2$I live WHERE live.id = %1$I.id))', past, record);
    EXECUTE format('CREATE POLICY history_add ON %1$I FOR INSERT TO lvv_app
                    WITH CHECK (history_user_id = access_user() AND EXISTS (SELECT FROM %2$I live WHERE live.id = %1$I.id))', past, record);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO lvv_app', past);
END
$$;

GRANT EXECUTE ON FUNCTION access_both, access_consented, access_judge, access_openness,
    access_reads, access_supplies, access_writes TO lvv_app;
