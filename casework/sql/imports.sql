-- Uploaded lists: only who uploaded one sees it; the background learns which wait, and whose they
-- are.

CREATE POLICY import_own ON casework_import FOR ALL TO lvv_app
    USING (owner_id = access_user() AND team_id = ANY (access_teams('teams')));

CREATE POLICY import_waits ON casework_import FOR SELECT TO lvv_jobs USING (state IN ('reading', 'checking', 'running', 'undoing'));

GRANT SELECT, INSERT, UPDATE, DELETE ON casework_import TO lvv_app;

GRANT SELECT ON casework_import TO lvv_jobs;

CREATE POLICY import_row_own ON casework_importrow FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_import i WHERE i.id = upload_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON casework_importrow TO lvv_app;

CREATE POLICY import_file_own ON casework_importfile FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_import i WHERE i.id = upload_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON casework_importfile TO lvv_app;

CREATE POLICY column_mapping_of_team ON casework_columnmapping FOR ALL TO lvv_app
    USING (team_id = ANY (access_teams('teams')));

GRANT SELECT, INSERT, UPDATE ON casework_columnmapping TO lvv_app;

-- What nobody takes over is forgotten after fourteen days; of what was taken over the case stays, and nothing of the cells.
CREATE FUNCTION import_forget() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    gone integer;
BEGIN
    DELETE FROM casework_importrow r USING casework_import i
        WHERE i.id = r.upload_id AND i.uploaded_at < access_today() - 14 AND r.case_id IS NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM casework_importfile f USING casework_import i
        WHERE i.id = f.upload_id AND i.uploaded_at < access_today() - 14;
    DELETE FROM casework_import i WHERE i.uploaded_at < access_today() - 14
        AND NOT EXISTS (SELECT FROM casework_importrow r WHERE r.upload_id = i.id);
    RETURN gone;
END
$$;

-- Everything that was recorded in a case, by whomever: a case with more than the import made is not undone. Locks, so
-- that nothing comes in between. Only of cases of an import of mine, and only whether it is the same as when they came.
CREATE FUNCTION import_footprint(cases bigint[]) RETURNS TABLE (case_id bigint, size bigint) LANGUAGE plpgsql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS
$$
#variable_conflict use_column
DECLARE
    one text;
    counted text := '';
BEGIN
    PERFORM 1 FROM casework_case c WHERE c.id = ANY (cases) ORDER BY c.id FOR UPDATE;
    FOR one IN SELECT name FROM access_record_table ORDER BY name LOOP
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %I r WHERE r.case_id = ANY ($1) ORDER BY r.id FOR UPDATE) x', one) USING cases;
        counted := counted || format(' UNION ALL SELECT r.case_id, 1 + r.version FROM %I r WHERE r.case_id = ANY ($1)', one);
    END LOOP;
    RETURN QUERY EXECUTE 'SELECT f.case_id, sum(f.n)::bigint FROM (
        SELECT c.id AS case_id, c.version AS n FROM casework_case c WHERE c.id = ANY ($1)
        UNION ALL SELECT g.case_id, g.version FROM casework_progress g WHERE g.case_id = ANY ($1)
        UNION ALL SELECT h.case_id, 1 FROM casework_historicalinvolvement h WHERE h.case_id = ANY ($1)
        UNION ALL SELECT c.id, 1 FROM casework_judgement j JOIN casework_case c ON c.person_id IN (j.one_id, j.other_id)
            WHERE c.id = ANY ($1) AND j.answer = ''same''
        UNION ALL SELECT q.case_id, 1 FROM casework_question q WHERE q.case_id = ANY ($1)
        UNION ALL SELECT d.case_id, 1 FROM casework_correctedday d WHERE d.case_id = ANY ($1)'
        || counted || ') f GROUP BY f.case_id' USING cases;
END
$$;

CREATE FUNCTION import_seal(which bigint) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    UPDATE casework_importrow r SET footprint = f.size
    FROM import_footprint(ARRAY(SELECT x.case_id FROM casework_importrow x JOIN casework_import i ON i.id = x.upload_id
         JOIN casework_case c ON c.id = x.case_id AND c.team_ids && access_teams('read_identity')  -- not just any number
         WHERE i.id = which AND i.owner_id = access_user() AND x.footprint IS NULL)) f
    WHERE r.upload_id = which AND r.case_id = f.case_id AND r.footprint IS NULL
$$;

CREATE FUNCTION import_untouched(which bigint, cases bigint[]) RETURNS SETOF bigint LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT r.case_id FROM import_footprint(ARRAY(
        SELECT x.case_id FROM casework_importrow x JOIN casework_import i ON i.id = x.upload_id
        JOIN casework_case c ON c.id = x.case_id AND c.team_ids && access_teams('read_identity')
        WHERE i.id = which AND i.owner_id = access_user() AND x.case_id = ANY (cases))) f
    JOIN casework_importrow r ON r.upload_id = which AND r.case_id = f.case_id AND r.footprint = f.size
$$;

-- What an import made and nobody worked on is archived, also by who does not read how far a case is.
CREATE FUNCTION import_archive(which bigint, cases bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    today date := access_today();
    ended bigint[] := ARRAY(SELECT import_untouched(which, cases));
    keys bigint[];
BEGIN
    UPDATE casework_case c SET left_on = coalesce(c.left_on, today) WHERE c.id = ANY (ended);
    PERFORM access_history('casework_case', ended, '~', 'import undone');
    WITH moved AS (
        UPDATE casework_progress g SET state = 'archived', category = 'outcome', since = today, version = g.version + 1
        WHERE g.case_id = ANY (ended) RETURNING g.id)
    SELECT array_agg(id) INTO keys FROM moved;
    PERFORM access_history('casework_progress', keys, '~', 'import undone');
    INSERT INTO casework_steptaken (case_id, number, state, category, "on", by_id, recorded_at, version)
    SELECT c, '', 'archived', 'outcome', today, access_user(), clock_timestamp(), 1 FROM unnest(ended) c;
END
$$;

-- An import that cannot go on does not stop the others. Of one that was to be read nothing stays.
CREATE FUNCTION import_stop(which bigint, why text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    DELETE FROM casework_importfile WHERE upload_id = which;
    UPDATE casework_import SET stopped = left(why, 200), version = version + 1,
        state = CASE state WHEN 'reading' THEN 'refused' WHEN 'checking' THEN 'uploaded' WHEN 'running' THEN 'checked' ELSE 'done' END
    WHERE id = which AND state IN ('reading', 'checking', 'running', 'undoing')
$$;

GRANT EXECUTE ON FUNCTION import_forget, import_stop TO lvv_jobs;

GRANT EXECUTE ON FUNCTION import_archive, import_seal, import_untouched TO lvv_app;
