import dlt

ENVIRONMENT = spark.conf.get("environment", "dev")
USE_HISTORY = False


@dlt.table
def picked():
    name = "small" if ENVIRONMENT == "dev" else "large"
    frame = dlt.read(name)
    with_extra = ENVIRONMENT != "test" and dlt.read("extra")
    while frame is None:
        frame = dlt.read(name)
    return frame.join(with_extra)


@dlt.table
def constant():
    if USE_HISTORY:
        return dlt.read("historic_rates")
    return dlt.read("live_rates")


@dlt.table
def matched():
    match ENVIRONMENT:
        case "dev" | "test":
            return dlt.read("one")
        case _:
            return dlt.read("two")


@dlt.table
def walrus():
    if (frame := dlt.read("small")) is not None:
        return frame
