-- When a facility ends (R29): each dossier goes once to a recipient, then nobody writes in it, and no pilot closes while it
-- keeps one.

-- Who can keep the dossiers of a pilot: the municipality of another pilot that reads who somebody is under its own convenant,
-- and a team that a custody agreement of this pilot lets read.
CREATE FUNCTION custody_keepers(which bigint) RETURNS TABLE (team_id integer, basis text) LANGUAGE sql STABLE AS
$$
    SELECT DISTINCT t.id, CASE WHEN c.kind = 'custody_agreement' THEN 'custody_agreement' ELSE 'own_convenant' END
    FROM access_convenants_at(access_today()) c
    JOIN partners_team t ON t.pilot_id = c.pilot_id
    JOIN partners_pilot l ON l.id = t.pilot_id
    JOIN governance_convenantgroupobjectpermission cell ON cell.content_object_id = c.id AND cell.group_id = t.group_id
    JOIN auth_permission p ON p.id = cell.permission_id AND p.codename = 'read_identity'
    JOIN governance_convenantparty y ON y.convenant_id = c.id AND y.organisation_id = t.organisation_id
    WHERE c.pilot_id = which AND c.kind = 'custody_agreement'
       OR c.pilot_id <> which AND c.kind <> 'custody_agreement' AND l.state <> 'closed'
          AND not_over(l.closes_on)
          AND t.organisation_id = l.municipality_id AND t.function = 'general'
$$;

CREATE POLICY dossier_transfer_read ON casework_custodytransfer FOR SELECT TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')) OR EXISTS (SELECT FROM casework_case c WHERE c.id = case_id));

CREATE POLICY dossier_transfer_add ON casework_custodytransfer FOR INSERT TO lvv_app
    WITH CHECK (made_by_id = access_user() AND receipt_on IS NULL AND handed_over_on IS NULL AND taken_back_at IS NULL
        AND pilot_id = ANY (access_teams('coordinates'))
        AND EXISTS (SELECT FROM partners_pilot l WHERE l.id = pilot_id AND l.state = 'winding_down')
        AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.pilot_id = casework_custodytransfer.pilot_id
                    AND c.number = casework_custodytransfer.number
                    AND NOT access_is_open(c.id, c.left_on))
        AND (basis = 'package' OR EXISTS (SELECT FROM custody_keepers(pilot_id) k WHERE k.team_id = to_team_id
                                          AND k.basis = casework_custodytransfer.basis)));

-- Until the receipt is there: it is recorded, or the package is taken back.
CREATE POLICY dossier_transfer_receipt ON casework_custodytransfer FOR UPDATE TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')) AND handed_over_on IS NULL AND taken_back_at IS NULL)
    WITH CHECK (taken_back_at IS NOT NULL
                OR receipt_by_id = access_user() AND is_counterpart(made_by_id, receipt_by_id));

GRANT SELECT, INSERT ON casework_custodytransfer TO lvv_app;

GRANT UPDATE (receipt_on, receipt_from, receipt_by_id, taken_back_at) ON casework_custodytransfer TO lvv_app;

-- The recipient stands where the team that led stood: what that kept for itself it reads too, as far as its own agreement
-- goes; another pilot's also what others showed to that team. Legal aid and medical content stay where they are (R17, R18);
-- so does how the person is reached, which an archive has no use for.
CREATE FUNCTION custody_shows(which bigint, leads integer, keeper integer, what_others_showed boolean, purpose text)
    RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    one text;
    said text;
    keys bigint[];
BEGIN
    FOR one IN SELECT name FROM access_record_table WHERE name NOT IN
        ('casework_legalaid', 'casework_medicalrecord', 'casework_consent', 'casework_reachability') ORDER BY name LOOP
        said := CASE WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = one::regclass AND a.attname = 'category'
                                  AND NOT a.attisdropped)
                     THEN 'r.category NOT IN (''legal_aid'', ''medical_content'')' ELSE 'true' END;
        EXECUTE format('WITH shown AS (
            UPDATE %I r SET visibility = ''selected_partners'',
                shared_team_ids = array_append(r.shared_team_ids, $3), version = r.version + 1,
                share_purpose = CASE WHEN r.share_purpose = '''' THEN $5 ELSE r.share_purpose END,
                share_basis = CASE WHEN r.share_basis = '''' THEN ''convenant'' ELSE r.share_basis END,
                shared_until = CASE WHEN r.author_team_id <> $2 THEN r.shared_until END
            WHERE r.case_id = $1 AND %s
              AND CASE WHEN r.author_team_id = $2
                       THEN r.visibility <> ''permitted_partners'' OR r.shared_until IS NOT NULL
                       ELSE $4 AND r.visibility = ''selected_partners'' AND $2 = ANY (r.shared_team_ids)
                            AND not_over(r.shared_until) END
            RETURNING r.id)
            SELECT array_agg(id) FROM shown', one, said) INTO keys USING which, leads, keeper, what_others_showed, purpose;
        PERFORM access_history(one, keys, '~', 'handed_over');
    END LOOP;
END
$$;

