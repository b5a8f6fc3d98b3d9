-- The rows of history that the application writes for itself, for what is done here.
CREATE FUNCTION access_history(record text, keys bigint[], sort text, why text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('INSERT INTO %2$I SELECT (jsonb_populate_record(NULL::%2$I, to_jsonb(r) || jsonb_build_object(
        ''history_id'', nextval(pg_get_serial_sequence(%2$L, ''history_id'')), ''history_date'', clock_timestamp(), ''history_type'', $2,
        ''history_change_reason'', $3, ''history_user_id'', access_user()))).* FROM %1$I r WHERE r.id = ANY ($1)',
        record, replace(record, 'casework_', 'casework_historical')) USING keys, sort, why;
END
$$;
