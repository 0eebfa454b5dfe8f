"""Names that several modules use."""

CATALOG = "main"
BRONZE = "bronze"


class Tables:
    ORDERS = f"{BRONZE}.orders"
    RATES = f"{CATALOG}.ref.rates"


def silver(name: str) -> str:
    return "silver." + name