-- Carries out what a transfer of a dossier says, each time it says something new. Made: nobody writes any more. Handed over:
-- nobody but the recipient reads. Taken back: it is written in again. `purpose` is why the recipient reads what was kept.
CREATE FUNCTION custody_carry_out(which bigint, purpose text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    goes casework_custodytransfer;
    today date := access_today();
    here record;
    keys bigint[];
BEGIN
    SELECT d.* INTO goes FROM casework_custodytransfer d
        WHERE d.id = which AND d.handed_over_on IS NULL AND d.pilot_id = ANY (access_teams('coordinates')) FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT c.lead_team_id AS leads, t.organisation_id = l.municipality_id AS by_its_own INTO here
        FROM casework_case c JOIN partners_team t ON t.id = c.lead_team_id JOIN partners_pilot l ON l.id = c.pilot_id
        WHERE c.id = goes.case_id FOR UPDATE OF c;
    IF goes.taken_back_at IS NOT NULL THEN
        UPDATE casework_case c SET read_only_from = NULL WHERE c.id = goes.case_id AND NOT EXISTS (
            SELECT FROM casework_custodytransfer d WHERE d.case_id = c.id AND d.taken_back_at IS NULL);
        RETURN;
    END IF;
    IF (SELECT access_is_open(c.id, c.left_on) FROM casework_case c WHERE c.id = goes.case_id) THEN  -- it moved meanwhile
        RAISE EXCEPTION 'this case is open' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE casework_case c SET read_only_from = coalesce(c.read_only_from, today) WHERE c.id = goes.case_id;
    UPDATE casework_progress g SET deadline_on = NULL WHERE g.case_id = goes.case_id;
    UPDATE casework_transfer t SET taken_back_at = now()
        WHERE t.case_id = goes.case_id AND t.taken_back_at IS NULL AND t.handed_over_on IS NULL;
    IF goes.to_team_id IS NULL AND goes.receipt_on IS NULL THEN
        RETURN;
    END IF;
    IF goes.to_team_id IS NOT NULL THEN
        IF goes.to_team_id <> here.leads AND here.by_its_own THEN  -- what another organisation keeps is not hers to give
            PERFORM custody_shows(goes.case_id, here.leads, goes.to_team_id, goes.basis = 'own_convenant', purpose);
        END IF;
        WITH stays AS (
            UPDATE casework_involvement v SET since = least(v.since, today), until = NULL, ending = ''
            WHERE v.id = (SELECT i.id FROM casework_involvement i WHERE i.case_id = goes.case_id AND i.team_id = goes.to_team_id
                            AND not_over(i.until, today) ORDER BY i.since LIMIT 1)
              AND (v.since > today OR v.until IS NOT NULL)
            RETURNING v.id)
        SELECT array_agg(id) INTO keys FROM stays;
        PERFORM access_history('casework_involvement', keys, '~', 'handed_over');
        PERFORM transfer_takes_part(goes.case_id, goes.to_team_id, 'custody', NULL);
    END IF;
    WITH ended AS (
        UPDATE casework_involvement v SET until = greatest(v.since, today), ending = 'custody'
        WHERE v.case_id = goes.case_id AND v.team_id IS DISTINCT FROM goes.to_team_id AND not_over(v.until, today)
        RETURNING v.id)
    SELECT array_agg(id) INTO keys FROM ended;
    PERFORM access_history('casework_involvement', keys, '~', 'handed_over');
    PERFORM access_end_grants(ARRAY(SELECT g.id FROM casework_caseuserobjectpermission g
        WHERE g.content_object_id = goes.case_id), NULL, 'handed_over');
    UPDATE casework_custodytransfer d SET handed_over_on = today WHERE d.id = goes.id;
END
$$;

-- Nobody records a transfer of a dossier, or its receipt, and leaves it at that: it is carried out in the same transaction.
CREATE FUNCTION custody_was_carried_out() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF EXISTS (SELECT FROM casework_custodytransfer d WHERE d.id = NEW.id AND d.taken_back_at IS NULL AND d.handed_over_on IS NULL
               AND (d.to_team_id IS NOT NULL OR d.receipt_on IS NOT NULL OR EXISTS (
                    SELECT FROM casework_case c WHERE c.id = d.case_id AND c.read_only_from IS NULL))) THEN
        RAISE EXCEPTION 'a transfer of a dossier was not carried out' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER carried_out AFTER INSERT OR UPDATE ON casework_custodytransfer DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION custody_was_carried_out();

CREATE FUNCTION custody_without_recipient(which bigint) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT count(*)::integer FROM casework_case c WHERE c.pilot_id = which AND (c.team_ids <> '{}' OR NOT EXISTS (
        SELECT FROM casework_progress g WHERE g.case_id = c.id AND g.state = 'archived')) AND NOT EXISTS (
        SELECT FROM casework_custodytransfer d WHERE d.case_id = c.id AND d.handed_over_on IS NOT NULL)
$$;

-- A pilot is not closed, nor its last day set to one that is here already, while a dossier of it lacks a recipient.
CREATE FUNCTION custody_pilot_closes() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF (NEW.state = 'closed' AND OLD.state <> 'closed'
        OR NEW.closes_on <= access_today() AND NEW.closes_on IS DISTINCT FROM OLD.closes_on)
       AND custody_without_recipient(NEW.id) > 0 THEN
        RAISE EXCEPTION 'a dossier of this pilot lacks a recipient' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER pilot_closes BEFORE UPDATE OF state, closes_on ON partners_pilot FOR EACH ROW
    EXECUTE FUNCTION custody_pilot_closes();

GRANT EXECUTE ON FUNCTION custody_carry_out, custody_keepers, custody_without_recipient TO lvv_app;
