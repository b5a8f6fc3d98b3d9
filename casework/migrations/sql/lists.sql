-- Uploaded lists: only who uploaded one sees it; the background learns which wait, and whose they are.

ALTER TABLE casework_import ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_own ON casework_import FOR ALL TO lvv_app USING (owner_id = access_user());
CREATE POLICY import_waits ON casework_import FOR SELECT TO lvv_jobs USING (state IN ('checking', 'running', 'undoing'));
GRANT SELECT, INSERT, UPDATE, DELETE ON casework_import TO lvv_app;
GRANT SELECT ON casework_import TO lvv_jobs;

ALTER TABLE casework_importrow ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_row_own ON casework_importrow FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_import i WHERE i.id = upload_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON casework_importrow TO lvv_app;

ALTER TABLE casework_columnmapping ENABLE ROW LEVEL SECURITY;
CREATE POLICY column_mapping_of_team ON casework_columnmapping FOR ALL TO lvv_app
    USING (team_id = ANY (access_teams('teams')));
GRANT SELECT, INSERT, UPDATE ON casework_columnmapping TO lvv_app;

-- What nobody takes over is forgotten after fourteen days; of what was taken over only the numbers of the cases stay.
CREATE FUNCTION import_forget() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    gone integer;
BEGIN
    DELETE FROM casework_importrow r USING casework_import i
        WHERE i.id = r.upload_id AND i.uploaded_at < access_today() - 14 AND r.case_id IS NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM casework_import i WHERE i.uploaded_at < access_today() - 14
        AND NOT EXISTS (SELECT FROM casework_importrow r WHERE r.upload_id = i.id);
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION import_forget() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_forget() TO lvv_jobs;

-- Who exported what, and why: for herself and the privacy officer of her organisation.
ALTER TABLE casework_export ENABLE ROW LEVEL SECURITY;
CREATE POLICY export_own ON casework_export FOR SELECT TO lvv_app
    USING (owner_id = access_user() OR organisation_id = ANY (access_teams('privacy')));
CREATE POLICY export_add ON casework_export FOR INSERT TO lvv_app WITH CHECK (owner_id = access_user());
GRANT SELECT, INSERT ON casework_export TO lvv_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
