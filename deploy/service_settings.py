"""What each process is told, as the variables that its settings read."""

from collections.abc import Mapping, Sequence

from deploy.issuer import AUDIENCE, ISSUER
from deploy.places import HOST, Addresses, Ports
from deploy.prepare_database import login_url

PULLS_FROM = {"credit": "roll", "program": "credit"}


def service_settings(
    service: str, *, database: str, secrets: Mapping[str, str], ports: Ports, districts: Sequence[str]
) -> dict[str, str]:
    """`database` is the administrator's URL; the service gets its own logins in its place."""
    addresses = Addresses.on(ports)
    settings = {
        "DATABASE_URL": login_url(database, f"{service}_app", secrets[f"{service}_app_password"]),
        "HOST": HOST,
        "PORT": str(ports.of(service)),
        "ISSUER": ISSUER,
        "AUDIENCE": AUDIENCE,
        "JWKS_URL": addresses.jwks,
        "ENVIRONMENT": "development",
    }
    if source := PULLS_FROM.get(service):
        settings |= {
            f"{source.upper()}_URL": getattr(addresses, source),
            "TOKEN_URL": addresses.token,
            "CLIENT_ID": service,
            "CLIENT_SECRET": secrets[f"{service}_client_secret"],
            "DISTRICTS": ",".join(districts),
        }
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}


def migration_settings(
    service: str, *, database: str, secrets: Mapping[str, str], ports: Ports, districts: Sequence[str]
) -> dict[str, str]:
    """As above, with the login that owns the schema, which a serving process never sees."""
    settings = service_settings(service, database=database, secrets=secrets, ports=ports, districts=districts)
    owner = login_url(database, f"{service}_owner", secrets[f"{service}_owner_password"])
    return settings | {f"{service.upper()}_MIGRATION_DATABASE_URL": owner}
