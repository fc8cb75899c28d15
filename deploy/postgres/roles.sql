-- Who may do what in this database. Safe to run again: it creates what is missing and sets the passwords.
--
-- Each service has a schema and two logins: <service>_owner migrates it, <service>_app works in it. An app login owns
-- nothing, creates nothing, bypasses nothing, and cannot even look into another service's schema. PUBLIC has nothing.
-- The passwords come as a JSON object from the session's setting rollbook.passwords, never from this file.

DO $$
DECLARE
    passwords constant jsonb := current_setting('rollbook.passwords')::jsonb;
    service text;
    login text;
    i_am_superuser constant boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    FOREACH service IN ARRAY ARRAY['roll', 'credit', 'program'] LOOP
        FOREACH login IN ARRAY ARRAY[service || '_owner', service || '_app'] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
                EXECUTE format('CREATE ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', login);
            END IF;
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = login
                       AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)) THEN
                RAISE EXCEPTION 'the role % has privileges that Rollbook''s roles must not have', login;
            END IF;
            EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', login, passwords ->> login);
            EXECUTE format('ALTER ROLE %I SET search_path = %I', login, service);
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), login);
        END LOOP;

        IF NOT i_am_superuser THEN                -- to hand a schema to a role one must be a member of it
            EXECUTE format('GRANT %I TO CURRENT_USER', service || '_owner');
        END IF;
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, service || '_owner');
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, service || '_app');
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
                       service || '_owner');
    END LOOP;
END $$;
